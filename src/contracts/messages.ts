import type { LevelView } from "./level-rpc.ts";
import type { LeasedEffect } from "./ledger-rpc.ts";

/** Queues `holdfast-effects` and `holdfast-notifications`: up to 25 effects that a ledger has leased to whoever consumes this. */
export interface EffectBatch {
  effects: LeasedEffect[];
}

export type StockAlert = "LOW_STOCK" | "OUT_OF_STOCK" | "BACK_IN_STOCK";

/** Queue `holdfast-stock`: absolute levels, any order, any number of times; readers keep the highest sequence. */
export interface StockBatch {
  levels: LevelView[];
  alerts: { alert: StockAlert; level: LevelView }[];
}

/** Queue `holdfast-webhooks`: a verified event of an outside provider, stored in OPS under this id. */
export interface WebhookMessage {
  provider: "stripe" | "sendgrid" | "twilio" | "fedex" | "paypal";
  eventId: string;
}
