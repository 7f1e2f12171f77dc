// Why a title is in the list, in a few words. The parts of its score decide, so a reason can't disagree with a rank.

import type { Card, ScoredItem, Weights } from "aftershow";
import { listed } from "./words.js";

/** The four similarities, in the order in which a bar shows them. */
export const PARTS = ["genre", "text", "metadata", "year"] as const;
export type PartName = (typeof PARTS)[number];

/** What each similarity adds to the score; the sum is the score, up to rounding. */
export function contributions(item: ScoredItem, weights: Weights): Record<PartName, number> {
  return {
    genre: weights.genre * item.genre_score,
    text: weights.text * item.text_score,
    metadata: weights.metadata * item.metadata_score,
    year: weights.year * item.year_score,
  };
}

/** The reason for an item's place, or an empty string if there is none worth saying. */
export function reasonOf(item: ScoredItem, subject: Card | null, weights: Weights): string {
  const adds = contributions(item, weights);
  const strongest = PARTS.reduce((best, part) => (adds[part] > adds[best] ? part : best));
  const genres = adds.genre > 0 && item.shared_genres.length > 0 ? `both ${listed(item.shared_genres)}` : "";
  if (strongest === "text" && adds.text > 0) return genres ? `Similar story, ${genres}` : "Similar story";
  if (genres) return capital(genres);
  if (adds[strongest] <= 0) return "";
  return strongest === "year" ? sameYear(item, subject) : sameFacts(item, subject);
}

function sameFacts(item: ScoredItem, subject: Card | null): string {
  const facts = (["platform", "type", "language"] as const).filter(
    (fact) => item[fact] && item[fact] === subject?.[fact],
  );
  return facts.length > 0 ? `Same ${listed(facts)}` : "Alike in platform, type or language";
}

function sameYear(item: ScoredItem, subject: Card | null): string {
  return item.year && item.year === subject?.year ? `Also from ${item.year}` : "From about the same time";
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
