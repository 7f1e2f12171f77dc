import type { AftershowError, ErrorCode } from './types.js';

/** An `Error` like the engine's own: a stable code, and a message that ends with the remedy. */
export function coded(code: ErrorCode, message: string, cause?: unknown): AftershowError {
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code });
}

/** What an unknown thrown value says. */
export function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
