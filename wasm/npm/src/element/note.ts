// What is said in the place of a list.

import type { ErrorDetail } from './events.js';
import { part } from './part.js';
import type { Words } from './words.js';

/** Of these, asking again mends nothing. */
const FINAL = /^(unknown|invalid)_|unavailable/;

/** A sentence, and of an error its code and a button to try again. */
export function noteOf(text: string, words: Words, code?: string, retry?: () => void): HTMLElement[] {
  const sentence = part('p', 'message');
  sentence.textContent = text;
  if (code === undefined) return [sentence];
  const line = part('p', 'code');
  const name = document.createElement('code');
  name.textContent = code;
  line.append(`${words.code}: `, name);
  return [sentence, line, ...(retry && !FINAL.test(code) ? [retryButton(words, retry)] : [])];
}

/** An error in plain words. What is wrong with a question only its own message says. */
export function plainly({ code, message }: ErrorDetail, words: Words): string {
  return words.errors[code] ?? (FINAL.test(code) ? message : words.damaged);
}

/** A button to ask again. */
export function retryButton(words: Words, retry: () => void): HTMLButtonElement {
  const button = part('button', 'retry');
  button.type = 'button';
  button.textContent = words.retry;
  button.addEventListener('click', retry);
  return button;
}
