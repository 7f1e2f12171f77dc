// What an answer cost: where it was found, how long it took, what was read for it.

import type { AnswerDetail, SharedPack } from "aftershow/element";
import { find } from "./find.js";

const ROUTES: Record<AnswerDetail["route"], string> = {
  shard: "in this show’s shard",
  stored: "in the stored lists",
  scan: "by scoring all titles",
};

/** Fills the panel for one answer. */
export function traceAnswer(detail: AnswerDetail, pack: SharedPack): void {
  find("trace-route").textContent = ROUTES[detail.route];
  find("trace-route").dataset.route = detail.route;
  find("trace-time").textContent = milliseconds(detail.milliseconds);
  find("trace-bytes").textContent = detail.bytes > 0 ? kilobytes(detail.bytes) : "nothing more";
  traceTotal(pack);
}

/** What was read of the pack since the page was opened, summaries included. */
export function traceTotal(pack: SharedPack): void {
  const { bytes, files } = pack.traffic;
  find("trace-total").textContent = `${kilobytes(bytes)} in ${files} ${files === 1 ? "file" : "files"}`;
}

function milliseconds(value: number): string {
  // Browsers round their clock to 0.1 ms or more.
  return value < 0.1 ? "under 0.1 ms" : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

function kilobytes(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}
