import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWork, isSettled, type OpenWork, openWork } from "./open-work.ts";
import { pause } from "./process-group.ts";
import type { RawState } from "./raw-rows.ts";
import { readRawState } from "./raw-state.ts";

const LOOK_EVERY_MS = 3_000;
const SAY_EVERY_MS = 20_000;
/** What takes moments is let finish when the time is over: an effect may have come to its end just then. */
const LAST_MOMENTS_MS = 20_000;

/**
 * Reads a copy of the files while the system runs: a reader of its own would hold locks that the system needs when it
 * opens a file. A copy may be torn; then it can't be read, and null says so.
 */
function readCopy(stateDir: string): RawState | null {
  const copy = mkdtempSync(join(tmpdir(), "holdfast-faults-copy-"));
  try {
    for (const part of ["v3/do", "v3/d1"])
      cpSync(join(stateDir, part), join(copy, part), { recursive: true, filter: (path) => !path.endsWith("-shm") });
    return readRawState(copy);
  } catch {
    return null;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Whether everything that has happened is in the lists, and told. */
function isWritten(work: OpenWork | null): boolean {
  return work !== null && isSettled({ ...work, effects: [] });
}

/** Watches the running system until nothing moves any more, at most so long. */
export async function waitUntilSettled(
  stateDir: string,
  limits: { withinMs: number; isBusy: () => boolean; say: (line: string) => void },
): Promise<void> {
  const giveUpAt = Date.now() + limits.withinMs;
  let work: OpenWork | null = null;
  let saidAt = 0;
  for (;;) {
    const state = readCopy(stateDir);
    if (state !== null) work = openWork(state);
    if (work !== null && isSettled(work) && !limits.isBusy()) return;
    if (Date.now() > giveUpAt + (state !== null && isWritten(work) ? 0 : LAST_MOMENTS_MS)) return;
    if (work !== null && Date.now() > saidAt + SAY_EVERY_MS) {
      limits.say(`  still to do: ${describeWork(work)}`);
      saidAt = Date.now();
    }
    await pause(LOOK_EVERY_MS);
  }
}
