// What a list asks, and what it shows of the answer: similar titles or titles for a person.

import type { Answer, Card, RecommendOptions, Recommendations, Recommender, SimilarOptions } from "aftershow";
import { standingOfRecommended, standingOfSimilar, type Standing } from "./reason.js";
import { words } from "./words.js";

/** A question, ready to be asked. */
export interface Question {
  /** Questions with the same subject can follow each other in one list: what stays, stays. */
  readonly subject: string;
  readonly ask: (recommender: Recommender) => Promise<Found>;
}

/** An answer as a list shows it. */
export interface Found {
  readonly rows: readonly { readonly card: Card; readonly standing: Standing }[];
  /** What the list is, for a reader of the page; `label` only where that is not what was asked for. */
  readonly name: string;
  readonly label: string;
  /** What a screen reader says of it. */
  readonly spoken: string;
  /** What is said if there is nothing to show. */
  readonly nothing: string;
  /** The answer itself, under the name of the event that tells it. */
  readonly told: { readonly answer: Answer } | { readonly recommendations: Recommendations };
}

/** Titles similar to one. */
export function similarTo(options: SimilarOptions): Question {
  const ask = async (recommender: Recommender): Promise<Found> => {
    const answer = await recommender.similar(options);
    const [first] = answer.items;
    return {
      rows: answer.items.map((card) => ({ card, standing: standingOfSimilar(card, answer) })),
      name: words.label,
      label: "",
      spoken: first ? words.found(answer.items.length, first.name) : "",
      nothing: words.empty,
      told: { answer },
    };
  };
  return { subject: `item ${options.id}`, ask };
}

/** Titles for a person; popular ones for somebody of whom nothing is known. */
export function forPerson(options: RecommendOptions): Question {
  const ask = async (recommender: Recommender): Promise<Found> => {
    const recommendations = await recommender.recommend(options);
    const { items, weights } = recommendations;
    const [first] = items;
    const popular = items.every((item) => item.source === "popular");
    const say = popular ? words.popularFound : words.forYouFound;
    return {
      // That all of a list is popular is said above it, and no title's own reason.
      rows: items.map((card) => ({ card, standing: standingOfRecommended(popular ? { ...card, reasons: [] } : card, weights) })),
      name: popular ? words.popular : words.forYou,
      label: popular ? words.popular : "",
      spoken: first ? say(items.length, first.name) : "",
      nothing: words.forYouEmpty,
      told: { recommendations },
    };
  };
  return { subject: "person", ask };
}
