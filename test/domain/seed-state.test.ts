import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { prepareState } from "../../scripts/prepare-state.ts";

const PREPARED_WITHIN_MS = 60_000;
let stateDir: string;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "holdfast-state-"));
});

afterAll(async () => {
  await rm(stateDir, { recursive: true });
});

async function sqlFiles(folder: string): Promise<string[]> {
  const names = await readdir(new URL(`../../migrations/${folder}/`, import.meta.url));
  return names.filter((name) => name.endsWith(".sql")).sort();
}

/** The local databases by the migrations that wrangler's own table says were applied. */
async function databases(): Promise<{ applied: string[]; database: DatabaseSync }[]> {
  const folder = join(stateDir, "v3/d1/miniflare-D1DatabaseObject");
  const files = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  return files.map((name) => {
    const database = new DatabaseSync(join(folder, name));
    const rows = database.prepare("SELECT name FROM d1_migrations ORDER BY name").all();
    return { database, applied: rows.map((row) => String(row.name)) };
  });
}

it(
  "migrates every database and seeds OPS, then has nothing left to do",
  async () => {
    expect(await prepareState({ stateDir })).toBe("prepared");
    const [ops, orders] = await Promise.all([sqlFiles("ops"), sqlFiles("orders")]);
    const found = await databases();
    expect(found.map(({ applied }) => applied.join()).sort()).toEqual(
      [ops.join(), orders.join(), orders.join()].sort(),
    );
    const seeded = found.find(({ applied }) => applied.join() === ops.join())?.database;
    expect(seeded?.prepare("SELECT count(*) AS n FROM products").get()).toEqual({ n: 400 });
    for (const { database } of found) database.close();

    expect(await prepareState({ stateDir })).toBe("ready");
  },
  PREPARED_WITHIN_MS,
);
