// The list's own looks. What a page may change is a custom property (see the README) or a part.
// `light-dark()` follows the page's colour scheme, so a page that is only light keeps a light list.

const css = `
:host {
  display: block;
  container-type: inline-size;
  --_ink: var(--aftershow-ink, light-dark(#17181c, #f1f1f3));
  --_muted: var(--aftershow-muted, light-dark(#5b5e68, #a9acb8));
  --_track: var(--aftershow-track, light-dark(#e1e3e8, #33363f));
  --_hollow: var(--aftershow-hollow, light-dark(#e9eaee, #24262d));
  --_focus: var(--aftershow-focus, light-dark(#1d4ed8, #9db8ff));
  --_genre: var(--aftershow-genre, light-dark(#2f5bea, #7f9cff));
  --_text: var(--aftershow-text, light-dark(#d84e20, #ff8f63));
  --_metadata: var(--aftershow-metadata, light-dark(#12836a, #4fd0ac));
  --_year: var(--aftershow-year, light-dark(#9a7400, #e5c04b));
  --_content: var(--aftershow-content, light-dark(#12836a, #4fd0ac));
  --_collaborative: var(--aftershow-collaborative, light-dark(#7a3fd1, #b794ff));
  --_like: var(--aftershow-like, #c3174f);
  color: var(--_ink);
  font-family: var(--aftershow-font, inherit);
  line-height: 1.3;
}
:host([hidden]) { display: none; }
.label { margin: 0 0 1rem; font-weight: 700; letter-spacing: -0.01em; }
.list {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: var(--aftershow-gap, 1rem);
  margin: 0;
  padding: 0;
  list-style: none;
  transition: opacity 160ms 120ms;
}
.list[aria-busy="true"]:not(.skeleton) { opacity: 0.55; }
.card {
  position: relative;
  display: grid;
  grid-template-columns: 4.5rem minmax(0, 1fr);
  gap: 0.25rem 0.875rem;
  align-items: center;
  border-radius: var(--aftershow-radius, 0.375rem);
}
.poster {
  position: relative;
  overflow: hidden;
  direction: ltr; /* a poster is a picture, whatever way the page is read */
  aspect-ratio: 2 / 3;
  border-radius: var(--aftershow-radius, 0.375rem);
  background: var(--_hollow);
  box-shadow: var(--aftershow-shadow, 0 1px 2px rgb(0 0 0 / 0.16), 0 6px 18px -10px rgb(0 0 0 / 0.4));
  transition: transform 220ms cubic-bezier(0.2, 0.8, 0.2, 1), box-shadow 220ms;
}
.poster > * { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: cover; }
.body { display: grid; gap: 0.2rem; align-content: start; min-width: 0; }
.name {
  color: inherit;
  font-size: 1rem;
  font-weight: 700;
  letter-spacing: -0.01em;
  line-height: 1.2;
  text-decoration: none;
  overflow-wrap: anywhere;
  text-wrap: balance;
}
a.name::after { content: ""; position: absolute; inset: 0; z-index: 1; }
a.name:focus { outline: none; }
.card:has(a.name:focus-visible) { outline: 3px solid var(--_focus); outline-offset: 5px; }
.facts, .genres, .reason { margin: 0; font-size: 0.8125rem; overflow-wrap: anywhere; }
.facts, .genres { color: var(--_muted); }
.genres { display: -webkit-box; overflow: hidden; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
.reason { display: none; font-weight: 500; text-wrap: pretty; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.reasoned .reason { display: -webkit-box; }
:is(.facts, .genres):empty { display: none; }
.score { display: flex; height: 0.375rem; margin-top: 0.25rem; border-radius: 1rem; overflow: hidden; background: var(--_track); }
.score span { width: calc(var(--share) * 100%); transition: width 260ms cubic-bezier(0.2, 0.8, 0.2, 1); }
.score .genre { background: var(--_genre); }
.score .text { background: var(--_text); }
.score .metadata { background: var(--_metadata); }
.score .year { background: var(--_year); }
.score .content { background: var(--_content); }
.score .collaborative { background: var(--_collaborative); }
.opinion { display: grid; gap: 0.375rem; z-index: 2; }
.opinion button {
  display: grid;
  place-items: center;
  width: 2.25rem;
  height: 2.25rem;
  padding: 0;
  border: 1px solid var(--_track);
  border-radius: 50%;
  background: none;
  color: var(--_muted);
  cursor: pointer;
  transition: background-color 160ms, color 160ms, border-color 160ms, transform 160ms;
}
.opinion button:active { transform: scale(0.9); }
.opinion button:focus-visible { outline: 3px solid var(--_focus); outline-offset: 2px; }
.opinion svg { width: 1.25rem; height: 1.25rem; fill: none; stroke: currentColor; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }
.opinion .like[aria-pressed="true"] { border-color: var(--_like); background: var(--_like); color: #fff; }
.opinion .like[aria-pressed="true"] svg { fill: currentColor; }
.opinion .dislike[aria-pressed="true"] { border-color: var(--_ink); background: var(--_ink); color: light-dark(#fff, #17181c); }
.card:has(.opinion) { grid-template-columns: 4.5rem minmax(0, 1fr) auto; }
.poster > * { transition: filter 220ms, opacity 220ms; }
.card[data-opinion="dislike"] .poster > * { filter: grayscale(1); opacity: 0.4; }
@media (hover: hover) {
  .opinion button:hover { border-color: currentColor; }
  .card:has(a.name):hover .poster { transform: translateY(-4px); }
  .card:hover a.name { text-decoration: underline; text-decoration-thickness: 0.08em; text-underline-offset: 0.15em; }
}
@container (min-width: 26rem) {
  .list {
    grid-template-columns: repeat(auto-fill, minmax(var(--aftershow-card-width, 8.75rem), 1fr));
    gap: var(--aftershow-gap, 2rem 1.25rem);
  }
  .card, .card:has(.opinion) { grid-template-columns: minmax(0, 1fr); grid-template-rows: auto 1fr; gap: 0.7rem; height: 100%; align-items: stretch; }
  /* As high for a short reason as for a long one, so that another reason moves nothing. */
  .reason { min-height: calc(3 * 1.3em); }
  .name { font-size: 0.9375rem; }
  /* Right below the picture, so that the bars of a row can be compared. */
  .score { order: -1; margin: 0 0 0.35rem; }
  /* On the picture, in the corner that posters leave free for it. */
  .opinion { position: absolute; top: 0.4rem; inset-inline-end: 0.4rem; gap: 0.3rem; }
  .opinion button { width: 2rem; height: 2rem; border-color: transparent; background: rgb(10 11 14 / 0.6); color: #fff; }
  .opinion svg { width: 1.125rem; height: 1.125rem; }
  .opinion .dislike[aria-pressed="true"] { border-color: #fff; background: #fff; color: #17181c; }
}
.skeleton .poster { box-shadow: none; }
.skeleton .line { height: 0.75rem; border-radius: 1rem; background: var(--_hollow); }
.skeleton .line:nth-child(1) { width: 82%; }
.skeleton .line:nth-child(2) { width: 54%; }
.skeleton .line:nth-child(3) { width: 68%; }
.skeleton .body { grid-template-rows: none; gap: 0.5rem; }
@container (min-width: 26rem) { .skeleton .body { min-height: 8.5rem; } }
.skeleton :is(.poster, .line) { animation: breathe 1.6s ease-in-out infinite alternate; }
@keyframes breathe { to { opacity: 0.45; } }
.note { display: grid; gap: 0.5rem; justify-items: start; max-width: 40rem; padding: 1.5rem; border: 1px solid var(--_track); border-radius: var(--aftershow-radius, 0.375rem); }
.note p { margin: 0; max-width: 34rem; }
.note .code { color: var(--_muted); font-size: 0.8125rem; }
.note code { font-family: ui-monospace, monospace; }
.note button {
  min-height: 2.5rem;
  padding: 0 1rem;
  border: 1px solid currentColor;
  border-radius: var(--aftershow-radius, 0.375rem);
  background: none;
  color: inherit;
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
.note button:focus-visible { outline: 3px solid var(--_focus); outline-offset: 3px; }
[hidden] { display: none !important; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation: none !important; transition: none !important; }
}
@media (forced-colors: active) {
  .score { border: 1px solid CanvasText; }
  .score span { background: Highlight !important; forced-color-adjust: none; }
}
`;

let sheet: CSSStyleSheet | null = null;

/** The style sheet, shared by every list of the page. */
export function styles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  return sheet;
}
