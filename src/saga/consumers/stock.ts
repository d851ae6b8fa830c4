import type { LevelView } from "../../contracts/level-rpc.ts";
import type { LiveItem } from "../../contracts/live.ts";
import type { StockBatch } from "../../contracts/messages.ts";
import { openOps } from "../../db/ops/database.ts";
import { upsertStock } from "../../db/ops/stock.ts";
import { levelKey } from "../../domain/ids.ts";
import type { SagaContext } from "../saga-context.ts";
import { tellFeed } from "../tell-feed.ts";

/** Screens are told of this many levels at most; the rest is in the lists they read. */
const MOST_NEWS = 200;

/** Copies stock into the projection, all of a batch in one statement, and tells the live feed. Throws when OPS is away: the queue brings it again. */
export async function consumeStock(batch: MessageBatch<StockBatch>, context: SagaContext): Promise<void> {
  const newest = new Map<string, LevelView>();
  for (const { body } of batch.messages)
    for (const level of [...body.levels, ...body.alerts.map((alert) => alert.level)]) {
      const key = levelKey(level.sku, level.warehouseId);
      const known = newest.get(key);
      if (known === undefined || known.sequence < level.sequence) newest.set(key, level);
    }
  const levels = [...newest.values()];
  await upsertStock(openOps(context.env.OPS), levels);
  batch.ackAll();
  tellFeed(context, "ops", levels.slice(-MOST_NEWS).map(liveStock));
}

function liveStock({ sku, warehouseId, available, onHand, reorderPoint, sequence, asOf }: LevelView): LiveItem {
  return { type: "stock", stock: { sku, warehouseId, available, onHand, reorderPoint, sequence, asOf } };
}
