// The sample as a deployment that has everything: a model, ratings, an experiment and known users.

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { crateFolder, start } from "./server.mjs";

export const TOKEN = "correct horse battery staple";

/** Builds it with the `aftershow` binary, below a folder of its own. */
export function buildSample(binary) {
  const folder = mkdtempSync(join(tmpdir(), "aftershow-sample-"));
  const [pack, users, ratings] = ["pack", "users", "ratings.jsonl"].map((name) => join(folder, name));
  writeFileSync(ratings, invented().map((rating) => `${JSON.stringify(rating)}\n`).join(""));
  const sources = ["--catalog", "sample", "--interactions", "sample", "--ratings", `jsonl:${ratings}`];
  execFileSync(binary, ["build", ...sources, "--out", pack, "--users-out", users], { stdio: ["ignore", "pipe", "pipe"] });
  change(pack, (manifest) => ({ ...manifest, experiments: [experiment] }));
  const id = readdirSync(users)[0];
  const objects = Object.fromEntries(readdirSync(join(users, id)).map((name) => [`${id}/${name}`, readFileSync(join(users, id, name))]));
  return { pack, bucket: () => objects, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts the Worker over it; `known`: as in `start`, by default its users; `damage`: is given a copy of the pack first. */
export async function startSample(sample, { known = { bucket: sample.bucket, token: TOKEN }, damage } = {}) {
  const assets = mkdtempSync(join(tmpdir(), "aftershow-assets-"));
  cpSync(join(crateFolder, "static"), assets, { recursive: true });
  cpSync(sample.pack, join(assets, "pack"), { recursive: true });
  damage?.(join(assets, "pack"));
  const worker = await start(assets, {}, known);
  const stop = async () => {
    await worker.stop();
    rmSync(assets, { recursive: true, force: true });
  };
  return { ...worker, stop };
}

/** Changes the manifest of a pack. */
export function change(pack, make) {
  const file = join(pack, "manifest.json");
  writeFileSync(file, JSON.stringify(make(JSON.parse(readFileSync(file, "utf8")))));
}

const experiment = {
  name: "blend",
  variants: [{ name: "pack", share: 0.5 }, { name: "content", share: 0.5, blend: { content: 1, collaborative: 0 } }],
};

/** Ratings that nobody gave: halfway between what the show gets and chance, so that there is something to learn and not everything. */
function invented() {
  const shows = JSON.parse(readFileSync(join(crateFolder, "../build-pipeline/sample/shows.json"), "utf8"));
  return Array.from({ length: 30 }, (_, person) => shows.filter((_, at) => (at * 7 + person * 13) % 9 === 0).map(({ id }) => ({
    user_id: `synthetic-${String(person + 1).padStart(4, "0")}`,
    item_id: id,
    value: 1 + (((id * 7) % 5) + ((id * 31 + person * 17) % 11) % 5) / 2,
  }))).flat();
}
