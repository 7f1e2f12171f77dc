// What a list asks, and what it shows of the answer: similar titles, titles for a person, or popular ones where neither can be had.

import type { Answer, Card, ListOptions, RecommendOptions, Recommendations, SimilarOptions } from '../types.js';
import type { AnswerDetail, Cost, RecommendationsDetail } from './events.js';
import type { SharedPack } from './packs.js';
import { standingOfRecommended, standingOfSimilar, type Standing } from './reason.js';
import { filled } from './phrase.js';
import type { Words } from './words.js';

/** A question, ready to be asked. */
export interface Question {
  /** Questions with the same subject can follow each other in one list: what stays, stays. */
  readonly subject: string;
  /** `early` is given what can be shown meanwhile. */
  readonly ask: (pack: SharedPack, early: (found: Found) => void) => Promise<Found>;
}

/** An answer as a list shows it. */
export interface Found {
  /** Cards with the same pieces of a score can be shown one after the other. */
  readonly kind: 'item' | 'person';
  readonly rows: readonly { readonly card: Card; readonly standing: Standing }[];
  /** What the list is, for a reader of the page; `label` only where that is not what was asked for. */
  readonly name: string;
  readonly label: string;
  /** What a screen reader says of it. */
  readonly spoken: string;
  /** What is said if there is nothing to show. */
  readonly nothing: string;
  /** The event that tells the answer, and what it tells beside the cost. */
  readonly event: 'aftershow-answer' | 'aftershow-recommendations';
  readonly told: Omit<AnswerDetail, keyof Cost> | Omit<RecommendationsDetail, keyof Cost>;
}

/** Titles similar to one. */
export function similarTo(options: SimilarOptions, words: Words): Question {
  const ask = async (pack: SharedPack): Promise<Found> => {
    const answer = await similar(pack, options);
    return {
      kind: 'item',
      rows: answer.items.map((card) => ({ card, standing: standingOfSimilar(card, answer, words) })),
      name: words.label,
      label: '',
      spoken: spokenOf(answer.items, words.found),
      nothing: words.empty,
      event: 'aftershow-answer',
      told: { route: answer.route, answer },
    };
  };
  return { subject: `item ${options.id}`, ask };
}

/** Titles for a person; popular ones for somebody of whom nothing is known. */
export function forPerson(options: RecommendOptions, words: Words): Question {
  const found = (answer: Recommendations): Found => recommended(answer, words);
  return {
    subject: 'person',
    ask: async (pack, early) => found(await (await pack.whole()).recommend(options, { early: (answer) => early(found(answer)) })),
  };
}

/** What is popular, from one small file. */
export async function popularInstead(pack: SharedPack, n: number, words: Words): Promise<Found> {
  const slim = await pack.slim();
  return recommended(await slim.popular({ limit: n }), words);
}

/** What the slim engine answers. */
const PLAIN = new Set(['id', 'n', 'min_similarity', 'summaries', 'reasons']);

async function similar(pack: SharedPack, options: SimilarOptions): Promise<Answer> {
  if (Object.keys(options).every((option) => PLAIN.has(option))) {
    try {
      return await (await pack.slim()).similar(options as ListOptions);
    } catch (error) {
      // More titles than the lists hold, or less similar ones.
      if ((error as { code?: string }).code !== 'not_listed') throw error;
    }
  }
  return (await pack.whole()).similar(options);
}

function recommended(recommendations: Recommendations, words: Words): Found {
  const { items, weights } = recommendations;
  const popular = items.every((item) => item.source === 'popular');
  return {
    kind: 'person',
    // That all of a list is popular is said above it, and no title's own reason.
    rows: items.map((card) => ({ card, standing: standingOfRecommended(popular ? { ...card, reasons: [] } : card, weights, words) })),
    name: popular ? words.popular : words.forYou,
    label: popular ? words.popular : '',
    spoken: spokenOf(items, popular ? words.popularFound : words.forYouFound),
    nothing: words.forYouEmpty,
    event: 'aftershow-recommendations',
    told: { recommendations },
  };
}

function spokenOf([first, ...others]: readonly Card[], template: string): string {
  return first ? filled(template, { count: others.length + 1, name: first.name }) : '';
}
