// Why a title is in the list, in a few words. They are the engine's, from the parts of the score, so a reason can't disagree
// with a rank.

import { sentence, type Answer, type Blend, type Reason, type RecommendedItem, type ScoredItem, type Weights } from "aftershow";
import { hundredths, words } from "./words.js";

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
export function standingOfSimilar(item: ScoredItem, { weights }: Answer): Standing {
  const adds = contributions(item, weights);
  const pieces = PARTS.map((name) => ({ name, share: adds[name] }));
  return { reason: said(item.reasons), pieces, score: words.score(item.score, spoken(pieces)) };
}

/** The standing of a recommended title. */
export function standingOfRecommended(item: RecommendedItem, weights: Blend): Standing {
  const reason = said(item.reasons);
  if (item.source === "popular") return { reason, pieces: [], score: "" };
  const pieces = [
    { name: "content", share: weights.content * item.content_score },
    { name: "collaborative", share: weights.collaborative * item.collaborative_score },
  ] as const;
  return { reason, pieces, score: words.match(item.score, spoken(pieces)) };
}

/** What a card shows of its title anyway: genres, platform, year. */
const SHOWN: readonly Reason["kind"][] = ["genres", "attribute", "year"];
/** From this share of a score on, another reason tells more than one that is shown anyway. */
const TELLING = 0.2;

/** The strongest of the telling reasons, or else of all. A card has room for the names of two titles. */
function said(reasons: readonly Reason[] = []): string {
  const telling = reasons.filter(({ kind, share }) => share >= TELLING && !SHOWN.includes(kind));
  const short = ({ names = [], ...reason }: Reason): Reason => ({ ...reason, names: reason.ids ? names.slice(0, 2) : names });
  return sentence((telling.length > 0 ? telling : reasons).map(short), words.because) ?? "";
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
