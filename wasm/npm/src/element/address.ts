// Addresses that come from data. A link or a picture may only be http(s) or relative to the page.

/** The address if it may be followed, resolved against the page; `null` for any other scheme and for nonsense. */
export function safeAddress(address: string | null | undefined): string | null {
  if (!address) return null;
  try {
    const url = new URL(address, document.baseURI);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

/** `template` with each `{id}` replaced by the escaped id. */
export function fillTemplate(template: string, id: string | number): string {
  return template.replaceAll('{id}', encodeURIComponent(String(id)));
}
