// A picture for the head of a page, drawn from a title's name alone, in the colours of its poster.

import { hashOf, paletteOf, randomFrom, type Palette } from "aftershow/element";

const SVG = "http://www.w3.org/2000/svg";

/** The picture of a name, 720 by 480. */
export function panorama(name: string): SVGSVGElement {
  const palette = paletteOf(name);
  // A shade off the ground, so that it stands on a page of the ground colour as a panel of its own.
  const svg = sheet(name, palette, 720, 480, [0.2, 0.3]);
  svg.setAttribute("preserveAspectRatio", "xMidYMid slice");
  compose(svg, name, palette, 720, 480);
  return svg;
}

type Random = () => number;
type Composition = (svg: SVGElement, w: number, h: number, colours: Palette["shapes"], random: Random) => void;

const COMPOSITIONS: readonly Composition[] = [sunset, tiles, rings, rays, skyline, waves, bands, discs];

function compose(svg: SVGElement, name: string, palette: Palette, w: number, h: number): void {
  const seed = hashOf(`${name}\n`);
  const random = randomFrom(seed);
  const turn = Math.floor(random() * 3);
  const pick = (i: number): string => palette.shapes[(i + turn) % 3] as string;
  const composition = COMPOSITIONS[seed % COMPOSITIONS.length] as Composition;
  const clip = draw(svg, "svg", { width: w, height: h, viewBox: `0 0 ${w} ${h}` });
  composition(clip, w, h, [pick(0), pick(1), pick(2)], random);
}

/** A low sun, its lower half cut into lines. */
function sunset(svg: SVGElement, w: number, h: number, [a, b, c]: Palette["shapes"], random: Random): void {
  const r = Math.min(w, h) * 0.4;
  const x = w * (0.35 + random() * 0.3);
  const y = h * 0.56;
  draw(svg, "circle", { cx: x, cy: y, r: r * 1.32, fill: c, opacity: 0.55 });
  draw(svg, "circle", { cx: x, cy: y, r, fill: a });
  for (let i = 0; i < 7; i++) {
    const top = y + r * (0.02 + i * 0.15);
    draw(svg, "rect", { x: 0, y: top, width: w, height: r * (0.02 + i * 0.014), fill: i % 2 ? c : b });
  }
}

/** A grid of quarter circles. */
function tiles(svg: SVGElement, w: number, h: number, colours: Palette["shapes"], random: Random): void {
  const size = Math.min(w, h) / (w > h ? 4 : 3);
  for (let y = 0; y < h; y += size) {
    for (let x = 0; x < w; x += size) {
      const kind = random();
      const fill = colours[Math.floor(random() * 3)] as string;
      const turn = Math.floor(random() * 4) * 90;
      const at = `translate(${x} ${y}) rotate(${turn} ${size / 2} ${size / 2})`;
      if (kind < 0.62) draw(svg, "path", { d: `M0 0H${size}A${size} ${size} 0 0 1 0 ${size}Z`, fill, transform: at });
      else if (kind < 0.8) draw(svg, "circle", { cx: size / 2, cy: size / 2, r: size / 2, fill, transform: at });
    }
  }
}

/** Rings around a corner. */
function rings(svg: SVGElement, w: number, h: number, colours: Palette["shapes"], random: Random): void {
  const x = random() < 0.5 ? w * 0.08 : w * 0.92;
  const y = random() < 0.5 ? h * 0.95 : h * 0.1;
  const widest = Math.max(w, h) * 0.92;
  const count = 6;
  for (let i = 0; i < count; i++) {
    const r = widest * (1 - i / count);
    draw(svg, "circle", { cx: x, cy: y, r, fill: colours[i % 3] as string, opacity: i % 2 ? 1 : 0.9 });
  }
}

/** Rays from a point low down, and a disc on it. */
function rays(svg: SVGElement, w: number, h: number, [a, b, c]: Palette["shapes"], random: Random): void {
  const x = w * (0.3 + random() * 0.4);
  const y = h * 0.86;
  const reach = w + h;
  const count = 22;
  const offset = random();
  for (let i = 0; i < count; i += 2) {
    const from = Math.PI * 2 * ((i + offset) / count);
    const to = Math.PI * 2 * ((i + 1 + offset) / count);
    const edge = (angle: number): string => `${x + Math.cos(angle) * reach} ${y + Math.sin(angle) * reach}`;
    draw(svg, "path", { d: `M${x} ${y}L${edge(from)}L${edge(to)}Z`, fill: c, opacity: 0.8 });
  }
  draw(svg, "circle", { cx: x, cy: y, r: Math.min(w, h) * 0.42, fill: b });
  draw(svg, "circle", { cx: x, cy: y, r: Math.min(w, h) * 0.26, fill: a });
}

/** Bars of many heights, as a town at night. */
function skyline(svg: SVGElement, w: number, h: number, colours: Palette["shapes"], random: Random): void {
  const [a, b, c] = colours;
  draw(svg, "circle", { cx: w * (0.55 + random() * 0.3), cy: h * 0.3, r: Math.min(w, h) * 0.19, fill: a });
  const step = Math.min(w, h) / 7;
  for (let x = 0; x < w; x += step) {
    const tall = h * (0.25 + random() * 0.5);
    draw(svg, "rect", { x, y: h - tall, width: step + 0.5, height: tall, fill: random() < 0.5 ? b : c });
    if (random() < 0.4) {
      const size = step * 0.24;
      draw(svg, "rect", { x: x + size * 1.5, y: h - tall + size * 1.5, width: size, height: size, fill: a });
    }
  }
}

/** Layers of hills. */
function waves(svg: SVGElement, w: number, h: number, colours: Palette["shapes"], random: Random): void {
  const [a] = colours;
  draw(svg, "circle", { cx: w * (0.25 + random() * 0.5), cy: h * 0.34, r: Math.min(w, h) * 0.24, fill: a });
  const layers = 4;
  for (let layer = 0; layer < layers; layer++) {
    const base = h * (0.42 + layer * 0.16);
    const swing = h * (0.06 + random() * 0.08);
    const length = w * (0.5 + random() * 0.5);
    const shift = random() * Math.PI * 2;
    let d = `M0 ${h}`;
    for (let x = 0; x <= w; x += w / 40) d += `L${x} ${base + Math.sin((x / length) * Math.PI * 2 + shift) * swing}`;
    draw(svg, "path", { d: `${d}L${w} ${h}Z`, fill: colours[(layer + 1) % 3] as string });
  }
}

/** Slanted bands and a disc over them. */
function bands(svg: SVGElement, w: number, h: number, colours: Palette["shapes"], random: Random): void {
  const slant = (random() < 0.5 ? -1 : 1) * (24 + random() * 22);
  const group = draw(svg, "g", { transform: `rotate(${slant} ${w / 2} ${h / 2})` });
  let y = h * 0.08;
  for (let i = 0; i < 4; i++) {
    const thick = Math.min(w, h) * (0.08 + random() * 0.13);
    draw(group, "rect", { x: -w, y, width: w * 3, height: thick, fill: colours[i % 3] as string });
    y += thick * 1.55;
  }
  const r = Math.min(w, h) * 0.24;
  draw(svg, "circle", { cx: w * (0.3 + random() * 0.4), cy: h * 0.52, r, fill: colours[1] });
}

/** Large discs over each other. */
function discs(svg: SVGElement, w: number, h: number, colours: Palette["shapes"], random: Random): void {
  const least = Math.min(w, h);
  for (let i = 0; i < 3; i++) {
    const r = least * (0.26 + random() * 0.2);
    const cx = w * (0.24 + i * 0.27 + (random() - 0.5) * 0.1);
    const cy = h * (0.3 + random() * 0.42);
    draw(svg, "circle", { cx, cy, r, fill: colours[i] as string, opacity: 0.88 });
  }
  draw(svg, "circle", { cx: w * 0.5, cy: h * 0.5, r: least * 0.47, fill: "none", stroke: colours[1], "stroke-width": 2 });
}

let sheets = 0;

/** An empty sheet whose ground goes softly from one shade to another. */
function sheet(name: string, palette: Palette, width: number, height: number, shades: [number, number]): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const id = `aftershow-ground-${sheets++}`;
  const angle = hashOf(name) % 90;
  const gradient = draw(draw(svg, "defs", {}), "linearGradient", { id, gradientTransform: `rotate(${angle})` });
  const [from, to] = shades.map((share) => `color-mix(in oklab, ${palette.ground}, ${palette.shapes[2]} ${share * 100}%)`) as [string, string];
  draw(gradient, "stop", { offset: 0.35, "stop-color": from });
  draw(gradient, "stop", { offset: 1, "stop-color": to });
  draw(svg, "rect", { width, height, fill: `url(#${id})` });
  return svg;
}

function draw<K extends keyof SVGElementTagNameMap>(
  parent: SVGElement,
  tag: K,
  attributes: Record<string, string | number>,
): SVGElementTagNameMap[K] {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, typeof value === "number" ? String(Math.round(value * 100) / 100) : value);
  }
  parent.append(node);
  return node;
}
