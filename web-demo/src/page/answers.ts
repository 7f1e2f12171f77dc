// The panel of answers, on every page: what each one cost, the latest few of them, and what was loaded in all.

import type { EarlyRecommendations, Recommendations } from "aftershow";
import type { AnswerDetail, Cost, SharedPack } from "aftershow/element";
import { bytesText, timeText } from "./cost.js";
import { find } from "./find.js";

const KEPT = 8;

const ROUTES: Record<AnswerDetail["route"], string> = {
  shard: "in this show’s shard",
  stored: "in the stored lists",
  scan: "by scoring all titles",
};

/** The panel. */
export interface Answers {
  /** Sums up again what was loaded, after files that came without a list of their own. */
  recount(): void;
}

/** Listens to all elements of the page. */
export function wireAnswers(pack: SharedPack): Answers {
  const recount = (): void => {
    find("answers-total").textContent = total(pack);
  };
  const show = (asked: string, where: string, cost: Cost): void => {
    const time = timeText(cost.milliseconds);
    const bytes = cost.bytes > 0 ? bytesText(cost.bytes) : "nothing more";
    find("answer-asked").textContent = asked;
    find("answer-time").textContent = time;
    find("answer-bytes").textContent = bytes;
    const log = find("answers-log");
    log.prepend(row(asked, where, time, bytes));
    while (log.childElementCount > KEPT) log.lastElementChild?.remove();
    recount();
  };
  const { body } = document;
  body.addEventListener("aftershow-answer", ({ detail }) => {
    show(`More like ${detail.answer.subject?.name ?? "this"}`, ROUTES[detail.route], detail);
  });
  body.addEventListener("aftershow-recommendations", ({ detail, target }) => {
    const { recommendations } = detail;
    const { genre } = (target as HTMLElement).dataset;
    const part = shareOf(recommendations);
    const among = part === null ? null : `among the best-known ${Math.round(100 * part)} %`;
    if (recommendations.items.every((item) => item.source === "popular")) {
      show(genre ? `Popular in ${genre}` : "Popular now", among ?? "by popularity", detail);
    } else {
      show(genre ? `${genre} for you` : "For you", among ?? ROUTES.scan, detail);
    }
  });
  body.addEventListener("aftershow-search", ({ detail }) => {
    show(`“${detail.q}”`, "in the index of titles", detail);
  });
  return { recount };
}

/** Of an early answer, which part of the catalogue it was chosen from; the exact one follows. */
export function shareOf(recommendations: Recommendations | EarlyRecommendations): number | null {
  return "catalogue_share" in recommendations ? recommendations.catalogue_share : null;
}

function row(asked: string, where: string, time: string, bytes: string): HTMLTableRowElement {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = asked;
  row.append(head);
  [where, time, bytes].forEach((text, i) => {
    const cell = row.insertCell();
    cell.textContent = text;
    if (i === 0) cell.className = "where";
  });
  return row;
}

/** What the page loaded until now. Sizes are as they were sent, and so the code's are smaller where a server packs it. */
function total({ traffic }: SharedPack): string {
  const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
  const code = entries.filter(({ name }) => name.startsWith(location.origin) && /\.(js|css|wasm|woff2)$/.test(name));
  const bytes = code.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
  const files = `${traffic.files} ${traffic.files === 1 ? "file" : "files"}`;
  return `Since the page was opened: ${bytesText(traffic.bytes)} in ${files} of the pack, and ${bytesText(bytes)} of code, engines and font.`;
}
