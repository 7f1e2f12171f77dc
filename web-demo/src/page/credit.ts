// The foot of the page: which pack it is, and who must be credited for its data.

import type { Info } from "aftershow";
import { find } from "./find.js";

/** Says it. */
export function credit(info: Info): void {
  find("attribution").textContent = info.attribution;
  const version = info.pack_version ? `, ${info.pack_version}` : "";
  find("pack").textContent = `${info.items.toLocaleString("en")} titles in pack ${info.pack_id.slice(0, 12)}${version}.`;
}
