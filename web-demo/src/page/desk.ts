// The sliders. Each sets one weight of the list; the list does the rest.

import type { Weights } from "aftershow";
import { PARTS, type AftershowList, type PartName } from "aftershow/element";
import { find } from "./find.js";

const LABELS: Record<PartName, string> = { genre: "Genres", text: "Story", metadata: "Platform & type", year: "Year" };
const PROPERTIES = { genre: "genreWeight", text: "textWeight", metadata: "metadataWeight", year: "yearWeight" } as const;

/** A share of 1 as a whole number of 100. */
const hundredths = (share: number): number => Math.round(share * 100);

/** The desk, following the list's answers. */
export interface Desk {
  /** Shows the weights that an answer was made with. */
  follow(weights: Weights): void;
}

interface Slider {
  readonly input: HTMLInputElement;
  readonly share: HTMLOutputElement;
  readonly piece: HTMLElement;
}

/** Makes the sliders and ties them to `list`. */
export function wireDesk(list: AftershowList): Desk {
  const reset = find("reset", "button");
  const hint = find("hint");
  const sliders = Object.fromEntries(PARTS.map((part) => [part, slider(part)])) as Record<PartName, Slider>;
  /** The pack's own weights: those of the first answer, which was asked with none. */
  let own: Weights | null = null;

  const moved = (): PartName[] => PARTS.filter((part) => list[PROPERTIES[part]] !== null);
  const chosen = (part: PartName): number => list[PROPERTIES[part]] ?? own?.[part] ?? 0;
  const showShares = (): void => {
    const sum = PARTS.reduce((total, part) => total + chosen(part), 0);
    for (const part of PARTS) {
      const share = sum > 0 ? chosen(part) / sum : 0;
      sliders[part].share.textContent = `${hundredths(share)} %`;
      sliders[part].piece.style.setProperty("--share", String(share));
      sliders[part].piece.hidden = share === 0;
    }
    reset.disabled = moved().length === 0;
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

  reset.addEventListener("click", () => {
    for (const part of PARTS) {
      list[PROPERTIES[part]] = null;
      if (own) sliders[part].input.value = String(hundredths(own[part]));
    }
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

function slider(part: PartName): Slider {
  const input = document.createElement("input");
  Object.assign(input, { type: "range", min: "0", max: "100", step: "5", id: `weight-${part}`, disabled: true });
  const label = document.createElement("label");
  label.htmlFor = input.id;
  label.textContent = LABELS[part];
  const share = document.createElement("output");
  share.htmlFor.add(input.id);
  const row = document.createElement("div");
  row.className = `slider ${part}`;
  row.append(label, share, input);
  find("sliders").append(row);
  const piece = document.createElement("span");
  piece.className = part;
  find("mix").append(piece);
  return { input, share, piece };
}
