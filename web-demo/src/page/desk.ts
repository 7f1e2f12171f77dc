// The sliders of a show's list. Each sets one of its knobs; the list does the rest.

import type { Weights } from "aftershow";
import { PARTS, type AftershowList, type PartName } from "aftershow/element";
import { diversitySlider } from "./diversity.js";
import { find } from "./find.js";
import { hundredths, slider, type Slider } from "./slider.js";

const LABELS: Record<PartName, string> = { genre: "Genres", text: "Story", metadata: "Platform & type", year: "Year" };
const PROPERTIES = { genre: "genreWeight", text: "textWeight", metadata: "metadataWeight", year: "yearWeight" } as const;

/** The desk, following the list's answers. */
export interface Desk {
  /** Shows the weights that an answer was made with. */
  follow(weights: Weights): void;
}

/** Makes the sliders and ties them to `list`. */
export function wireDesk(list: AftershowList): Desk {
  const reset = find("reset", "button");
  const hint = find("hint");
  const sliders = Object.fromEntries(PARTS.map((part) => [part, weight(part)])) as Record<PartName, Weight>;
  // Lists of similar titles have no diversity of their own unless the pack was built so.
  const diversity = diversitySlider(list, "diversity", 0);
  find("sliders").append(diversity.row);
  /** The pack's own weights: those of the first answer, which was asked with none. */
  let own: Weights | null = null;

  const moved = (): PartName[] => PARTS.filter((part) => list[PROPERTIES[part]] !== null);
  const chosen = (part: PartName): number => list[PROPERTIES[part]] ?? own?.[part] ?? 0;
  const showShares = (): void => {
    const sum = PARTS.reduce((total, part) => total + chosen(part), 0);
    for (const part of PARTS) {
      const share = sum > 0 ? chosen(part) / sum : 0;
      sliders[part].say(`${hundredths(share)} %`, `${hundredths(share)} % of what counts`);
      sliders[part].piece.style.setProperty("--share", String(share));
      sliders[part].piece.hidden = share === 0;
    }
    showReset();
  };
  const showReset = (): void => {
    reset.disabled = moved().length === 0 && !diversity.moved();
  };

  for (const part of PARTS) {
    const { input } = sliders[part];
    input.addEventListener("input", () => {
      const others = PARTS.some((other) => other !== part && chosen(other) > 0);
      if (Number(input.value) === 0 && !others) {
        input.value = input.step;
        hint.textContent = "Something has to count: the last slider stays above 0.";
      } else {
        hint.textContent = "";
      }
      // What was not moved keeps the pack's exact weight.
      list[PROPERTIES[part]] = Number(input.value) / 100;
      showShares();
    });
  }
  diversity.input.addEventListener("input", showReset);

  reset.addEventListener("click", () => {
    for (const part of PARTS) {
      list[PROPERTIES[part]] = null;
      if (own) sliders[part].input.value = String(hundredths(own[part]));
    }
    diversity.reset();
    hint.textContent = "";
    showShares();
    sliders.genre.input.focus({ preventScroll: true });
  });

  return {
    follow(weights) {
      if (own || moved().length > 0) return;
      own = weights;
      for (const part of PARTS) {
        sliders[part].input.disabled = false;
        sliders[part].input.value = String(hundredths(weights[part]));
      }
      showShares();
    },
  };
}

interface Weight extends Slider {
  /** Its piece of the bar above the sliders. */
  readonly piece: HTMLElement;
}

function weight(part: PartName): Weight {
  const made = slider(`weight-${part}`, LABELS[part], part);
  made.input.disabled = true;
  find("sliders").append(made.row);
  const piece = document.createElement("span");
  piece.className = part;
  find("mix").append(piece);
  return { ...made, piece };
}
