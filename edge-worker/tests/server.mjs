// The Worker on real workerd, with wrangler.toml as it is but for the folder of the assets.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

// Set before wrangler is loaded: nothing here needs the network.
process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
process.env.WRANGLER_SEND_METRICS ??= "false";
process.env.WRANGLER_LOG ??= "error";
process.env.CI ??= "1";
const { createTestHarness } = await import("wrangler");

export const crateFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Starts the Worker over a folder of assets, on a free loopback port. With `bucket` it has the private bucket, with
 * these objects (a function that returns bytes by key); with `token` the secret that known users need.
 */
export async function start(assets, vars = {}, { bucket, token } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "aftershow-edge-"));
  const replace = (text, from, to) => {
    if (!text.includes(from)) throw new Error(`wrangler.toml has no ${from}`);
    return text.replace(from, to);
  };
  let config = readFileSync(join(crateFolder, "wrangler.toml"), "utf8");
  config = replace(config, '"build/index.js"', JSON.stringify(join(crateFolder, "build/index.js")));
  config = replace(config, '"./assets"', JSON.stringify(assets));
  if (bucket) {
    const lines = ["[[r2_buckets]]", 'binding = "USERS"', 'bucket_name = "aftershow-users"'];
    // As they stand in wrangler.toml, as comments.
    for (const line of lines) config = replace(config, `# ${line}`, line);
  }
  const configPath = join(folder, "wrangler.toml");
  writeFileSync(configPath, config);

  const secrets = token === undefined ? {} : { USERS_TOKEN: token };
  const harness = createTestHarness({ root: folder, workers: [{ configPath, vars, secrets }] });
  let url;
  const listen = async () => {
    url = (await harness.listen()).url;
    if (!bucket) return;
    const { USERS } = await harness.getWorker().getEnv();
    for (const [key, bytes] of Object.entries(bucket())) await USERS.put(key, bytes);
  };
  await listen();
  return {
    /** Where it is, without a slash at the end. */
    url: () => url.origin,
    /** One request, as it is written: no decoding, no normalising, no following. */
    request: (path, options = {}) => request(url, path, options),
    /** The log lines since the last call. They come through a pipe: waits for as many as expected. */
    async logs(expected = 0) {
      const lines = () => harness.getLogs().map((line) => line.message);
      const until = Date.now() + 5_000;
      await sleep(200);
      while (lines().length < expected && Date.now() < until) await sleep(50);
      const now = lines();
      harness.clearLogs();
      return now;
    },
    /** Starts over: the next request finds an isolate that has read nothing. */
    async cold() {
      await harness.reset();
      await listen();
      harness.clearLogs();
    },
    async stop() {
      await harness.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function request(url, path, { method = "GET", headers = {}, body, chunked = false }) {
  return new Promise((resolve, reject) => {
    const options = { host: url.hostname, port: url.port, path, method, headers: { "Accept-Encoding": "identity", ...headers } };
    const sent = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        resolve({
          status: response.statusCode,
          headers: response.headers,
          bytes,
          json: () => JSON.parse(bytes.toString("utf8")),
        });
      });
    });
    sent.on("error", reject);
    if (body !== undefined && !chunked) sent.setHeader("Content-Length", Buffer.byteLength(body));
    sent.end(body);
  });
}
