import type { CallReport } from "../../src/contracts/provider-gate-rpc.ts";

const WINDOW_MS = 5 * 60_000;
const SLOT_MS = 10_000;
const KEPT_LATENCIES = 500;

interface Slot {
  startsAt: number;
  calls: number;
  broken: number;
  throttled: number;
}

/** Counts of the last five minutes and the newest latencies. */
export class StatsBook {
  #slots: Slot[] = [];
  #latencies: number[] = [];

  add(report: CallReport, now: number): void {
    const startsAt = now - (now % SLOT_MS);
    let slot = this.#slots.at(-1);
    if (slot === undefined || slot.startsAt !== startsAt) {
      slot = { startsAt, calls: 0, broken: 0, throttled: 0 };
      this.#slots.push(slot);
    }
    slot.calls += report.answered + report.broken + report.throttled;
    slot.broken += report.broken;
    slot.throttled += report.throttled;
    this.#latencies = [...this.#latencies, ...report.latenciesMs].slice(-KEPT_LATENCIES);
    this.#slots = this.#slots.filter((kept) => kept.startsAt > now - WINDOW_MS);
  }

  /** Sums over the window; percentiles are null before the first call. */
  figures(now: number): {
    calls: number;
    broken: number;
    throttled: number;
    p50Ms: number | null;
    p95Ms: number | null;
  } {
    const sums = { calls: 0, broken: 0, throttled: 0 };
    for (const slot of this.#slots) {
      if (slot.startsAt <= now - WINDOW_MS) continue;
      sums.calls += slot.calls;
      sums.broken += slot.broken;
      sums.throttled += slot.throttled;
    }
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    const at = (share: number): number | null =>
      sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? null;
    return { ...sums, p50Ms: at(0.5), p95Ms: at(0.95) };
  }
}
