import type { LevelView } from "../../contracts/level-rpc.ts";
import type { LiveItem } from "../../contracts/live.ts";
import type { StockBatch } from "../../contracts/messages.ts";
import { openOps } from "../../db/ops/database.ts";
import { upsertStock } from "../../db/ops/stock.ts";
import { isOrderId, levelKey } from "../../domain/ids.ts";
import { logError } from "../../platform/log.ts";
import { reportTransfers } from "../report-transfers.ts";
import type { SagaContext } from "../saga-context.ts";
import { tellFeed } from "../tell-feed.ts";

/** Screens are told of this many levels at most; the rest is in the lists they read. */
const MOST_NEWS = 200;

/** So many orders are woken by one batch of messages; when those have theirs, the levels tell of the next. */
const MOST_WOKEN = 200;

/** With the retries that the queue is given, messages outlive an outage of OPS of some hours. */
const LONGEST_PAUSE_SECONDS = 300;

/** Copies stock into the projection, all of a batch in one statement, and tells the live feed. While OPS is away the queue brings it again, after pauses that double. */
export async function consumeStock(batch: MessageBatch<StockBatch>, context: SagaContext): Promise<void> {
  const newest = new Map<string, LevelView>();
  for (const { body } of batch.messages)
    for (const level of [...body.levels, ...body.alerts.map((alert) => alert.level)]) {
      const key = levelKey(level.sku, level.warehouseId);
      const known = newest.get(key);
      if (known === undefined || known.sequence < level.sequence) newest.set(key, level);
    }
  const levels = [...newest.values()];
  try {
    await upsertStock(openOps(context.env.OPS), levels);
    const notices = batch.messages.flatMap(({ body }) => body.transfers ?? []);
    if (notices.length > 0) await reportTransfers(context, notices);
  } catch (error) {
    logError("stock_not_copied", error, { levels: levels.length });
    for (const message of batch.messages)
      message.retry({ delaySeconds: Math.min(2 ** message.attempts, LONGEST_PAUSE_SECONDS) });
    return;
  }
  batch.ackAll();
  tellFeed(context, "ops", levels.slice(-MOST_NEWS).map(liveStock));
  await wakeWaiting(context, levels);
}

/** Whoever would get what there is looks for it now. One that is not reached looks for it by itself, some minutes later. */
async function wakeWaiting(context: SagaContext, levels: readonly LevelView[]): Promise<void> {
  const owners = [...new Set(levels.flatMap(({ waiting }) => waiting?.next ?? []))].filter(isOrderId);
  const woken = await Promise.allSettled(owners.slice(0, MOST_WOKEN).map((owner) => context.wake(owner)));
  const failed = woken.find((one) => one.status === "rejected");
  if (failed) logError("waiting_order_not_woken", failed.reason);
}

function liveStock({ sku, warehouseId, available, onHand, reorderPoint, sequence, asOf }: LevelView): LiveItem {
  return { type: "stock", stock: { sku, warehouseId, available, onHand, reorderPoint, sequence, asOf } };
}
