import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second that Linux counts processor time in; fixed by its interface. */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  parent: number;
  name: string;
  seconds: number;
}

function timesOf(pid: number): ProcessTimes | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name is in parentheses and may hold spaces.
    const name = text.slice(text.indexOf("(") + 1, text.lastIndexOf(")"));
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { name, parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND };
  } catch {
    return null;
  }
}

/** The runtimes that this process has started; empty where there is no /proc. */
export function runtimePids(): number[] {
  try {
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => {
        const times = Number.isInteger(pid) ? timesOf(pid) : null;
        return times !== null && times.parent === process.pid && times.name.startsWith("workerd");
      });
  } catch {
    return [];
  }
}

/** Processor seconds that the process has used so far; null when it cannot be told. */
export function cpuSeconds(pid: number | null): number | null {
  return pid === null ? null : (timesOf(pid)?.seconds ?? null);
}

const IDLE_POLL_MS = 100;
/** Below this share of a core a runtime only keeps its timers. */
const IDLE_SHARE = 0.1;
const IDLE_WITHIN_MS = 3_000;

/** Waits until the process has done what was left to do, for three seconds at most. */
export async function waitUntilIdle(pid: number | null): Promise<void> {
  const giveUpAt = Date.now() + IDLE_WITHIN_MS;
  let last = cpuSeconds(pid);
  // Projection waits nearly half a second, so that one quiet moment says nothing yet.
  for (let quiet = 0; quiet < 5 && last !== null && Date.now() < giveUpAt;) {
    await new Promise((wake) => setTimeout(wake, IDLE_POLL_MS));
    const now: number | null = cpuSeconds(pid);
    quiet = now !== null && now - last < (IDLE_POLL_MS / 1000) * IDLE_SHARE ? quiet + 1 : 0;
    last = now;
  }
}
