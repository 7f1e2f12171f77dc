// The demo's show page: which show, and what becomes of the list's answers.

import "@fontsource-variable/bricolage-grotesque/wght.css";
import { packAt } from "aftershow/element";
import { wireDesk } from "./desk.js";
import { find } from "./find.js";
import { showAttribution, showSubject, showSummary } from "./show.js";
import { wireTaste } from "./taste.js";
import { traceAnswer, traceTotal } from "./trace.js";

/** The show of a visit that names none: in the sample pack it is Game of Thrones. */
const FIRST_SHOW = "82";

const main = find("main");
const list = find("similar", "aftershow-list");
const pack = packAt("pack/");
const desk = wireDesk(list);
const taste = wireTaste(find("for-you", "aftershow-list"));

function requested(): string {
  return new URLSearchParams(location.search).get("show") || FIRST_SHOW;
}

function open(): void {
  if (main.dataset.state !== "ready") main.dataset.state = "loading";
  delete main.dataset.alone;
  find("lost").hidden = true;
  if (list.item === requested()) list.refresh();
  list.item = requested();
}

list.addEventListener("aftershow-answer", ({ detail }) => {
  const { answer } = detail;
  traceAnswer(detail, pack);
  desk.follow(answer.weights);
  if (!answer.subject || main.dataset.state === "lost") return;
  const id = String(answer.subject.id);
  if (main.dataset.state === "ready" && main.dataset.show === id) return;
  main.dataset.state = "ready";
  main.dataset.show = id;
  showSubject(answer.subject);
  taste.about(answer.subject);
  void summarise(answer.subject.id);
});

list.addEventListener("aftershow-error", ({ detail }) => {
  if (detail.code === "unknown_item") lost();
  else if (main.dataset.state !== "ready" || main.dataset.show !== requested()) fail();
});

/** Summaries are the largest part of a pack, so they are asked for apart and come after the list. */
async function summarise(id: string | number): Promise<void> {
  const recommender = await pack.slim();
  showAttribution(recommender);
  // Only its equals are let in, which it hardly has: so no file is read but the one with its own summary.
  const answer = await recommender.similar({ id, n: 1, min_similarity: 1, summaries: true }).catch(() => null);
  traceTotal(pack);
  if (main.dataset.show === String(id)) showSummary(answer?.subject?.summary ?? null);
}

/** The friendly page for an id that no show has, with some shows to go on with. */
function lost(): void {
  if (main.dataset.state === "lost") {
    main.dataset.alone = "nothing";
    return;
  }
  const id = requested();
  main.dataset.state = "lost";
  delete main.dataset.show;
  // Nobody asked for FIRST_SHOW: a catalogue of another kind has simply no such id.
  const asked = new URLSearchParams(location.search).has("show");
  const heading = asked ? "That show isn’t in this catalogue" : "Which show?";
  document.title = `${heading} – Aftershow`;
  find("lost-title").textContent = heading;
  find("lost-text").textContent = asked
    ? `No show here has the id “${id}”. Perhaps it was mistyped, or the catalogue was made without it.`
    : "Give the id of a show in this catalogue.";
  find("lost").hidden = false;
  find("lost-title").focus({ preventScroll: true });
  if (id === FIRST_SHOW) main.dataset.alone = "nothing";
  else list.item = FIRST_SHOW;
}

function fail(): void {
  main.dataset.state = "failed";
  delete main.dataset.show;
  document.title = "Not loaded – Aftershow";
  find("title").textContent = "This show could not be loaded";
}

function go(address: URL): void {
  history.pushState(null, "", address);
  scrollTo({ top: 0 });
  open();
  find("title").focus({ preventScroll: true });
}

// A link to another show of this page is followed without loading the page again.
addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
  if (!link || link.target || link.getAttribute("href")?.startsWith("#")) return;
  const address = new URL(link.href);
  if (address.origin !== location.origin || address.pathname !== location.pathname) return;
  event.preventDefault();
  go(address);
});

for (const form of document.querySelectorAll<HTMLFormElement>("form.find")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const id = String(new FormData(form).get("show")).trim();
    if (!id) return;
    form.reset();
    go(new URL(`?show=${encodeURIComponent(id)}`, location.href));
  });
}

// Where the list and the sliders fit side by side, the desk stays open; elsewhere it opens on demand.
const wide = matchMedia("(min-width: 52rem)");
const place = (): void => {
  find("desk", "details").open = wide.matches;
  find("desk", "details").querySelector("summary")?.setAttribute("tabindex", wide.matches ? "-1" : "0");
};
wide.addEventListener("change", place);
place();

addEventListener("popstate", open);
open();
