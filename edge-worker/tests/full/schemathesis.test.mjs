// The Worker on real workerd against requests that schemathesis makes of /openapi.json: as documented, and not so.
//
//   AFTERSHOW_BIN     the `aftershow` binary: it builds the sample
//   SCHEMATHESIS      the `schemathesis` program

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { TOKEN, buildSample, startSample } from "../sample.mjs";
import { crateFolder } from "../server.mjs";

const { AFTERSHOW_BIN: binary, SCHEMATHESIS: program } = process.env;
const missing = !binary ? "AFTERSHOW_BIN is not set" : !program && "SCHEMATHESIS is not set";

test("no generated request finds an answer that the document does not have", { skip: missing }, async () => {
  const sample = buildSample(binary);
  const worker = await startSample(sample);
  const folder = mkdtempSync(join(tmpdir(), "aftershow-schemathesis-"));
  try {
    const config = join(crateFolder, "tests/full/schemathesis.toml");
    const args = ["--config-file", config, "run", `${worker.url()}/openapi.json`, "--url", worker.url(), "--header", `Authorization: Bearer ${TOKEN}`];
    // Away from the sources: it leaves what it has found beside itself.
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, NO_COLOR: "1" } });
    const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
    assert.equal(code, 0, "what it found stands above");
  } finally {
    await worker.stop();
    sample.remove();
    rmSync(folder, { recursive: true, force: true });
  }
});
