import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { OrderId, WarehouseId } from "../../src/domain/ids.ts";
import { type Answer, type Ask, problemOf } from "./client.ts";
import type { LoadContext } from "./load.ts";

/** An order that the system has acknowledged. */
export interface KnownOrder {
  orderId: OrderId;
  ask: Ask;
  version: number;
  warehouses: WarehouseId[];
  /** Whether its means of payment is one that waits for the customer's answer. */
  mayAsk: boolean;
  /** Whether it may be waiting for the customer's answer now. */
  asksCustomer: boolean;
  /** Nobody cancels or ships it any more. */
  isOver: boolean;
  isShipped: boolean;
  isDelivered: boolean;
}

/** So many of the newest are what `any` chooses from. */
const YOUNG = 200;

/** The orders that this load has been told of. */
export class KnownOrders {
  readonly #context: LoadContext;
  readonly #orders: KnownOrder[] = [];

  constructor(context: LoadContext) {
    this.#context = context;
  }

  add(known: KnownOrder): void {
    this.#orders.push(known);
  }

  /** Mostly a recent one: what happens to an order happens while it is young. */
  any(): KnownOrder | undefined {
    const back = Math.floor(this.#context.random() ** 2 * Math.min(this.#orders.length, YOUNG));
    return this.#orders[this.#orders.length - 1 - back];
  }

  /** One of those that are as said. */
  one(is: (known: KnownOrder) => boolean): KnownOrder | undefined {
    const fitting = this.#orders.filter(is);
    return fitting[Math.floor(this.#context.random() * fitting.length)];
  }

  /** Reads the order, complains where it is gone or has become older, and goes on with what was read. */
  async read(known: KnownOrder, then: (order: OrderAnswer) => Promise<void>): Promise<void> {
    const { client, perform } = this.#context;
    const ask: Ask = { method: "GET", path: `/api/v1/orders/${known.orderId}` };
    let read: OrderAnswer | null = null;
    await perform(ask, (answer) => {
      const order = answer.body as OrderAnswer;
      if (answer.status !== 200) client.complain(ask, answer, `an acknowledged order was not found: ${known.orderId}`);
      else if (order.version < known.version)
        client.complain(
          ask,
          answer,
          `${known.orderId} was acknowledged at version ${known.version} and is read at ${order.version}`,
        );
      else read = order;
    });
    if (read !== null) await then(read);
  }
}

/** Complains of an answer that is none of these refusals. */
export function expectRefusal({ client }: LoadContext, ask: Ask, answer: Answer, codes: readonly string[]): void {
  if (!codes.includes(problemOf(answer).code)) client.complain(ask, answer);
}
