import {
  type Attempt,
  type LeasedEffect,
  type OrderLedgerRpc,
  type OutcomeReport,
  readOrder,
  type TakenAttempt,
} from "../contracts/ledger-rpc.ts";
import { databaseOf } from "../db/orders/databases.ts";
import { findOrderRow } from "../db/orders/queries.ts";
import { ledgerOf } from "../db/shard-map.ts";
import { type OrderId, virtualShardOf } from "../domain/ids.ts";
import type { Order } from "../domain/order/order.ts";
import type { Env } from "../platform/env.ts";
import { gather } from "./gather.ts";

/** What the saga asks of ledgers again and again: in one call where it is asked of the same ledger in the same turn. */
export interface LedgerCalls {
  /** The order as it stands now; null when nobody knows it. */
  findOrder(orderId: OrderId): Promise<Order | null>;
  /** The same, of an order that there must be: an effect without its order is damage, and throws. */
  order(orderId: OrderId): Promise<Order>;
  /** Takes an attempt before it is made: no other consumer is given it. */
  take(attempt: Attempt & { orderId: OrderId }): Promise<TakenAttempt>;
  /** Reports an outcome. Answers effects that became free by it or by what was reported beside it, leased to the caller and taken. */
  report(report: OutcomeReport): Promise<LeasedEffect[]>;
  /** Lets an order look at once for stock that it waits for. */
  wake(orderId: OrderId): Promise<void>;
}

/** These calls as one invocation of a consumer makes them; `ledger` gives the ledger of a name in the shard map. */
export function ledgerCalls(env: Env, ledger: (name: string) => OrderLedgerRpc): LedgerCalls {
  const nameOf = ({ orderId }: { orderId: OrderId }) => ledgerOf(env.SHARD_MAP, virtualShardOf(orderId)).ledger;
  const open = gather(nameOf, (orders: { orderId: OrderId }[], name) =>
    ledger(name).open(orders.map(({ orderId }) => orderId)),
  );
  const take = gather(nameOf, (attempts: (Attempt & { orderId: OrderId })[], name) =>
    ledger(name).take(attempts.map(({ effectId, attempt }) => ({ effectId, attempt }))),
  );
  const report = gather(nameOf, async (reports: OutcomeReport[], name) => {
    const freed = await ledger(name).report(reports);
    // Whose report has freed what makes no difference: the one consumer does all of it.
    return reports.map((_, index) => (index === 0 ? freed : []));
  });
  const wake = gather(nameOf, async (orders: { orderId: OrderId }[], name) => {
    await ledger(name).wake(orders.map(({ orderId }) => orderId));
    return orders.map(() => undefined);
  });
  const findOrder = async (orderId: OrderId) => {
    const found = (await open({ orderId })) ?? (await findOrderRow(databaseOf(env, orderId), orderId));
    return found && readOrder(found);
  };
  return {
    findOrder,
    order: async (orderId) => known(orderId, await findOrder(orderId)),
    take,
    report,
    wake: (orderId) => wake({ orderId }),
  };
}

function known(orderId: OrderId, order: Order | null): Order {
  if (order === null) throw new Error(`no order ${orderId}`);
  return order;
}
