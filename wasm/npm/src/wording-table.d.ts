// `core/src/engine/wording.json`: the build puts it in its place.
declare module '#wording' {
  const table: import('./types.js').Wording;
  export default table;
}
