import type { Sku, WarehouseId } from "../domain/ids.ts";
import type { Effect, EffectKind } from "../domain/order/effects.ts";
import type { LevelView } from "./level-rpc.ts";
import type { LeasedEffect } from "./ledger-rpc.ts";

/** An effect that is too large for a message: its kind, and that the ledger has the rest. */
export interface LeftOutEffect {
  kind: EffectKind;
  isLeftOut: true;
}

/** A leased effect as it travels. Whoever takes one that is left out is given it by its ledger. */
export type EffectMessage = Omit<LeasedEffect, "effect"> & { effect: Effect | LeftOutEffect };

/** Queues `holdfast-effects` and `holdfast-notifications`: up to 25 effects that a ledger has leased to whoever consumes this. */
export interface EffectBatch {
  effects: EffectMessage[];
}

export type StockAlert = "LOW_STOCK" | "OUT_OF_STOCK" | "BACK_IN_STOCK";

/** Queue `holdfast-stock`: absolute levels, any order, any number of times; readers keep the highest sequence. */
export interface StockBatch {
  levels: LevelView[];
  alerts: { alert: StockAlert; level: LevelView }[];
  /** Transfers that a person has to be told of, or need not be told of any more. */
  transfers?: TransferNotice[];
}

/** How a transfer between two warehouses stands that takes too long, or took too long before it ended. */
export interface TransferNotice {
  /** Unique among the transfers of its SKU. */
  id: string;
  sku: Sku;
  from: WarehouseId;
  to: WarehouseId;
  quantity: number;
  ref: string;
  /** Epoch milliseconds. */
  leftAt: number;
  /** How often the target was asked without an answer. */
  tries: number;
  state: "in_transit" | "arrived" | "returned";
}

/** Queue `holdfast-webhooks`: a verified event of an outside provider, stored in OPS under this id. */
export interface WebhookMessage {
  provider: "stripe" | "sendgrid" | "twilio" | "fedex" | "paypal";
  eventId: string;
}
