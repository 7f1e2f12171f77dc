// What a page is sent: every request that goes over the network, with its bytes as sent, headers included, as Chromium counts them.

/** Files from elsewhere, such as pictures, are the catalogue's own and not ours to count. */
const ELSEWHERE = ["https://*"];
/** What was sent last may be told after the page is done. */
const AFTERMATH_MS = 100;

/**
 * Opens `url` in a new tab of `context` and waits until the page sets `window.done`. What comes back are the files it was sent by then, but for the
 * page itself: those of its workers too, none that a cache had; and what `window.done` is.
 */
export async function visit(context, url) {
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  const requests = new Map();
  const files = [];
  const hear = (target, method, of) => {
    const id = `${target} ${of.requestId}`;
    if (method === "Network.requestWillBeSent") requests.set(id, { url: of.request.url, cached: false });
    const request = requests.get(id);
    if (!request) return;
    if (method === "Network.requestServedFromCache" || (method === "Network.responseReceived" && of.response.fromDiskCache)) request.cached = true;
    if (method !== "Network.loadingFinished" || request.cached || request.url === url) return;
    if (new URL(request.url).origin === new URL(url).origin) files.push({ file: new URL(request.url).pathname, bytes: of.encodedDataLength });
  };
  for (const method of ["requestWillBeSent", "requestServedFromCache", "responseReceived", "loadingFinished"].map((name) => `Network.${name}`)) {
    wire.on(method, (of) => hear("page", method, of));
  }
  await wire.send("Network.enable");
  await wire.send("Network.setBlockedURLs", { urls: ELSEWHERE });
  await hearWorkers(wire, hear);
  await page.goto(url);
  const done = await page.waitForFunction(() => window.done).then((handle) => handle.jsonValue());
  await page.waitForTimeout(AFTERMATH_MS);
  await page.close();
  return { files, requests: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), done };
}

/** A worker fetches by itself, and tells only whoever listens to it. It is held until somebody does. */
async function hearWorkers(wire, hear) {
  let last = 0;
  wire.on("Target.attachedToTarget", ({ sessionId }) => {
    for (const method of ["Network.enable", "Runtime.runIfWaitingForDebugger"]) {
      wire.send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify({ id: ++last, method }) }).catch(() => {});
    }
  });
  wire.on("Target.receivedMessageFromTarget", ({ sessionId, message }) => {
    const { method, params } = JSON.parse(message);
    if (method?.startsWith("Network.")) hear(sessionId, method, params);
  });
  await wire.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: false });
}
