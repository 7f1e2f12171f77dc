// What the elements tell the page.

import type { Answer, Card, EarlyRecommendations, ItemId, Recommendations, SearchResult, SearchResults } from '../types.js';
import type { Opinion } from './history.js';

/** What an answer cost. */
export interface Cost {
  /** Time from the question to the answer, fetching included. */
  milliseconds: number;
  /** Bytes of the pack's files that were read meanwhile; 0 if all were there. */
  bytes: number;
}

/** What `aftershow-answer` tells. */
export interface AnswerDetail extends Cost {
  /** Where the answer was found. It never changes ids or scores. */
  route: Answer['route'];
  /** The answer itself. */
  answer: Answer;
}

/** What `aftershow-recommendations` tells: once for each early answer, if there are any, and last for the exact one. */
export interface RecommendationsDetail extends Cost {
  /** The recommendations themselves; those of an early answer say in `catalogue_share` which part of the catalogue they are from. */
  recommendations: Recommendations | EarlyRecommendations;
}

/** What `aftershow-error` and `aftershow-fallback` tell. */
export interface ErrorDetail {
  /** The stable code. */
  code: string;
  /** What is wrong and what to do, for the people who run the site. */
  message: string;
}

/** A card and its place. */
export interface CardDetail {
  /** The title's id. */
  id: ItemId;
  /** The title. */
  card: Card;
  /** Its place in the list, from 1. */
  position: number;
}

/** What `aftershow-click` tells. */
export interface ClickDetail extends CardDetail {
  /** Where the link leads. */
  href: string;
}

/** What `aftershow-feedback` tells. */
export interface FeedbackDetail extends CardDetail {
  /** What the visitor thinks now; `null` if they took it back. */
  opinion: Opinion | null;
  /** What they thought before. */
  before: Opinion | null;
}

/** What `aftershow-search` tells. */
export interface SearchDetail extends Cost {
  /** What was typed. It is in no request unless you send it; but which titles were found decides which small files of cards are fetched. */
  q: string;
  /** What was found. */
  results: SearchResults;
}

/** What `aftershow-select` tells. */
export interface SelectDetail {
  /** The title's id. */
  id: ItemId;
  /** The title. */
  card: SearchResult;
  /** Where it leads; `null` if nowhere. */
  href: string | null;
}

/** The events, by their names. */
export interface AftershowEvents {
  'aftershow-answer': AnswerDetail;
  'aftershow-recommendations': RecommendationsDetail;
  'aftershow-fallback': ErrorDetail;
  'aftershow-error': ErrorDetail;
  'aftershow-impression': CardDetail;
  'aftershow-click': ClickDetail;
  'aftershow-feedback': FeedbackDetail;
  'aftershow-search': SearchDetail;
  'aftershow-select': SelectDetail;
}

/** Tells it; `false` if the page prevented what would follow. */
export function tell<K extends keyof AftershowEvents>(from: HTMLElement, name: K, detail: AftershowEvents[K]): boolean {
  return from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
}

/** What went wrong, by its code. */
export function faultOf(error: unknown): ErrorDetail {
  const { code, message } = Object(error) as Partial<ErrorDetail>;
  return { code: typeof code === 'string' ? code : 'unknown', message: message ?? String(error) };
}
