// The engines of all builds as one class: each module calls the methods of its own.

import type { Engine as Full } from '../../pkg/aftershow.js';
import type { Engine as Titles } from '../../pkg-search/aftershow_search.js';

export { initSync } from '../../pkg/aftershow.js';
export declare class Engine extends Full {
  search: Titles['search'];
}
