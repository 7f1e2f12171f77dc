import type { AftershowError, ErrorCode } from './types.js';

/** An `Error` like the engine's own: a stable code, and a message that ends with the remedy. */
export function coded(code: ErrorCode, message: string, cause?: unknown, parameter?: string): AftershowError {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  return Object.assign(error, parameter === undefined ? { code } : { code, parameter });
}

/** What an unknown thrown value says. */
export function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
