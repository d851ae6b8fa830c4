import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";

/** The OPS database as its queries take it. */
export type OpsDatabase = DrizzleD1Database;

/** Wraps the binding; costs no round trip. */
export function openOps(binding: D1Database): OpsDatabase {
  return drizzle(binding);
}
