// Putting words together.

import type { Wording } from '../types.js';

/** A template with values in their places. */
export function filled(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (mark, name: string) => String(values[name] ?? mark));
}

/** "Drama", "Drama and Crime", "Drama, Crime and Comedy". */
export function listed(names: readonly string[], { separator, last_separator }: Wording): string {
  return names.length < 2 ? (names[0] ?? '') : names.slice(0, -1).join(separator) + last_separator + names[names.length - 1];
}

/** A share of 1 as a whole number of 100. */
export function hundredths(share: number): number {
  return Math.round(share * 100);
}
