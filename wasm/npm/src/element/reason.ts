// Why a title is in the list, in a few words. They are the engine's, from the parts of the score, so a reason can't disagree
// with a rank.

import { sentence } from '../slim.js';
import type { Answer, Blend, Reason, RecommendedItem, ScoredItem } from '../types.js';
import { filled, hundredths, listed } from './phrase.js';
import type { Words } from './words.js';

/** The four similarities, in the order in which a bar shows them. */
export const PARTS = ['genre', 'text', 'metadata', 'year'] as const;
/** The name of one of them. */
export type PartName = (typeof PARTS)[number];

/** A piece of a score: one of the four similarities, or a side of a recommendation. */
export type PieceName = PartName | 'content' | 'collaborative';

/** How a title came to its place: what a card shows of it. */
export interface Standing {
  /** The reason, or an empty string if there is none worth saying. */
  readonly reason: string;
  /** The pieces of the score, which sum up to it but for rounding. */
  readonly pieces: readonly { readonly name: PieceName; readonly share: number }[];
  /** The score in words; empty if the title's place says nothing of the visitor. */
  readonly score: string;
}

/** The standing of a similar title. */
export function standingOfSimilar(item: ScoredItem, { weights }: Answer, words: Words): Standing {
  const pieces = PARTS.map((name) => ({ name, share: weights[name] * item[`${name}_score`] }));
  return { reason: said(item.reasons, words), pieces, score: inWords(words.likeness, item.score, pieces, words) };
}

/** The standing of a recommended title. */
export function standingOfRecommended(item: RecommendedItem, weights: Blend, words: Words): Standing {
  const reason = said(item.reasons, words);
  if (item.source === 'popular') return { reason, pieces: [], score: '' };
  const pieces = (['content', 'collaborative'] as const).map((name) => ({ name, share: weights[name] * item[`${name}_score`] }));
  return { reason, pieces, score: inWords(words.match, item.score, pieces, words) };
}

/** What a card shows of its title anyway: genres, platform, year. */
const SHOWN: readonly Reason['kind'][] = ['genres', 'attribute', 'year'];
/** From this share of a score on, another reason tells more than one that is shown anyway. */
const TELLING = 0.2;

/** The strongest of the telling reasons, or else of all. A card has room for the names of two titles. */
function said(reasons: readonly Reason[] = [], { because }: Words): string {
  const telling = reasons.filter(({ kind, share }) => share >= TELLING && !SHOWN.includes(kind));
  const short = ({ names = [], ...reason }: Reason): Reason => ({ ...reason, names: reason.ids ? names.slice(0, 2) : names });
  return sentence((telling.length > 0 ? telling : reasons).map(short), because) ?? '';
}

function inWords(template: string, score: number, pieces: Standing['pieces'], words: Words): string {
  const spoken = pieces.filter(({ share }) => hundredths(share) > 0).map(({ name, share }) => `${words.parts[name]} ${hundredths(share)}`);
  const whole = filled(template, { score: hundredths(score) });
  return spoken.length > 0 ? `${whole}: ${listed(spoken, words.because)}` : whole;
}
