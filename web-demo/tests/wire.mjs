// What a page is sent, as the server counts it: a worker's requests are among it, which a page's own DevTools session does not hear of.

/**
 * Opens a page of the site in a new tab of `context` and waits until it sets `window.done`. What comes back are the files that were sent, but for the page
 * itself and what a cache had, with their bytes, headers included; and what `window.done` is.
 */
export async function visit(context, site, path) {
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  await wire.send("Network.enable");
  // Pictures are the catalogue's own, from elsewhere. Chromium blocks them, since a route of Playwright's would turn its cache off.
  await wire.send("Network.setBlockedURLs", { urls: ["https://*"] });
  const [asked, sent] = [site.requests.length, site.sent.length];
  await page.goto(site.url + path);
  const done = await page.waitForFunction(() => window.done).then((handle) => handle.jsonValue());
  // What a page still asks for when it is done counts too.
  await page.waitForTimeout(100);
  while (site.sent.length - sent < site.requests.length - asked) await page.waitForTimeout(10);
  await page.close();
  const files = site.sent.slice(sent).filter(({ file }) => file !== path);
  return { files, requests: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), done };
}
