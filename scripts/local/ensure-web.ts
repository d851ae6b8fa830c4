import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { holdLock } from "./hold-lock.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUILT = join(ROOT, "dist/web");
/** Beside the pages and not among them: everything in their folder is served. */
const STAMP = join(ROOT, "dist/web.sha256");
const LOCK = join(ROOT, "dist/web.lock");

/** Everything that the pages are built from: folders and files, from the root folder. */
export const WEB_SOURCES = ["web", "src/contracts", "src/domain", "scripts/build-web.ts", "package-lock.json"] as const;

/** The files of a folder with all that is below it, or the file itself; sorted. */
async function filesOf(path: string): Promise<string[]> {
  try {
    const entries = await readdir(join(ROOT, path), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return [join(ROOT, path)];
    throw error;
  }
}

async function fingerprint(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of (await Promise.all(WEB_SOURCES.map(filesOf))).flat())
    hash
      .update(file.slice(ROOT.length))
      .update("\0")
      .update(await readFile(file))
      .update("\0");
  return hash.digest("hex");
}

async function isBuiltFrom(sources: string): Promise<boolean> {
  return existsSync(BUILT) && (await readFile(STAMP, "utf8").catch(() => "")) === sources;
}

/**
 * Builds the pages that the Worker serves, unless they were built from exactly today's sources; `onBuild` is called
 * before a build. Throws with the builder's words when it fails. Safe to call from many processes at once.
 */
export async function ensureWeb(onBuild: () => void = () => {}): Promise<void> {
  const sources = await fingerprint();
  if (await isBuiltFrom(sources)) return;
  await mkdir(join(ROOT, "dist"), { recursive: true });
  await holdLock(LOCK, async () => {
    if (await isBuiltFrom(sources)) return;
    onBuild();
    await build();
    await writeFile(STAMP, sources);
  });
}

async function build(): Promise<void> {
  const child = spawn(process.execPath, [join(ROOT, "scripts/build-web.ts")], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stdout.on("data", (text: Buffer) => (said += text.toString()));
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`The web app could not be built.\n${said}`);
}
