import { pick } from "../../seed/random.ts";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { RefundAnswer, ReturnAnswer } from "../../src/contracts/returns.ts";
import type { OrderId } from "../../src/domain/ids.ts";
import type { InspectionOutcome } from "../../src/domain/order/return.ts";
import type { Ask } from "./client.ts";
import { expectRefusal, type KnownOrder, type KnownOrders } from "./known-orders.ts";
import type { LoadContext } from "./load.ts";

/** Each return costs calls at the carrier, which takes 100 a minute. */
const RETURNED_PER_SECOND = 0.25;

type KnownReturn = Pick<ReturnAnswer, "returnId" | "orderId" | "status" | "lines">;

/** What customers send back, and what the floor and the clerks make of it. */
export class ReturnActions {
  readonly #context: LoadContext;
  readonly #orders: KnownOrders;
  readonly #returns: KnownReturn[] = [];
  readonly #startedAt = Date.now();
  #requested = 0;

  constructor(context: LoadContext, orders: KnownOrders) {
    this.#context = context;
    this.#orders = orders;
  }

  async request(): Promise<void> {
    const allowed = 2 + ((Date.now() - this.#startedAt) / 1_000) * RETURNED_PER_SECOND;
    if (this.#requested >= allowed) return this.moveOn();
    const { random, nextKey, perform, journal } = this.#context;
    await this.#onOrder(
      ({ isDelivered }) => isDelivered,
      async ({ orderId }, order) => {
        const line = this.#lineOf(order, ["DELIVERED"]);
        if (line === undefined) return;
        this.#requested += 1;
        const body = {
          orderId,
          lines: [{ line: line.line, quantity: pick(random, [1, line.quantity]) }],
          reason: "not as expected",
          condition: pick(random, ["unused", "unused", "faulty", "used"]),
        };
        const as = order.channel === "storefront" ? pick(random, ["csr", "storefront"] as const) : "csr";
        const ask: Ask = { method: "POST", path: "/api/v1/returns", as, key: nextKey("return"), body };
        await perform(ask, (answer) => {
          // Where another return or a refund speaks for the units, they can't be sent back.
          if (answer.status !== 201)
            return expectRefusal(this.#context, ask, answer, ["order_state", "invalid_request"]);
          const returned = answer.body as ReturnAnswer;
          journal.acknowledge({ kind: "return_requested", orderId, returnId: returned.returnId });
          this.#returns.push(returned);
        });
      },
    );
  }

  /** The next step of a return: a person decides, the parcel arrives, somebody looks into it. */
  async moveOn(): Promise<void> {
    const open = this.#returns.filter(({ status }) => status !== "INSPECTED" && status !== "REJECTED");
    const returned = open[Math.floor(this.#context.random() * open.length)];
    if (returned === undefined) return;
    const { journal, perform } = this.#context;
    const ask = this.#nextStep(returned);
    await perform(ask, (answer) => {
      if (answer.status === 200) {
        const now = answer.body as ReturnAnswer;
        returned.status = now.status;
        const { returnId, status } = now;
        journal.acknowledge({ kind: "return_moved", orderId: now.orderId as OrderId, returnId, to: status });
      } else expectRefusal(this.#context, ask, answer, ["return_state"]);
    });
    // Somebody was there before, or an answer was lost.
    const look: Ask = { method: "GET", path: `/api/v1/returns/${returned.returnId}` };
    await perform(look, (answer) => {
      if (answer.status === 200) returned.status = (answer.body as ReturnAnswer).status;
      else this.#context.client.complain(look, answer, `an acknowledged return was not found: ${returned.returnId}`);
    });
  }

  /** Staff pay something back: an amount, or what was paid for units that have left. */
  async refund(): Promise<void> {
    const { random, nextKey, perform, journal } = this.#context;
    await this.#onOrder(
      ({ isShipped }) => isShipped,
      async ({ orderId }, order) => {
        const line = this.#lineOf(order, ["SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED"]);
        if (line === undefined) return;
        const reason = nextKey("sorry");
        const body =
          random() < 0.6
            ? { amount: { amount: 1 + Math.floor(random() * 400), currency: "EUR" }, reason }
            : { lines: [{ line: line.line, quantity: 1 }], restock: random() < 0.5, reason };
        const ask: Ask = { method: "POST", path: `/api/v1/orders/${orderId}/refunds`, key: reason, body };
        await perform(ask, (answer) => {
          if (answer.status !== 201)
            return expectRefusal(this.#context, ask, answer, ["order_state", "refund_too_large", "invalid_request"]);
          const { number, amount } = answer.body as RefundAnswer;
          journal.acknowledge({ kind: "refund_asked", orderId, number, amount: amount.amount, reason });
        });
      },
    );
  }

  #nextStep({ returnId, status, lines }: KnownReturn): Ask {
    const { random, world } = this.#context;
    const path = `/api/v1/returns/${returnId}`;
    switch (status) {
      case "REQUESTED":
        return random() < 0.8
          ? { method: "POST", path: `${path}/approve` }
          : { method: "POST", path: `${path}/reject`, body: { reason: "worn" } };
      case "APPROVED":
        return { method: "POST", path: `${path}/receive`, body: { warehouseId: pick(random, world.warehouses) } };
      default: {
        const outcomes: [InspectionOutcome, ...InspectionOutcome[]] = [
          "restock",
          "restock",
          "quarantine",
          "write_off",
          "missing",
        ];
        // Unit by unit, so that one line comes apart.
        const units = lines.flatMap(({ line, quantity }) =>
          Array.from({ length: quantity }, () => ({ line, quantity: 1, outcome: pick(random, outcomes) })),
        );
        return { method: "POST", path: `${path}/inspect`, body: { units } };
      }
    }
  }

  /** A line of a parcel that has come so far. */
  #lineOf(order: OrderAnswer, states: readonly string[]): { line: number; quantity: number } | undefined {
    const items = order.shipments.filter(({ state }) => states.includes(state)).flatMap((shipment) => shipment.items);
    return items[Math.floor(this.#context.random() * items.length)];
  }

  async #onOrder(
    is: (known: KnownOrder) => boolean,
    then: (known: KnownOrder, order: OrderAnswer) => Promise<void>,
  ): Promise<void> {
    const known = this.#orders.one(is);
    if (known !== undefined) await this.#orders.read(known, (order) => then(known, order));
  }
}
