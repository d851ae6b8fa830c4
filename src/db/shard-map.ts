import { z } from "zod";
import { VIRTUAL_SHARDS } from "../domain/ids.ts";

/** Which ledger and which database serve a range of virtual shards (both ends included). */
export interface ShardRange {
  from: number;
  to: number;
  ledger: string;
  /** Name of the D1 binding. */
  database: string;
  /** Location hint that the ledger is created with. */
  region?: string | undefined;
}

const shardMapSchema = z.array(
  z.object({
    from: z.int().min(0),
    to: z.int().max(VIRTUAL_SHARDS - 1),
    ledger: z.string().min(1),
    database: z.string().regex(/^ORDERS_\d+$/),
    region: z.string().optional(),
  }),
);

const parsed = new Map<string, ShardRange[]>();

/** The ranges of `SHARD_MAP`. Throws unless they cover every virtual shard exactly once, in order. */
export function parseShardMap(text: string): ShardRange[] {
  const known = parsed.get(text);
  if (known) return known;
  const ranges = shardMapSchema.parse(JSON.parse(text));
  let next = 0;
  for (const range of ranges) {
    if (range.from !== next || range.to < range.from)
      throw new Error(`SHARD_MAP: the range that should begin at ${next} is ${range.from} to ${range.to}`);
    next = range.to + 1;
  }
  if (next !== VIRTUAL_SHARDS) throw new Error(`SHARD_MAP ends at ${next - 1}, not at ${VIRTUAL_SHARDS - 1}`);
  parsed.set(text, ranges);
  return ranges;
}

/** The range that serves this virtual shard. */
export function ledgerOf(shardMap: string, shard: number): ShardRange {
  const range = parseShardMap(shardMap).find((candidate) => shard <= candidate.to);
  if (!range) throw new RangeError(`no shard ${shard}`);
  return range;
}

/** The names of all ledgers, each once. */
export function ledgerNames(shardMap: string): string[] {
  return [...new Set(parseShardMap(shardMap).map((range) => range.ledger))];
}

/** The names of all order databases, each once. */
export function databaseNames(shardMap: string): string[] {
  return [...new Set(parseShardMap(shardMap).map((range) => range.database))];
}
