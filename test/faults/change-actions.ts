import { pick } from "../../seed/random.ts";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { Ask } from "./client.ts";
import { expectRefusal, type KnownOrder, type KnownOrders } from "./known-orders.ts";
import type { LoadContext } from "./load.ts";

/** What stands in the way of a change that came too late, or while another one is on its way. */
const NOT_NOW = [
  "version_stale",
  "order_state",
  "picking_started",
  "insufficient_stock",
  // Stock lies where nobody ships to the new address from.
  "not_deliverable",
];

/** What customers and clerks change of orders that have been placed. */
export class ChangeActions {
  readonly #context: LoadContext;
  readonly #orders: KnownOrders;

  constructor(context: LoadContext, orders: KnownOrders) {
    this.#context = context;
    this.#orders = orders;
  }

  /** Other quantities, another address or another contact; sometimes with a version that is old by then. */
  async edit(): Promise<void> {
    const { random, world } = this.#context;
    await this.#onOrder(async (known, order) => {
      const lines = order.lines.filter(({ quantity }) => quantity > 0);
      const line = pick(random, [lines[0], ...lines]);
      if (line === undefined) return;
      const quantity = Math.max(1, line.quantity + pick(random, [-1, 1, 1, 2]));
      const body = pick<object>(random, [
        { lines: [{ line: line.number, quantity }] },
        { lines: [{ line: line.number, quantity }] },
        { address: { line1: "Torstraße 140", city: "Berlin", postalCode: "10119", country: "DE" } },
        { contact: { name: "Kim Other", email: `${known.orderId}@${world.name}.example` } },
      ]);
      const ask: Ask = { method: "PUT", path: `/api/v1/orders/${known.orderId}`, ifMatch: order.version, body };
      await this.#change(known, ask, "OrderEdited");
    });
  }

  async addItems(): Promise<void> {
    const { random, world, nextKey } = this.#context;
    await this.#onOrder(async (known, order) => {
      const body = { items: [{ sku: pick(random, [...world.plain, world.hot]), quantity: 1 }] };
      const path = `/api/v1/orders/${known.orderId}/items`;
      const ask: Ask = { method: "POST", path, key: nextKey("items"), ifMatch: order.version, body };
      await this.#change(known, ask, "ItemsAdded");
    });
  }

  /** A unit of a line, or all of it; of an order with one line that is the whole order. */
  async cancelLine(): Promise<void> {
    const { random, nextKey, perform, journal } = this.#context;
    await this.#onOrder(async (known, order) => {
      const lines = order.lines.filter(({ quantity }) => quantity > 0);
      const line = pick(random, [lines[0], ...lines]);
      if (line === undefined) return;
      const reason = nextKey("fewer");
      const quantity = random() < 0.5 ? 1 : line.quantity;
      const body = { reason, lines: [{ line: line.number, quantity }] };
      const path = `/api/v1/orders/${known.orderId}/cancel`;
      const ask: Ask = { method: "POST", path, ifMatch: order.version, body };
      await perform(ask, (answer) => {
        if (answer.status !== 200 && answer.status !== 202)
          return expectRefusal(this.#context, ask, answer, ["version_stale", "order_state", "picking_started"]);
        journal.acknowledge({ kind: "lines_cancelled", orderId: known.orderId, reason });
        known.version = Math.max(known.version, (answer.body as OrderAnswer).version);
      });
    });
  }

  /** Another means of payment, for an order whose own was declined. */
  async payOtherwise(): Promise<void> {
    const { nextKey, perform, journal } = this.#context;
    await this.#onOrder(async (known, order) => {
      if (order.payments.every(({ status }) => status !== "failed")) return;
      const path = `/api/v1/orders/${known.orderId}/payment-method`;
      const body = { paymentMethod: { token: "pm_card_visa" } };
      const ask: Ask = { method: "POST", path, key: nextKey("pay"), body };
      await perform(ask, (answer) => {
        if (answer.status !== 200) return expectRefusal(this.#context, ask, answer, ["order_state"]);
        const { version } = answer.body as OrderAnswer;
        journal.acknowledge({ kind: "payment_provided", orderId: known.orderId, version });
        known.version = Math.max(known.version, version);
      });
    });
  }

  async #onOrder(then: (known: KnownOrder, order: OrderAnswer) => Promise<void>): Promise<void> {
    const known = this.#orders.any();
    if (known !== undefined) await this.#orders.read(known, (order) => then(known, order));
  }

  async #change(known: KnownOrder, ask: Ask, by: "OrderEdited" | "ItemsAdded"): Promise<void> {
    const { perform, journal } = this.#context;
    await perform(ask, (answer) => {
      if (answer.status !== 200 && answer.status !== 202) return expectRefusal(this.#context, ask, answer, NOT_NOW);
      const { version, pendingEdit } = answer.body as OrderAnswer;
      journal.acknowledge({ kind: "order_edited", orderId: known.orderId, by, after: ask.ifMatch ?? 0, version });
      known.version = Math.max(known.version, version);
      // The customer is asked for the difference again.
      if (pendingEdit !== null && known.mayAsk) known.asksCustomer = true;
    });
  }
}
