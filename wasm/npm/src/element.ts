/** `<aftershow-list>` and `<aftershow-search>`: importing this module registers them. */

import { AftershowList } from './element/list.js';
import { define } from './element/reflection.js';
import type { AftershowEvents } from './element/events.js';
import type { KeptHistory } from './element/history.js';
import type { OpinionView } from './element/opinions.js';
import { AftershowSearch } from './element/search.js';
import { wordsFor } from './element/words.js';
import type { Card } from './types.js';

export type * from './types.js';
export type * from './element/events.js';
export { hashOf, paletteOf, randomFrom, type Palette } from './element/artwork.js';
export { safeAddress } from './element/address.js';
export { historyAt, type KeptEvent, type KeptHistory, type Opinion } from './element/history.js';
export { AftershowList } from './element/list.js';
export type { Placed, RenderCard } from './element/card.js';
export type { OpinionView } from './element/opinions.js';
export { packAt, type SharedPack, type Traffic } from './element/packs.js';
export { PARTS, type PartName, type PieceName, type Standing } from './element/reason.js';
export { AftershowSearch } from './element/search.js';
export { translate, wordsFor, type Translation, type Words } from './element/words.js';

define('aftershow-list', AftershowList);
define('aftershow-search', AftershowSearch);

declare global {
  interface HTMLElementTagNameMap {
    'aftershow-list': AftershowList;
    'aftershow-search': AftershowSearch;
  }
  interface HTMLElementEventMap extends Told {}
}

/** The two buttons of a title with words on them, for a place of the page's own; they look as the page has it. */
export async function opinionButtons(card: Pick<Card, 'id' | 'name'>, history: KeptHistory, words = wordsFor(document.body)): Promise<OpinionView> {
  return new (await import('./element/opinions.js')).OpinionView(card, history, words, undefined, true);
}

type Told = { [K in keyof AftershowEvents]: CustomEvent<AftershowEvents[K]> };
