// The home: what this is, in figures of the first list for the visitor, and rows of some genres.

import type { AftershowList, SharedPack } from "aftershow/element";
import { shareOf } from "./answers.js";
import { bytesText, timeText } from "./cost.js";
import { credit } from "./credit.js";
import { find } from "./find.js";
import { fillShelves } from "./shelves.js";
import { wall } from "./wall.js";

/** The home. */
export interface Home {
  /** Goes there. */
  open(): void;
}

/** Ties the home to the visitor's list, whose exact answer brings all that its rows need too: before it they would only be in its way. */
export function wireHome(forYou: AftershowList, pack: SharedPack): Home {
  find("wall").append(...wall());
  /** Whether there was an answer from the whole catalogue: until then the figures follow the early ones. */
  let exact = false;
  let filled = false;

  const fill = async (): Promise<void> => {
    if (filled || !exact || find("main").dataset.view !== "home") return;
    filled = true;
    try {
      const whole = await pack.whole();
      find("figure-titles").textContent = whole.info().items.toLocaleString("en");
      await fillShelves(find("shelves"), whole);
    } catch {
      // The list is what the slim engine had; the rows come when the whole one answers.
      filled = false;
    }
  };
  forYou.addEventListener("aftershow-recommendations", ({ detail }) => {
    if (!exact) {
      exact = shareOf(detail.recommendations) === null;
      find("figure-bytes").textContent = bytesText(detail.bytes);
      find("figure-time").textContent = timeText(detail.milliseconds);
    }
    void fill();
    pack.whole().then((whole) => credit(whole.info()), () => {});
  });

  return {
    open() {
      document.title = "Aftershow";
      // Its colours are the page's own, and no show's.
      for (const name of ["--ground", "--on-ground", "--spot"]) document.documentElement.style.removeProperty(name);
      void fill();
    },
  };
}
