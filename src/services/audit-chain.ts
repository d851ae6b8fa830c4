import { sha256Hex } from "../platform/sha256.ts";

/** An entry of the audit trail, as its hash covers it. */
export interface ChainedEntry {
  sequence: number;
  /** Epoch milliseconds. */
  at: number;
  actor: unknown;
  action: string;
  subject: string;
  before: unknown;
  after: unknown;
  origin: unknown;
}

/** What the first entry is chained to. */
export const CHAIN_START = "0".repeat(64);

/** The hash of an entry: SHA-256, in lower-case hex, of the hash before it and everything that the entry says. */
export function hashOf(previous: string, entry: ChainedEntry): string {
  const { sequence, at, actor, action, subject, before, after, origin } = entry;
  return sha256Hex(
    `${previous}\n${JSON.stringify([sequence, at, actor, action, subject, before ?? null, after ?? null, origin])}`,
  );
}

/** What a walk along the chain came to. */
export type ChainFinding =
  | { ok: true; entries: number; unsealed: number; head: { sequence: number; hash: string } }
  | { ok: false; sequence: number; problem: string };

/**
 * Walks the chain from its first entry, oldest first, and says where it breaks: an entry that is missing, was changed,
 * or has no hash although a later one has. Entries at the end may wait for their hash for a moment. What was cut off
 * at the end shows only against an `anchor`: a head that was noted at an earlier walk.
 */
export function checkChain(
  entries: Iterable<ChainedEntry & { hash: string | null }>,
  anchor: { sequence: number; hash: string } | null = null,
): ChainFinding {
  let hash = CHAIN_START;
  let sequence = 0;
  let unsealed = 0;
  for (const entry of entries) {
    sequence += 1;
    if (entry.sequence !== sequence) return { ok: false, sequence, problem: "the entry is missing" };
    if (entry.hash === null) {
      unsealed += 1;
      continue;
    }
    if (unsealed > 0) return { ok: false, sequence: sequence - 1, problem: "the entry's hash is missing" };
    const expected = hashOf(hash, entry);
    if (entry.hash !== expected) return { ok: false, sequence, problem: "the entry is not what was written" };
    if (anchor?.sequence === sequence && anchor.hash !== expected)
      return { ok: false, sequence, problem: "the hash is not the one that was noted: the chain was written anew" };
    hash = expected;
  }
  const sealed = sequence - unsealed;
  if (anchor !== null && anchor.sequence > sealed)
    return {
      ok: false,
      sequence: sealed + 1,
      problem: `the trail was noted to reach ${anchor.sequence}: its end is cut off`,
    };
  return { ok: true, entries: sequence, unsealed, head: { sequence: sealed, hash } };
}
