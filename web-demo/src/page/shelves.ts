// Rows of some genres: what is popular in each, in the visitor's own order once there is one.

import type { Card, Recommender } from "aftershow";
import type { AftershowList } from "aftershow/element";

const SHELVES = 4;
/** Of so many of the most popular titles the genres are counted: whoever visits, these are the same. */
const LOOKED_AT = 100;

/** Makes the rows. All that they show is read already; nothing more is asked for. */
export async function fillShelves(place: HTMLElement, whole: Recommender): Promise<void> {
  const { items } = await whole.popular({ limit: LOOKED_AT });
  place.replaceChildren(...genresOf(items).map((genre, i) => shelf(genre, `shelf-${i}`)));
}

/** The genres that most of these titles have. So that rows differ, a title counts half for each row that it is in already. */
function genresOf(items: readonly Card[]): string[] {
  const chosen: string[] = [];
  while (chosen.length < SHELVES) {
    const counts = new Map<string, number>();
    for (const { genres } of items) {
      const worth = 0.5 ** genres.filter((genre) => chosen.includes(genre)).length;
      for (const genre of genres) if (!chosen.includes(genre)) counts.set(genre, (counts.get(genre) ?? 0) + worth);
    }
    // The sort is stable, so of equal ones the genre of a more popular title comes first.
    const [most] = [...counts].sort(([, a], [, b]) => b - a);
    if (!most) break;
    chosen.push(most[0]);
  }
  return chosen;
}

function shelf(genre: string, id: string): HTMLElement {
  const heading = document.createElement("h2");
  heading.id = id;
  heading.textContent = genre;
  const order = document.createElement("p");
  const head = document.createElement("div");
  head.className = "shelf-head";
  head.append(heading, order);

  const list: AftershowList = document.createElement("aftershow-list");
  Object.assign(list, { src: "pack/", href: "?show={id}", forYou: true, layout: "row", loading: "lazy", reasons: "off", n: 14 });
  list.options = { filter: { genre } };
  list.dataset.genre = genre;
  list.addEventListener("aftershow-recommendations", ({ detail: { recommendations } }) => {
    order.textContent = recommendations.items.every((item) => item.source === "popular") ? "The most popular" : "In your order";
    delete list.dataset.fallback;
  });
  // The list's own line says that these are popular, as the head does; where it is all that could be had, it says that too.
  list.addEventListener("aftershow-fallback", () => (list.dataset.fallback = ""));

  const section = document.createElement("section");
  section.className = "shelf";
  section.setAttribute("aria-labelledby", id);
  section.append(head, list);
  return section;
}
