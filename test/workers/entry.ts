/** The Worker that tests run in: every Durable Object class, and nothing that answers by itself. */
export { InventoryLevel } from "../../durable-objects/inventory-level/object.ts";

export default {
  fetch(): Response {
    return new Response("tests call objects and services directly", { status: 404 });
  },
};
