// The sample as a deployment that has everything: a model, ratings, an experiment and known users.

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { crateFolder, start } from "./server.mjs";

export const TOKEN = "correct horse battery staple";

/** Builds it with the `aftershow` binary and starts the Worker over it; `known`: as in `start`, instead of the users. */
export async function startSample(binary, known) {
  const folder = mkdtempSync(join(tmpdir(), "aftershow-sample-"));
  const [assets, users, ratings] = ["assets", "users", "ratings.jsonl"].map((name) => join(folder, name));
  cpSync(join(crateFolder, "static"), assets, { recursive: true });
  writeFileSync(ratings, invented().map((rating) => `${JSON.stringify(rating)}\n`).join(""));
  const pack = join(assets, "pack");
  const sources = ["--catalog", "sample", "--interactions", "sample", "--ratings", `jsonl:${ratings}`];
  execFileSync(binary, ["build", ...sources, "--out", pack, "--users-out", users], { stdio: ["ignore", "pipe", "pipe"] });
  const file = join(pack, "manifest.json");
  const manifest = { ...JSON.parse(readFileSync(file, "utf8")), experiments: [experiment] };
  writeFileSync(file, JSON.stringify(manifest));
  const below = join(users, manifest.pack_id);
  const bucket = () => Object.fromEntries(readdirSync(below).map((name) => [`${manifest.pack_id}/${name}`, readFileSync(join(below, name))]));
  const worker = await start(assets, {}, known ?? { bucket, token: TOKEN });
  return {
    ...worker,
    assets,
    manifest,
    async stop() {
      await worker.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const experiment = {
  name: "blend",
  variants: [{ name: "pack", share: 0.5 }, { name: "content", share: 0.5, blend: { content: 1, collaborative: 0 } }],
};

/** Ratings that nobody gave: whole stars that hang on both numbers, so that there is something to learn. */
function invented() {
  const shows = JSON.parse(readFileSync(join(crateFolder, "../build-pipeline/sample/shows.json"), "utf8"));
  const people = Array.from({ length: 60 }, (_, person) => person);
  return people.flatMap((person) =>
    shows
      .filter((_, at) => (at * 7 + person * 13) % 5 === 0)
      .map(({ id }) => ({ user_id: `synthetic-${String(person + 1).padStart(4, "0")}`, item_id: id, value: 1 + ((id * 3 + (person % 4) * 5) % 5) })),
  );
}
