import type { Ask } from "./client.ts";
import { expectRefusal, type KnownOrders } from "./known-orders.ts";
import type { LoadContext } from "./load.ts";

/** What the floor finds when it looks closer. */
export class FloorActions {
  readonly #context: LoadContext;
  readonly #orders: KnownOrders;

  constructor(context: LoadContext, orders: KnownOrders) {
    this.#context = context;
    this.#orders = orders;
  }

  /** A parcel is being picked, and a unit of it is not where it should be. */
  async pickShort(): Promise<void> {
    const { perform, journal } = this.#context;
    const known = this.#orders.one(({ isOver, isShipped }) => !isOver && !isShipped);
    if (known === undefined) return;
    await this.#orders.read(known, async (order) => {
      const shipment = order.shipments.find(({ state }) => state === "ACCEPTED" || state === "PICKING");
      const item = shipment?.items[0];
      if (shipment === undefined || item === undefined) return;
      const { orderId } = known;
      const { shipmentId } = shipment;
      const path = `/api/v1/shipments/${shipmentId}`;
      const start: Ask = { method: "POST", path: `${path}/start` };
      await perform(start, (answer) => {
        if (answer.status !== 200) expectRefusal(this.#context, start, answer, ["order_state", "shipment_state"]);
      });
      const body = { items: [{ line: item.line, quantity: 1 }], reason: "the bin is empty" };
      const short: Ask = { method: "POST", path: `${path}/short`, body };
      await perform(short, (answer) => {
        if (answer.status === 200) journal.acknowledge({ kind: "short_picked", orderId, shipmentId });
        else expectRefusal(this.#context, short, answer, ["order_state", "shipment_state", "invalid_request"]);
      });
    });
  }
}
