// Why a title is in the list, in a few words. The parts of its score decide, so a reason can't disagree with a rank.

import type { Answer, Blend, Card, RecommendedItem, ScoredItem, Weights } from "aftershow";
import { hundredths, listed, words } from "./words.js";

/** The four similarities, in the order in which a bar shows them. */
export const PARTS = ["genre", "text", "metadata", "year"] as const;
export type PartName = (typeof PARTS)[number];

/** The two sides of a recommendation, in the same way. */
export const SIDES = ["content", "collaborative"] as const;
export type PieceName = PartName | (typeof SIDES)[number];

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
export function standingOfSimilar(item: ScoredItem, { subject, weights }: Answer): Standing {
  const adds = contributions(item, weights);
  const pieces = PARTS.map((name) => ({ name, share: adds[name] }));
  return { reason: reasonOf(item, subject, weights), pieces, score: words.score(item.score, spoken(pieces)) };
}

/** The standing of a recommended title. */
export function standingOfRecommended(item: RecommendedItem, weights: Blend): Standing {
  if (item.source === "popular") return { reason: "", pieces: [], score: "" };
  const content = weights.content * item.content_score;
  const collaborative = weights.collaborative * item.collaborative_score;
  const pieces = [
    { name: "content", share: content },
    { name: "collaborative", share: collaborative },
  ] as const;
  // Each side worth naming has at least a third of the score.
  const third = item.score / 3;
  const both = content >= third && collaborative >= third;
  // The row asks for no item that is being watched and brings no candidates, so there are only two sources here.
  const reason = both ? words.because.both : words.because[item.source === "collaborative" ? "collaborative" : "content"];
  return { reason, pieces, score: words.match(item.score, spoken(pieces)) };
}

function spoken(pieces: Standing["pieces"]): string[] {
  return pieces.filter(({ share }) => hundredths(share) > 0).map(({ name, share }) => `${words.parts[name]} ${hundredths(share)}`);
}

/** What each similarity adds to the score; the sum is the score, up to rounding. */
function contributions(item: ScoredItem, weights: Weights): Record<PartName, number> {
  return {
    genre: weights.genre * item.genre_score,
    text: weights.text * item.text_score,
    metadata: weights.metadata * item.metadata_score,
    year: weights.year * item.year_score,
  };
}

function reasonOf(item: ScoredItem, subject: Card | null, weights: Weights): string {
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
