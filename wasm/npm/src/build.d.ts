// What the build puts in place.

/** The package's version. */
declare const VERSION: string;

/** The WebAssembly's file, beside the JavaScript. */
declare const WASM_FILE: string;

/** `core/src/engine/wording.json`. */
declare module '#wording' {
  const table: import('./types.js').Wording;
  export default table;
}

/** The WebAssembly as a compiled module. */
declare module '#wasm-file' {
  const module: WebAssembly.Module;
  export default module;
}

/** A style sheet as text. */
declare module '*.css' {
  const text: string;
  export default text;
}
