import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const GIVE_UP_MS = 240_000;
const POLL_MS = 50;

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Whether the process that wrote the lock is gone, killed as likely as not. */
async function isLeftBehind(lock: string): Promise<boolean> {
  const holder = Number(await readFile(lock, "utf8").catch(() => ""));
  // Between being made and being written it is empty, and gone when it was given back just now.
  if (!Number.isInteger(holder) || holder <= 0) return false;
  try {
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return hasCode(error, "ESRCH");
  }
}

/**
 * Runs the work while no other process of this machine runs work under the same lock, a file with the holder's
 * process id. Throws when the lock is not free within four minutes.
 */
export async function holdLock<Result>(lock: string, run: () => Promise<Result>): Promise<Result> {
  await mkdir(dirname(lock), { recursive: true });
  const giveUpAt = Date.now() + GIVE_UP_MS;
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
      if (await isLeftBehind(lock)) await rm(lock, { force: true });
      if (Date.now() > giveUpAt) throw new Error(`${lock} is held by another process`, { cause: error });
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
  }
  try {
    return await run();
  } finally {
    await rm(lock, { force: true });
  }
}
