// The show itself: head, facts and summary. All of it from the pack.

import type { Card } from "aftershow";
import { paletteOf, safeAddress } from "aftershow/element";
import { find } from "./find.js";
import { panorama } from "./panorama.js";

/** Shows that a title is on its way. */
export function showWaiting(): void {
  const words = document.createElement("span");
  words.className = "waiting";
  words.textContent = "Loading";
  find("title").replaceChildren(words);
  delete find("title").dataset.length;
  for (const id of ["eyebrow", "line", "summary", "art"]) find(id).replaceChildren();
  find("summary").setAttribute("aria-busy", "true");
}

/** Shows a title. Its summary comes later. */
export function showSubject(subject: Card): void {
  document.title = `${subject.name} – Aftershow`;
  const palette = paletteOf(subject.name);
  document.documentElement.style.setProperty("--ground", palette.ground);
  document.documentElement.style.setProperty("--on-ground", palette.ink);
  document.documentElement.style.setProperty("--spot", palette.shapes[0]);

  const title = find("title");
  title.textContent = subject.name;
  title.dataset.length = subject.name.length > 44 ? "long" : subject.name.length > 22 ? "middle" : "short";
  find("eyebrow").textContent = subject.genres.join(" · ");
  const rating = subject.rating === null ? null : `★ ${subject.rating.toFixed(1)}`;
  find("line").textContent = [subject.year, subject.platform, subject.type, rating].filter(Boolean).join("  ·  ");
  find("summary").textContent = "";
  find("summary").setAttribute("aria-busy", "true");
  find("art").replaceChildren(picture(subject));
  showFacts(subject);
}

/** Shows the summary, or that there is none. */
export function showSummary(summary: string | null): void {
  find("summary").removeAttribute("aria-busy");
  find("summary").textContent = summary || "This catalogue has no summary of the show.";
}

function picture(subject: Card): Element {
  const art = panorama(subject.name);
  const address = safeAddress(subject.image);
  if (!address) return art;
  const image = document.createElement("img");
  image.alt = "";
  image.referrerPolicy = "no-referrer";
  image.addEventListener("error", () => image.replaceWith(art), { once: true });
  image.src = address;
  return image;
}

function showFacts(subject: Card): void {
  const rows: [string, string | Node | null][] = [
    ["First shown", subject.year === null ? null : String(subject.year)],
    ["On", subject.platform],
    ["Type", subject.type],
    ["Genres", subject.genres.join(", ")],
    ["Language", subject.language],
    ["Runtime", subject.runtime === null ? null : `${subject.runtime} minutes`],
    ["Rating", subject.rating === null ? null : `${subject.rating.toFixed(1)} of 10`],
    ...Object.entries(subject.attributes).map(([name, values]): [string, string] => [capital(name), values.join(", ")]),
    ["Web page", pageLink(subject)],
  ];
  find("facts").replaceChildren(
    ...rows
      .filter(([, value]) => value)
      .map(([name, value]) => {
        const row = document.createElement("div");
        const term = document.createElement("dt");
        term.textContent = name;
        const fact = document.createElement("dd");
        fact.append(value ?? "");
        row.append(term, fact);
        return row;
      }),
  );
}

function pageLink(subject: Card): Node | null {
  const address = safeAddress(subject.url);
  if (!address) return null;
  const link = document.createElement("a");
  link.href = address;
  link.rel = "noopener noreferrer";
  link.target = "_blank";
  link.textContent = new URL(address).hostname;
  return link;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
}
