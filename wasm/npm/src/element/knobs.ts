// From attributes to the options of a question: those with a name of their own, over the object of all others.

import { coded } from '../errors.js';
import type { HistoryEvent, RecommendOptions, SimilarOptions } from '../types.js';
import { attributeOf, number, text, type Reflection } from './reflection.js';

/** The knobs of every question that have an attribute. */
const COMMON = {
  genreWeight: number(),
  textWeight: number(),
  metadataWeight: number(),
  yearWeight: number(),
  variant: text(),
};
/** Those of one kind of list; the other passes them over, so that a list can turn from one into the other. */
const OF_ITEM = { minSimilarity: number(0) };
const OF_PERSON = { contentWeight: number(), collaborativeWeight: number(), watching: text() };
/** Those that are part of `rerank`. */
const RERANK = { diversity: number(), calibration: number(), freshness: number(), popularityDamping: number() };

/** The properties of all of them. */
export const KNOBS = { n: number(10), ...COMMON, ...OF_ITEM, ...OF_PERSON, ...RERANK };

/** The options of a list like `id`. */
export function itemOptions(element: HTMLElement, id: string, options: unknown, reasons: boolean): SimilarOptions {
  return { reasons, ...merged(element, options, { ...COMMON, ...OF_ITEM }, 'n'), id };
}

/** The options of a list for somebody with this history. */
export function personOptions(element: HTMLElement, history: readonly HistoryEvent[], options: unknown, reasons: boolean): RecommendOptions {
  return { reasons, ...merged(element, options, { ...COMMON, ...OF_PERSON }, 'limit'), history };
}

function merged(element: HTMLElement, options: unknown, knobs: Readonly<Record<string, Reflection>>, count: string): Record<string, unknown> {
  if (typeof options !== 'object' || Array.isArray(options)) {
    throw coded('invalid_parameter', '`options` must be an object, or its JSON', undefined, 'options');
  }
  const all: Record<string, unknown> = { ...options };
  const { rerank } = all;
  const own = given(element, RERANK);
  if (Object.keys(own).length > 0) all.rerank = { ...(typeof rerank === 'object' ? rerank : {}), ...own };
  const n = given(element, { n: KNOBS.n }).n;
  if (n !== undefined) all[count] = n;
  Object.assign(all, given(element, knobs));
  // What is left out needs no other engine.
  for (const [name, value] of Object.entries(all)) if (value === null || value === undefined) delete all[name];
  return all;
}

/** The knobs whose attributes are there, by the engine's names. Text that is no number goes on as NaN: the engine says which one is wrong. */
function given(element: HTMLElement, knobs: Readonly<Record<string, Reflection>>): Record<string, unknown> {
  const there = Object.entries(knobs).flatMap(([property, { read }]) => {
    const attribute = attributeOf(property);
    const kept = element.getAttribute(attribute);
    return kept === null ? [] : [[attribute.replaceAll('-', '_'), read(kept)]];
  });
  return Object.fromEntries(there);
}
