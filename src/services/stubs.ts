import type { InventoryLevelRpc } from "../contracts/level-rpc.ts";
import type { OrderLedgerRpc } from "../contracts/ledger-rpc.ts";
import type { LiveFeedRpc } from "../contracts/live.ts";
import { levelKey, type OrderId, type Sku, virtualShardOf, type WarehouseId } from "../domain/ids.ts";
import { ledgerOf } from "../db/shard-map.ts";
import type { Env } from "../platform/env.ts";

/** The object that decides over the stock of one SKU at one warehouse. */
export function levelStub(env: Env, sku: Sku, warehouseId: WarehouseId): InventoryLevelRpc {
  const namespace = env.INVENTORY_LEVEL;
  return typed<InventoryLevelRpc>(namespace.getByName(levelKey(sku, warehouseId)));
}

/** The ledger that the order lives on. */
export function ledgerStub(env: Env, orderId: OrderId): OrderLedgerRpc {
  return ledgerByName(env, ledgerOf(env.SHARD_MAP, virtualShardOf(orderId)).ledger);
}

/** A ledger by the name that the shard map gives it. */
export function ledgerByName(env: Env, name: string): OrderLedgerRpc {
  const namespace = env.ORDER_LEDGER;
  return typed<OrderLedgerRpc>(namespace.getByName(name));
}

/** The live feed of a topic. */
export function liveFeedStub(env: Env, topic: string): LiveFeedRpc & Fetcher {
  const namespace = env.LIVE_FEED;
  return typed<LiveFeedRpc & Fetcher>(namespace.getByName(topic));
}

/**
 * Stubs are made here and nowhere else, so this is the one place that says which class a namespace is bound to;
 * the bindings themselves carry no type because the objects' code may not be imported from here.
 */
function typed<Methods>(stub: DurableObjectStub): Methods {
  return stub as Methods;
}
