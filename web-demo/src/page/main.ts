// The demo: a home, and a page for each show. Here the parts of the page are tied to each other.

import "@fontsource-variable/bricolage-grotesque/wght.css";
import { packAt } from "aftershow/element";
import { wireAnswers } from "./answers.js";
import { find } from "./find.js";
import { wireHome } from "./home.js";
import { followLinks, showAsked } from "./route.js";
import { wireShowPage } from "./show-page.js";
import { wireTaste } from "./taste.js";

const main = find("main");
const pack = packAt("pack/");
const forYou = find("for-you", "aftershow-list");
const answers = wireAnswers(pack);
const home = wireHome(forYou, pack);
const taste = wireTaste(forYou);
const show = wireShowPage(pack, taste, answers);

function open(): void {
  const id = showAsked();
  main.dataset.view = id === null ? "home" : "show";
  if (id === null) {
    show.close();
    home.open();
  } else {
    show.open(id);
  }
}

const go = followLinks(open, () => find(showAsked() === null ? "home-title" : "title").focus({ preventScroll: true }));

const search = find("search", "aftershow-search");
// Held keys say that a title is wanted in a tab of its own, and there the box goes by itself.
let aside = false;
search.addEventListener("click", (event) => (aside = event.metaKey || event.ctrlKey), { capture: true });
search.addEventListener("keydown", () => (aside = false), { capture: true });
search.addEventListener("aftershow-select", (event) => {
  const { href } = event.detail;
  search.value = "";
  if (aside || href === null) return;
  event.preventDefault();
  go(href);
});

// Where the list and the sliders fit side by side, the desk stays open; elsewhere it opens on demand.
const wide = matchMedia("(min-width: 52rem)");
const place = (): void => {
  find("desk", "details").open = wide.matches;
  find("desk", "details").querySelector("summary")?.setAttribute("tabindex", wide.matches ? "-1" : "0");
};
wide.addEventListener("change", place);
place();

open();
