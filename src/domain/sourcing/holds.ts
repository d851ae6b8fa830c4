import type { Sku, WarehouseId } from "../ids.ts";
import type { WantedLine } from "./choose-plan.ts";

/** Names a registered inventory level. */
export interface LevelName {
  sku: Sku;
  warehouseId: WarehouseId;
}

/** One hold to ask a level for. Together with owner and attempt this names its reservation. */
export interface HoldRequest extends WantedLine {
  /** The holding round it belongs to, from 1. */
  round: number;
  warehouseId: WarehouseId;
}

/**
 * What became of a hold. `available` is what the level still offers this order's channel beside it.
 * `failed` is an unknown outcome (no answer, an error): the sourcing has it released and counts on nothing there.
 */
export type HoldOutcome =
  | { kind: "held"; available: number }
  | { kind: "refused"; available: number }
  | { kind: "failed" };
