// For bundlers that leave `new URL(…, import.meta.url)` as it is: the wasm by an import.
import full from 'aftershow/wasm';
import slim from 'aftershow/wasm-slim';

import { ask } from './ask.js';

const wasm = (address) => ({ wasm: new URL(address, import.meta.url) });
window.ask = (id) => ask(new URL('/pack/', location.href), id, { full: wasm(full), slim: wasm(slim) });
