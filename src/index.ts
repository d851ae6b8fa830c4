import { createApp } from "./api/app.ts";
import { consume } from "./saga/consume.ts";
import { runDaily } from "./saga/daily.ts";
import type { Env } from "./platform/env.ts";

export { InventoryLevel } from "../durable-objects/inventory-level/object.ts";
export { LiveFeed } from "../durable-objects/live-feed/object.ts";
export { OrderLedger } from "../durable-objects/order-ledger/object.ts";
export { ProviderGate } from "../durable-objects/provider-gate/provider-gate.ts";

const app = createApp();

export default { fetch: app.fetch, queue: consume, scheduled: runDaily } satisfies ExportedHandler<Env>;
