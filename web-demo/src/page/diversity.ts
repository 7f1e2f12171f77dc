// The slider for how much the titles of a list differ from those before them.

import type { AftershowList } from "aftershow/element";
import { hundredths, slider } from "./slider.js";

/** The slider, and how it is taken back. */
export interface DiversitySlider {
  readonly row: HTMLElement;
  readonly input: HTMLInputElement;
  /** Whether the list goes by the slider, and not by the pack. */
  moved(): boolean;
  /** Gives the list the pack's own diversity. */
  reset(): void;
}

/** Makes it for a list. `usual` is what a pack has unless it was built otherwise; an answer doesn't say it. */
export function diversitySlider(list: AftershowList, id: string, usual: number): DiversitySlider {
  const { row, input, say } = slider(id, "Diversity", "diversity");
  const show = (): void => {
    const { diversity } = list;
    if (diversity === null) {
      input.value = String(hundredths(usual));
      say("pack’s own", "the pack’s own");
    } else {
      say(`${hundredths(diversity)} %`, `${hundredths(diversity)} %: ${meaning(diversity)}`);
    }
  };
  input.addEventListener("input", () => {
    list.diversity = Number(input.value) / 100;
    show();
  });
  show();
  return {
    row,
    input,
    moved: () => list.diversity !== null,
    reset() {
      list.diversity = null;
      show();
    },
  };
}

function meaning(diversity: number): string {
  if (diversity === 0) return "only the best";
  return diversity === 1 ? "only what differs most" : "the best, unless they are like those before them";
}
