// The sliders of the visitor's list: likeness to their titles or what others chose, and diversity.

import { packAt, type AftershowList, type KeptHistory } from "aftershow/element";
import { diversitySlider } from "./diversity.js";
import { find } from "./find.js";
import { hundredths } from "./slider.js";

/** What a build gives recommendations unless it is told otherwise. */
const USUAL_DIVERSITY = 0.2;

/** Makes them and ties them to `list`. */
export function wireKnobs(list: AftershowList, history: KeptHistory): void {
  const reset = find("knobs-reset", "button");
  const blend = find("blend-share", "input");
  const diversity = diversitySlider(list, "for-you-diversity", USUAL_DIVERSITY);
  reset.before(diversity.row);
  /** The pack's own share of what others chose; `null` until it is known, or where nobody chose anything. */
  let own: number | null = null;

  const show = (): void => {
    const others = Number(blend.value);
    blend.setAttribute("aria-valuetext", `${100 - others} % like your titles, ${others} % what others chose`);
    // Of somebody unknown there is nothing to blend.
    blend.disabled = own === null || history.events.length === 0;
    reset.disabled = list.collaborativeWeight === null && !diversity.moved();
  };
  const offer = async (): Promise<void> => {
    const whole = await packAt(list.src ?? "").whole().catch(() => null);
    const personal = whole?.info().personal;
    find("blend").hidden = !personal;
    if (!personal) return;
    own = hundredths(personal.collaborative_weight);
    blend.value = String(own);
    show();
  };
  blend.addEventListener("input", () => {
    list.contentWeight = 1 - Number(blend.value) / 100;
    list.collaborativeWeight = Number(blend.value) / 100;
    show();
  });
  diversity.input.addEventListener("input", show);
  reset.addEventListener("click", () => {
    list.contentWeight = null;
    list.collaborativeWeight = null;
    if (own !== null) blend.value = String(own);
    diversity.reset();
    show();
    (blend.disabled ? diversity.input : blend).focus({ preventScroll: true });
  });
  history.follow(show);
  list.addEventListener("aftershow-recommendations", () => void offer(), { once: true });
  show();
}
