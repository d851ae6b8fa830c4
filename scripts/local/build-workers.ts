import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { V4WorkerOptionsShape } from "miniflare";
import { ensureWeb } from "./ensure-web.ts";
import { holdLock } from "./hold-lock.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUILDS = join(ROOT, "dist/workers");
/** What the Workers of the product are made of. */
const PRODUCT_SOURCES = ["src", "durable-objects"];
const SOURCE_FILE = /\.(tsx?|jsx?|json|css|html|sql|txt)$/;
const LOCK = join(BUILDS, "building.lock");
/** A build that nobody has made for so long belongs to sources that are gone. */
const KEEP_BUILDS_MS = 30 * 60_000;

/** One Worker as wrangler bundles it, with the bindings that its configuration declares. */
export interface BuiltWorker {
  /** The folder with `index.js` and its source map. */
  folder: string;
  /** Name of the Worker, as its configuration has it. */
  name: string;
  options: V4WorkerOptionsShape;
}

async function sourceFiles(sources: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    sources.map(async (folder) => {
      const entries = await readdir(join(ROOT, folder), { recursive: true });
      return entries.filter((entry) => SOURCE_FILE.test(entry)).map((entry) => join(ROOT, folder, entry));
    }),
  );
  return [...found.flat(), join(ROOT, "package-lock.json")].sort();
}

async function fingerprint(config: string, sources: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(ROOT);
  for (const file of [join(ROOT, config), ...(await sourceFiles(sources))]) {
    hash
      .update(file)
      .update("\0")
      .update(await readFile(file))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

/** The environment in which wrangler asks nothing of the outside and writes nothing into the home folder. */
export function quietWrangler(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_LOG_PATH: join(BUILDS, "logs"),
    FORCE_COLOR: "0",
  };
}

/** Bundles one Worker as a deployment would, without deploying; answers what wrangler said. Throws when it fails. */
export async function bundle(config: string, outdir: string, more: readonly string[] = []): Promise<string> {
  const args = [
    join(ROOT, "node_modules/wrangler/bin/wrangler.js"),
    "deploy",
    "--dry-run",
    "-c",
    join(ROOT, config),
    "--outdir",
    outdir,
    ...more,
  ];
  const child = spawn(process.execPath, args, { cwd: ROOT, env: quietWrangler(), stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (text: Buffer) => (said += text.toString()));
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${config} could not be built.\n${said}`);
  return said;
}

async function readBuilt(folder: string): Promise<BuiltWorker | null> {
  try {
    const { name, options }: Pick<BuiltWorker, "name" | "options"> = JSON.parse(
      await readFile(join(folder, "options.json"), "utf8"),
    );
    return { folder, name, options };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

async function build(config: string, folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  await bundle(config, draft);
  // Loaded only here: wrangler takes seconds to load, and most starts find everything built.
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig } = await import("wrangler");
  const { name } = unstable_readConfig({ config: join(ROOT, config) }, { hideWarnings: true });
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(ROOT, config));
  await writeFile(join(draft, "options.json"), JSON.stringify({ name, options: workerOptions }));
  // Renamed into place, so that a build is never half there.
  await rename(draft, folder);
}

async function removeOld(prefix: string, current: string): Promise<void> {
  for (const entry of await readdir(BUILDS)) {
    if (!entry.startsWith(prefix) || entry === current) continue;
    const path = join(BUILDS, entry);
    const stats = await stat(path).catch(() => null);
    if (stats !== null && Date.now() - stats.mtimeMs > KEEP_BUILDS_MS) await rm(path, { recursive: true, force: true });
  }
}

/**
 * The Worker of this configuration (a path from the root folder) as wrangler's bundler makes it, from `dist/workers`; built only when sources,
 * configuration or lockfile have changed since. Safe to call from many processes at once.
 */
export async function buildWorker(config: string, sources: readonly string[] = PRODUCT_SOURCES): Promise<BuiltWorker> {
  // The Worker serves the pages from their folder, so they must be current even when the Worker's own build is.
  await ensureWeb();
  const prefix = `${config.replace(/\.toml$/, "").replaceAll("/", ".")}-`;
  await mkdir(BUILDS, { recursive: true });
  const current = `${prefix}${await fingerprint(config, sources)}`;
  const folder = join(BUILDS, current);
  const existing = await readBuilt(folder);
  if (existing !== null) return existing;
  // One build at a time on this machine: a second process waits for the first one's result instead of repeating it.
  return holdLock(LOCK, async () => {
    const meanwhile = await readBuilt(folder);
    if (meanwhile !== null) return meanwhile;
    await build(config, folder);
    await removeOld(prefix, current);
    const built = await readBuilt(folder);
    if (built === null) throw new Error(`${folder} was not written`);
    return built;
  });
}
