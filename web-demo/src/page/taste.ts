// "For you": what the visitor said so far, and the buttons to take it back.

import type { Card } from "aftershow";
import { historyAt, opinionButtons, type AftershowList, type OpinionView } from "aftershow/element";
import { find } from "./find.js";
import { wireKnobs } from "./knobs.js";

/** The visitor's side of the page. */
export interface Taste {
  /** Shows the buttons of the title that the page is about. */
  about(subject: Card): void;
}

/** Ties the section to its list. */
export function wireTaste(list: AftershowList): Taste {
  const history = historyAt(list.storageKey ?? "");
  const undo = find("undo", "button");
  const clear = find("clear", "button");
  let subject: OpinionView | null = null;

  const sync = (): void => {
    const opinions = history.events.map((event) => event.weight);
    const liked = opinions.filter((weight) => weight > 0).length;
    const disliked = opinions.filter((weight) => weight < 0).length;
    find("taste").textContent = said(liked, disliked);
    const focused = document.activeElement;
    undo.hidden = !history.canUndo;
    clear.hidden = liked + disliked === 0;
    // A button that goes takes the focus with it.
    if (focused instanceof HTMLElement && focused.hidden) find("for-you-heading").focus({ preventScroll: true });
    subject?.sync();
  };
  history.follow(sync);
  undo.addEventListener("click", () => history.undo());
  clear.addEventListener("click", () => history.clear());
  sync();
  wireKnobs(list, history);

  return {
    about(card) {
      void opinionButtons(card, history).then((buttons) => {
        subject = buttons;
        find("opinion").replaceChildren(buttons.node);
      });
    },
  };
}

function said(liked: number, disliked: number): string {
  if (liked + disliked === 0) return "Like a title anywhere on these pages, and this list becomes yours.";
  const titles = (count: number): string => `${count} ${count === 1 ? "title" : "titles"}`;
  const likes = liked > 0 ? `${titles(liked)} you like` : "";
  const others = disliked > 0 ? `${titles(disliked)} you’re not interested in` : "";
  return `From ${[likes, others].filter(Boolean).join(" and ")}. Kept in this browser only.`;
}
