// A picture for a title that has none: initials on a small poster, drawn from the name alone.
// The same name gives the same poster, on every page and machine.

const SVG = 'http://www.w3.org/2000/svg';

/** The colours of a title. `ink` on `ground` has a contrast of at least 5 to 1. */
export interface Palette {
  readonly ground: string;
  readonly ink: string;
  readonly shapes: readonly [string, string, string];
}

/** The palette of a name: one of 24, of 12 hues on a dark or a light ground. */
export function paletteOf(name: string): Palette {
  const hash = hashOf(name);
  const hue = (hash % 12) * 30;
  const dark = hash % 5 > 1;
  const colour = (light: number, chroma: number, turn: number): string => `oklch(${light} ${chroma} ${hue + turn})`;
  return {
    ground: dark ? colour(0.29, 0.08, 0) : colour(0.85, 0.08, 0),
    ink: dark ? colour(0.96, 0.02, 0) : colour(0.25, 0.07, 0),
    shapes: dark
      ? [colour(0.66, 0.19, 150), colour(0.83, 0.14, 195), colour(0.48, 0.12, 30)]
      : [colour(0.55, 0.19, 180), colour(0.97, 0.03, 60), colour(0.68, 0.16, 330)],
  };
}

/** Up to two initials: "Game of Thrones" → "GT", "Dexter" → "De". Empty if the name has no letter or digit. */
export function initialsOf(name: string): string {
  const words = name.normalize('NFC').match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}’']*/gu) ?? [];
  const strong = words.filter((word) => !/^(a|an|and|at|for|in|of|on|the|to)$/i.test(word));
  const [first = '', ...others] = strong.length > 0 ? strong : words;
  const last = others.at(-1);
  return last ? letters(first, 1) + letters(last, 1) : letters(first, 2);
}

const letters = (word: string, count: number): string => [...word].slice(0, count).join('');

/** A poster, 200 by 300, with initials. */
export function poster(name: string): SVGSVGElement {
  const { ground, ink, shapes } = paletteOf(name);
  const seed = hashOf(`${name}\n`);
  const random = randomFrom(seed);
  const turn = Math.floor(random() * 3);
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 200 300');
  svg.setAttribute('aria-hidden', 'true');
  draw(svg, 'rect', { width: 200, height: 300, fill: ground });
  const colour = (i: number): string => shapes[(i + turn) % 3] as string;
  // The picture ends above the initials.
  (COMPOSITIONS[seed % COMPOSITIONS.length] as Composition)(draw(svg, 'svg', { width: 200, height: 212 }), colour, random);
  draw(svg, 'text', { x: 14, y: 282, fill: ink, 'font-size': 74, 'font-weight': 800, 'letter-spacing': -3 }).textContent = initialsOf(name);
  return svg;
}

type Composition = (svg: SVGElement, colour: (i: number) => string, random: () => number) => void;

const COMPOSITIONS: readonly Composition[] = [sunset, tiles, rings];

/** A low sun, its lower half cut into lines. */
function sunset(svg: SVGElement, colour: (i: number) => string, random: () => number): void {
  const cx = 70 + random() * 60;
  draw(svg, 'circle', { cx, cy: 118, r: 106, fill: colour(2), opacity: 0.55 });
  draw(svg, 'circle', { cx, cy: 118, r: 80, fill: colour(0) });
  for (let i = 0; i < 7; i++) draw(svg, 'rect', { y: 120 + i * 12, width: 200, height: 2 + i, fill: colour(i % 2 ? 2 : 1) });
}

/** Quarter circles, and some whole ones. */
function tiles(svg: SVGElement, colour: (i: number) => string, random: () => number): void {
  for (let i = 0; i < 12; i++) {
    const at = `translate(${(i % 3) * 67} ${Math.floor(i / 3) * 67}) rotate(${Math.floor(random() * 4) * 90} 33.5 33.5)`;
    const whole = random() < 0.25;
    const d = whole ? 'M0 33.5a33.5 33.5 0 1 1 67 0a33.5 33.5 0 1 1-67 0' : 'M0 0h67A67 67 0 0 1 0 67Z';
    if (random() < 0.85) draw(svg, 'path', { d, fill: colour(Math.floor(random() * 3)), transform: at });
  }
}

/** Rings around a corner. */
function rings(svg: SVGElement, colour: (i: number) => string, random: () => number): void {
  const cx = random() < 0.5 ? 16 : 184;
  const cy = random() < 0.5 ? 201 : 21;
  for (let i = 0; i < 6; i++) draw(svg, 'circle', { cx, cy, r: 195 - i * 32, fill: colour(i) });
}

function draw(parent: SVGElement, tag: string, attributes: Record<string, string | number>): SVGElement {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  parent.append(node);
  return node;
}

/** FNV-1a over the code points, then mixed so that near names fall far apart. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const sign of text.normalize('NFC')) hash = Math.imul(hash ^ (sign.codePointAt(0) as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Mulberry32: small, and the same everywhere. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
