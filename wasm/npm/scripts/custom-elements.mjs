// custom-elements.json, for editors and catalogues: the README's tables of the elements in their form (schema 1.0.0).

/** The manifest of the elements that a README documents. */
export function customElements(readme) {
  const sections = readme.split(/^### /m).filter((section) => /^`<[\w-]+>`/.test(section));
  const declarations = sections.map(declarationOf);
  const exports = declarations.map(({ name, tagName }) => ({ kind: 'custom-element-definition', name: tagName, declaration: { name, module: 'dist/element.js' } }));
  return { schemaVersion: '1.0.0', readme: 'README.md', modules: [{ kind: 'javascript-module', path: 'dist/element.js', declarations, exports }] };
}

function declarationOf(section) {
  const [, tagName] = section.match(/^`<([\w-]+)>`/);
  const name = tagName.replace(/(^|-)(\w)/g, (_, _dash, letter) => letter.toUpperCase());
  const [, description] = section.match(/\n\n([^|\n]+)\n/);
  const tables = Object.fromEntries(section.split('\n\n').map(rowsOf).filter(Boolean));
  const text = (cell) => cell.replaceAll('`', '');
  const known = (cell) => (cell === '–' ? {} : { default: cell });
  return {
    kind: 'class',
    name,
    tagName,
    customElement: true,
    description,
    superclass: { name: 'HTMLElement' },
    attributes: tables.attribute
      .filter(([attribute]) => attribute !== '–')
      .map(([attribute, property, meaning, otherwise]) => ({ name: text(attribute), fieldName: text(property), description: meaning, ...known(otherwise) })),
    members: tables.attribute.map(([, property, meaning, otherwise]) => ({ kind: 'field', name: text(property), description: meaning, ...known(otherwise) })),
    events: tables.event.map(([event, when, detail]) => ({ name: text(event), type: { text: 'CustomEvent' }, description: `${when}; detail: ${detail}` })),
    slots: (tables.slot ?? []).map(([slot, what]) => ({ name: text(slot), description: what })),
    cssParts: tables.part.flatMap(([parts, what]) => text(parts).split(', ').map((part) => ({ name: part, description: what }))),
    cssProperties: tables['custom property'].map(([property, what, otherwise]) => ({ name: text(property), description: what, ...known(otherwise) })),
  };
}

/** The rows of a table by the name of its first column. */
function rowsOf(block) {
  const lines = block.trim().split('\n');
  if (!lines.every((line) => line.startsWith('|')) || lines.length < 3) return null;
  const [head, , ...rows] = lines.map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim()));
  return [head[0], rows];
}
