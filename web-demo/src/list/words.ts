// Every word that the list says, in one place.

import { english } from "aftershow";

/** "Drama", "Drama and Crime", "Drama, Crime and Comedy". */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

/** A share of 1 as a whole number of 100. */
export function hundredths(share: number): number {
  return Math.round(share * 100);
}

export const words = {
  label: "Similar titles",
  loading: "Looking for similar titles",
  empty: "Nothing here is similar enough.",
  retry: "Try again",
  code: "Code",
  score: (score: number, parts: readonly string[]) =>
    `Likeness ${hundredths(score)} of 100${parts.length > 0 ? `: ${listed(parts)}` : ""}`,
  found: (count: number, first: string) => `${count} similar titles, first ${first}`,
  parts: {
    genre: "genres",
    text: "story",
    metadata: "platform and type",
    year: "year",
    content: "like your titles",
    collaborative: "others’ choice",
  },
  forYou: "For you",
  popular: "Popular now",
  waiting: "Choosing titles for you",
  forYouEmpty: "There is nothing left to recommend.",
  forYouFound: (count: number, first: string) => `${count} titles for you, first ${first}`,
  popularFound: (count: number, first: string) => `${count} popular titles, first ${first}`,
  match: (score: number, parts: readonly string[]) =>
    `Match ${hundredths(score)} of 100${parts.length > 0 ? `: ${listed(parts)}` : ""}`,
  // The engine knows what was watched; the history of a page is what somebody liked.
  because: { ...english, history: "Because you liked {names}" },
  opinions: { like: "Like", dislike: "Not interested" },
  opinion: (opinion: "like" | "dislike", name: string) => (opinion === "like" ? `Like ${name}` : `Not interested in ${name}`),
  errors: {
    unknown_item: "This title is not in the catalogue.",
    pack_fetch: "The recommendations could not be loaded. Check the connection, then try again.",
    pack_version: "The recommendations were made by another version of this program. They need to be built again.",
    wasm_load: "The recommender could not be loaded. Check the connection, then try again.",
    wasm_unavailable: "The recommender can't run here: this browser, or this page's policy, does not allow WebAssembly.",
  } as Readonly<Record<string, string>>,
  damaged: "The recommendations could not be read.",
};
