/** The Worker that tests run in: every Durable Object class, and nothing that answers by itself. */
export { InventoryLevel } from "../../durable-objects/inventory-level/object.ts";
export { LiveFeed } from "../../durable-objects/live-feed/object.ts";
export { OrderLedger } from "../../durable-objects/order-ledger/object.ts";
export { ProviderGate } from "../../durable-objects/provider-gate/provider-gate.ts";

export default {
  fetch(): Response {
    return new Response("tests call objects and services directly", { status: 404 });
  },
};
