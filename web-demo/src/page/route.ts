// Which face of the page an address asks for, and how links between them are followed without loading the page again.

/** The id of the show that the address names; `null` for the home. */
export function showAsked(): string | null {
  return new URLSearchParams(location.search).get("show") || null;
}

/** Calls `open` for every address of this page that is gone to; `arrived` after those that the visitor chose by a link. */
export function followLinks(open: () => void, arrived: () => void): (href: string) => void {
  const go = (href: string): void => {
    history.pushState(null, "", href);
    scrollTo({ top: 0 });
    open();
    arrived();
  };
  addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (!link || link.target || link.getAttribute("href")?.startsWith("#")) return;
    const address = new URL(link.href);
    if (address.origin !== location.origin || address.pathname !== location.pathname) return;
    event.preventDefault();
    go(link.href);
  });
  addEventListener("popstate", open);
  return go;
}
