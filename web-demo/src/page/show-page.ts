// The page of a show: its list's answers become its head, and what can't be shown is said.

import type { SharedPack } from "aftershow/element";
import type { Answers } from "./answers.js";
import { credit } from "./credit.js";
import { wireDesk } from "./desk.js";
import { find } from "./find.js";
import { showSubject, showSummary, showWaiting } from "./show.js";
import type { Taste } from "./taste.js";

/** The page of one show after the other. */
export interface ShowPage {
  /** Goes to the show with this id. */
  open(id: string): void;
  /** Leaves the show for the home: an answer that is still on its way is nobody's then. */
  close(): void;
}

/** Ties the page to its list. What state it is in stands in `main`, for the style sheets. */
export function wireShowPage(pack: SharedPack, taste: Taste, answers: Answers): ShowPage {
  const main = find("main");
  const list = find("similar", "aftershow-list");
  const desk = wireDesk(list);

  list.addEventListener("aftershow-answer", ({ detail: { answer } }) => {
    desk.follow(answer.weights);
    if (!answer.subject) return;
    const id = String(answer.subject.id);
    if (main.dataset.state === "ready" && main.dataset.show === id) return;
    main.dataset.state = "ready";
    main.dataset.show = id;
    showSubject(answer.subject);
    taste.about(answer.subject);
    void summarise(answer.subject.id);
  });

  list.addEventListener("aftershow-error", ({ detail }) => {
    if (detail.code === "unknown_item") lost(String(list.item));
    else failed();
  });
  // The list then has what is popular, and says so; of the show itself nothing is known.
  list.addEventListener("aftershow-fallback", failed);

  /** Summaries are the largest part of a pack, so they are asked for apart and come after the list. */
  async function summarise(id: string | number): Promise<void> {
    const found = pack.slim().then((recommender) => {
      credit(recommender.info());
      // Only its equals are let in, which it hardly has: so no file is read but the one with its own summary.
      return recommender.similar({ id, n: 1, min_similarity: 1, summaries: true });
    });
    const answer = await found.catch(() => null);
    answers.recount();
    if (main.dataset.show === String(id)) showSummary(answer?.subject?.summary ?? null);
  }

  /** A friendly page for an id that no show has; the visitor's list on it has some to go on with. */
  function lost(id: string): void {
    main.dataset.state = "lost";
    delete main.dataset.show;
    document.title = `${find("lost-title").textContent} – Aftershow`;
    find("lost-text").textContent =
      `No show here has the id “${id}”. Perhaps it was mistyped, or the catalogue was made without it. ` +
      "Search for its title above, or go on with one of these.";
    list.item = null;
    find("lost-title").focus({ preventScroll: true });
  }

  /** A show that is there already stays: then it was another mix of it that could not be had. */
  function failed(): void {
    if (main.dataset.state === "ready" && main.dataset.show === String(list.item)) return;
    main.dataset.state = "failed";
    delete main.dataset.show;
    document.title = "Not loaded – Aftershow";
    find("title").textContent = "This show could not be loaded";
  }

  return {
    open(id) {
      // From one show to the next the old one stays until the new one is there.
      if (main.dataset.state !== "ready") {
        main.dataset.state = "loading";
        showWaiting();
      }
      if (list.item === id) list.refresh();
      list.item = id;
    },
    close() {
      main.dataset.state = "loading";
      delete main.dataset.show;
      list.item = null;
    },
  };
}
