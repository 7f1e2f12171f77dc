// The picture of the home: tiles as the pages of shows have them, drawn from words of the trade.

import { panorama } from "./panorama.js";

const SVG = "http://www.w3.org/2000/svg";
const WORDS = ["Pilot", "Cold open", "Cliffhanger", "Bottle episode", "Finale", "Spin-off", "Rerun", "Sweeps week", "Post-credits"];

/** The tiles, the sign of the site among them. */
export function wall(): Element[] {
  const tiles: Element[] = WORDS.map(panorama);
  tiles.splice(4, 0, sign());
  return tiles;
}

function sign(): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "3 3 26 26");
  svg.setAttribute("class", "sign");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", "#sun");
  svg.append(use);
  return svg;
}
