// Every word that the elements say, in one table for each language.

import { english as because } from '../slim.js';
import type { Wording } from '../types.js';

/** The words of one language. `{…}` stands for what is put in its place. */
export interface Words {
  label: string;
  loading: string;
  empty: string;
  retry: string;
  code: string;
  likeness: string;
  found: string;
  parts: Readonly<Record<'genre' | 'text' | 'metadata' | 'year' | 'content' | 'collaborative', string>>;
  forYou: string;
  forYouLoading: string;
  forYouEmpty: string;
  forYouFound: string;
  popular: string;
  popularFound: string;
  match: string;
  like: string;
  likeTitle: string;
  dislike: string;
  dislikeTitle: string;
  liked: string;
  takenBack: string;
  undo: string;
  search: string;
  searchFound: string;
  searchEmpty: string;
  /** The sentences of reasons. */
  because: Wording;
  /** By the code of an error. */
  errors: Readonly<Record<string, string>>;
  /** Of any other error. */
  damaged: string;
}

const unreachable = 'The recommendations could not be loaded. Check the connection, then try again.';

const english: Words = {
  label: 'Similar titles',
  loading: 'Looking for similar titles',
  empty: 'Nothing here is similar enough.',
  retry: 'Try again',
  code: 'Code',
  likeness: 'Likeness {score} of 100',
  found: '{count} similar titles, first {name}',
  parts: {
    genre: 'genres',
    text: 'story',
    metadata: 'platform and type',
    year: 'year',
    content: 'like your titles',
    collaborative: 'others’ choice',
  },
  forYou: 'For you',
  forYouLoading: 'Choosing titles for you',
  forYouEmpty: 'There is nothing left to recommend.',
  forYouFound: '{count} titles for you, first {name}',
  popular: 'Popular now',
  popularFound: '{count} popular titles, first {name}',
  match: 'Match {score} of 100',
  like: 'Like',
  likeTitle: 'Like {name}',
  dislike: 'Not interested',
  dislikeTitle: 'Not interested in {name}',
  liked: 'You like {name}',
  takenBack: 'No opinion of {name}',
  undo: 'Undo',
  search: 'Search titles',
  searchFound: '{count} titles',
  searchEmpty: 'No title like that.',
  // The engine knows what was watched; the history of a page is what somebody liked.
  because: { ...because, history: 'Because you liked {names}' },
  errors: {
    unknown_item: 'This title is not in the catalogue.',
    pack_fetch: unreachable,
    wasm_load: unreachable,
    wasm_unavailable: 'This browser, or this page’s policy, allows no WebAssembly.',
  },
  damaged: 'The recommendations could not be read.',
};

const tables = new Map<string, Words>([['en', english]]);

/** Words that differ from English; of the tables inside too. */
export type Translation = { [K in keyof Words]?: Words[K] extends string ? string : Partial<Words[K]> };

/** Who wants to know of new words. */
export const listeners = new Set<() => void>();

/** Gives the elements the words of a language. An element speaks the language of the nearest `lang`; what a table lacks is said in English. */
export function translate(lang: string, words: Translation): void {
  const table = { ...english } as Record<string, unknown>;
  for (const [name, value] of Object.entries(words)) table[name] = typeof value === 'object' ? { ...(table[name] as object), ...value } : value;
  tables.set(lang.toLowerCase(), table as unknown as Words);
  for (const listener of listeners) listener();
}

/** The words for an element: of its own language, or of that without its region. */
export function wordsFor(element: Element): Words {
  const lang = langOf(element).toLowerCase();
  return tables.get(lang) ?? tables.get(lang.split('-')[0] as string) ?? english;
}

function langOf(element: Element): string {
  for (let at: Element | undefined = element; at; at = (at.getRootNode() as ShadowRoot).host) {
    const lang = at.closest<HTMLElement>('[lang]')?.lang;
    if (lang) return lang;
  }
  return 'en';
}
