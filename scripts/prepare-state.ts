import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const STAMP = "prepared.sha256";

/** The part of wrangler's configuration that matters here. */
interface WranglerConfig {
  compatibility_date?: string;
  d1_databases: { binding: string; database_id?: string; migrations_dir?: string }[];
}

/** D1 as far as this file goes. */
interface LocalStatement {
  bind(...values: unknown[]): LocalStatement;
  run(): Promise<unknown>;
  all<Row>(): Promise<{ results: Row[] }>;
}
interface LocalD1 {
  prepare(sql: string): LocalStatement;
  batch(statements: LocalStatement[]): Promise<unknown>;
}

/** What preparing came to: `ready` when everything was there already. */
export type Preparation = "ready" | "prepared";

async function filesUnder(folder: string, extension: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries
    .filter((entry) => entry.endsWith(extension))
    .sort()
    .map((entry) => join(folder, entry));
}

async function readStamp(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

async function fingerprint(seeded: boolean): Promise<string> {
  const hash = createHash("sha256").update(`seeded=${seeded}`);
  const files = [
    join(ROOT, "wrangler.toml"),
    ...(await filesUnder(join(ROOT, "migrations"), ".sql")),
    ...(await filesUnder(join(ROOT, "seed"), ".ts")),
  ];
  for (const file of files)
    hash
      .update(file.slice(ROOT.length))
      .update("\0")
      .update(await readFile(file));
  return hash.digest("hex");
}

async function applyMigrations(database: LocalD1, folder: string, splitSql: (sql: string) => string[]): Promise<void> {
  // The table is wrangler's own, word for word, so that `wrangler d1 migrations list` agrees with what is done here.
  await database
    .prepare(
      `CREATE TABLE IF NOT EXISTS "d1_migrations"(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`,
    )
    .run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const applied = new Set(results.map((row) => row.name));
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  for (const name of names) {
    if (applied.has(name)) continue;
    const statements = splitSql(await readFile(join(folder, name), "utf8"));
    // One batch is one transaction: a migration is there with its entry, or not at all.
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
}

async function applySeed(database: LocalD1): Promise<void> {
  const { seedStatements } = await import("../seed/sql.ts");
  await database.batch(seedStatements().map((statement) => database.prepare(statement)));
}

/**
 * Brings the local databases under `stateDir` (what `wrangler dev --persist-to` gets) up to date: every migration
 * not yet applied, and the seed unless `seed` is false. Costs a few milliseconds when nothing has changed since the
 * last time, which a stamp in the folder tells; `force` looks anyway. Must not run while a Worker uses the folder.
 */
export async function prepareState(options: {
  stateDir: string;
  seed?: boolean;
  force?: boolean;
}): Promise<Preparation> {
  const { stateDir, seed = true, force = false } = options;
  const stamp = join(stateDir, STAMP);
  const wanted = await fingerprint(seed);
  if (!force && (await readStamp(stamp)) === wanted) return "ready";

  // Loaded only here: wrangler takes seconds to load, and most starts find everything prepared. Its command line
  // would take them once for every database.
  const { getPlatformProxy, unstable_readConfig, unstable_splitSqlQuery } = await import("wrangler");
  const config: WranglerConfig = unstable_readConfig({ config: join(ROOT, "wrangler.toml") }, { hideWarnings: true });
  await mkdir(stateDir, { recursive: true });
  // A configuration of the databases alone: nothing of the Worker is built or started for this.
  const configPath = join(stateDir, "databases.json");
  await writeFile(
    configPath,
    JSON.stringify({
      name: "holdfast-databases",
      compatibility_date: config.compatibility_date,
      d1_databases: config.d1_databases,
    }),
  );
  const proxy = await getPlatformProxy<Record<string, LocalD1>>({
    configPath,
    persist: { path: join(stateDir, "v3") },
    remoteBindings: false,
  });
  try {
    for (const { binding, migrations_dir } of config.d1_databases) {
      const database = proxy.env[binding];
      if (database === undefined || migrations_dir === undefined) {
        throw new Error(`wrangler.toml: database ${binding} needs a database_id and a migrations_dir`);
      }
      await applyMigrations(database, join(ROOT, migrations_dir), unstable_splitSqlQuery);
      if (seed && binding === "OPS") await applySeed(database);
    }
  } finally {
    await proxy.dispose();
  }
  // Renamed into place, so that a stamp is never half written.
  await writeFile(`${stamp}.new`, wanted);
  await rename(`${stamp}.new`, stamp);
  return "prepared";
}
