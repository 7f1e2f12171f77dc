// The picture of the home: tiles as the pages of shows have them, drawn from words of the trade.

import { panorama } from "./panorama.js";

const SVG = "http://www.w3.org/2000/svg";
/** Chosen so that every way of drawing is there and no two neighbours are alike. */
const WORDS = [
  ...["Pilot", "Theme song", "Plot twist", "Crossover", "Prologue", "Spin-off"],
  ...["Backdoor pilot", "Sweeps week", "Rerun", "Credits", "Matinee", "Encore"],
];

/** The tiles, the sign of the site among them. */
export function wall(): SVGSVGElement[] {
  return [sign(), ...WORDS.map(panorama)];
}

/** The sun over the sea, as on the icon, but filling its tile. */
function sign(): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 32 32");
  svg.setAttribute("class", "sign");
  const sun = document.createElementNS(SVG, "circle");
  for (const [name, value] of Object.entries({ cx: 16, cy: 17.5, r: 11.5, class: "sun" })) sun.setAttribute(name, String(value));
  const waves = document.createElementNS(SVG, "path");
  waves.setAttribute("d", "M0 17h32v1.6H0zM0 20.6h32v2H0zM0 24.6h32v2.4H0z");
  waves.setAttribute("class", "waves");
  svg.append(sun, waves);
  return svg;
}
