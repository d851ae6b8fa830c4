import type { OrderId } from "../../domain/ids.ts";
import { virtualShardOf } from "../../domain/ids.ts";
import { databaseNames, ledgerOf } from "../shard-map.ts";

/** The part of a Worker's environment that names its order databases. */
interface OrderDatabases {
  SHARD_MAP: string;
}

/** The database that the binding of this name stands for. Throws when SHARD_MAP names one that is not bound. */
export function orderDatabase(env: OrderDatabases, binding: string): D1Database {
  const database: unknown = Reflect.get(env, binding);
  if (typeof database !== "object" || database === null)
    throw new Error(`SHARD_MAP names ${binding}, which is not bound`);
  return database as D1Database;
}

/** The database that this order is projected to. */
export function databaseOf(env: OrderDatabases, orderId: OrderId): D1Database {
  return orderDatabase(env, ledgerOf(env.SHARD_MAP, virtualShardOf(orderId)).database);
}

/** Every order database, each once: what a list over all orders reads side by side. */
export function allOrderDatabases(env: OrderDatabases): D1Database[] {
  return databaseNames(env.SHARD_MAP).map((name) => orderDatabase(env, name));
}
