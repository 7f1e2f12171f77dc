// Reasons as short sentences. The words stand in the engine's own table.

import table from '#wording';

import type { Reason, Wording } from './types.js';

/** English. */
export const english: Wording = table;

/**
 * The sentence of the strongest reason that has one, without a full stop; `null` if none has. The same sentence as the
 * engine's, from the structured reasons of any answer, also of one over HTTP.
 *
 * ```js
 * const { items } = await recommender.recommend({ history: [82], reasons: true });
 * sentence(items[0].reasons); // "More Adventure, Drama and Fantasy"
 * ```
 */
export function sentence(reasons: readonly Reason[] | undefined, wording: Wording = english): string | null {
  for (const reason of reasons ?? []) {
    const said = ofReason(reason, wording);
    if (said !== null) return said;
  }
  return null;
}

/** `null` if the sentence wants names, or an attribute, and the reason has none. */
function ofReason({ kind, attribute, names = [] }: Reason, wording: Wording): string | null {
  const last = names.at(-1);
  const listed =
    names.length > 1 ? names.slice(0, -1).join(wording.separator) + wording.last_separator + last : (last ?? null);
  const template: string | undefined = kind === 'terms' && listed === null ? wording.story : wording[kind];
  // A later engine may have a kind of reason that this table has no words for.
  if (template === undefined) return null;
  let complete = true;
  // A name that holds `{names}` is a name and no template: what is put in is not looked at again.
  const said = template.replace(/\{(names|attribute)\}/g, (_, mark) => {
    const value = mark === 'names' ? listed : attribute;
    complete &&= value != null;
    return value ?? '';
  });
  return complete ? said : null;
}
