/// <reference lib="esnext.disposable" preserve="true" />
// What every open pack has, whichever engine answers from it.

import type { Host } from './host.js';
import type { Info } from './types.js';

/** An open pack. */
export abstract class OpenPack {
  /** @internal */
  protected readonly host: Host;
  /** Frees the pack's memory at the end of a block that began with `using`. */
  declare readonly [Symbol.dispose]: () => void;

  static {
    const dispose = function (this: OpenPack): void {
      this.free();
    };
    if (Symbol.dispose) Object.defineProperty(this.prototype, Symbol.dispose, { value: dispose });
  }

  /** @internal */
  protected constructor(host: Host) {
    this.host = host;
  }

  /** What the pack is, and what of it is attached. */
  info(): Info {
    return this.host.info();
  }

  /** Gives the pack's memory back to the engine. It can't be used any more; freeing it twice is fine. */
  free(): void {
    this.host.free();
  }
}
