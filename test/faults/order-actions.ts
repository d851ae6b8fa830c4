import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { Address } from "../../src/domain/catalog.ts";
import type { OrderId, Sku, WarehouseId } from "../../src/domain/ids.ts";
import { pick } from "../../seed/random.ts";
import { type Answer, type Ask, problemOf } from "./client.ts";
import type { LoadContext } from "./load.ts";
import type { StockActions } from "./stock-actions.ts";

/** An order that the system has acknowledged. */
interface KnownOrder {
  orderId: OrderId;
  ask: Ask;
  version: number;
  warehouses: WarehouseId[];
  asksCustomer: boolean;
  isShipped: boolean;
}

/** The carrier takes 100 calls a minute, and a parcel costs a label and a look-up at the least. */
const FULFILLED_PER_SECOND = 0.5;
const PAYS = "pm_card_visa";
const CARDS: readonly [string, ...string[]] = [
  PAYS,
  ...Array.from({ length: 13 }, () => PAYS),
  "pm_card_mastercard",
  "pm_card_chargeDeclined",
  "pm_card_chargeDeclined",
  "pm_card_threeDSecureRequired",
  "pm_card_threeDSecureRequired",
  "pm_card_authenticationRequired",
];
const CARDS_THAT_ASK: ReadonlySet<string> = new Set(["pm_card_threeDSecureRequired", "pm_card_authenticationRequired"]);
type Destination = Pick<Address, "line1" | "city" | "postalCode" | "country">;
const DESTINATIONS: readonly [Destination, ...Destination[]] = [
  { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
  { line1: "5 Rue de Rivoli", city: "Paris", postalCode: "75004", country: "FR" },
  { line1: "Gran Vía 28", city: "Madrid", postalCode: "28013", country: "ES" },
];

/** What customers, clerks and the floor do with orders. */
export class OrderActions {
  readonly #context: LoadContext;
  readonly #known: KnownOrder[] = [];
  readonly #startedAt = Date.now();
  #fulfillments = 0;

  constructor(context: LoadContext) {
    this.#context = context;
  }

  placeFull(): Promise<void> {
    const { random, world } = this.#context;
    const count = pick(random, [1, 1, 1, 2, 2, 3, 5]);
    const lines = Array.from({ length: count }, () => ({
      sku: this.#wanted(),
      quantity: pick(random, [1, 1, 1, 2, 3]),
    }));
    // The one that may wait would make the whole order wait: it is asked for alone.
    return this.#place(lines.some(({ sku }) => sku === world.waiting) ? [{ sku: world.waiting, quantity: 1 }] : lines);
  }

  placeReserved(stock: StockActions): Promise<void> {
    const reserved = stock.takeReserved();
    if (reserved === undefined) return this.placeFull();
    const { sku, quantity, reservationId } = reserved;
    return this.#place([{ sku, quantity, reservationId }]);
  }

  async placeShort(): Promise<void> {
    const { random, world, nextKey, perform } = this.#context;
    const body = {
      productId: pick(random, [world.hot, ...world.plain, ...world.seeded]),
      quantity: 1,
      customerLocation: pick(random, ["Berlin", "Paris", "Madrid"]),
    };
    const ask: Ask = {
      method: "POST",
      path: pick(random, ["/orders", "/api/v1/orders"]),
      as: "storefront",
      key: nextKey("short"),
      body,
    };
    await perform(ask, (answer) => this.#takePlaced(ask, answer, false));
  }

  /** The same request again, answered long ago: the same order must come back. */
  async placeAgain(): Promise<void> {
    const known = this.#any();
    if (known === undefined) return this.placeFull();
    await this.#context.perform(known.ask, (answer) => {
      const { orderId } = answer.body as Partial<OrderAnswer>;
      if (answer.status !== 201 || orderId !== known.orderId)
        this.#context.client.complain(
          known.ask,
          answer,
          `the repetition of ${known.orderId} gave ${orderId ?? problemOf(answer).code}`,
        );
    });
  }

  async placeOtherUnderSameKey(): Promise<void> {
    const known = this.#any();
    if (known === undefined || typeof known.ask.body !== "object") return this.placeFull();
    const ask: Ask = {
      ...known.ask,
      body: { productId: this.#context.world.hot, quantity: 7, customerLocation: "Lisbon" },
    };
    await this.#context.perform(ask, (answer) => {
      if (answer.status !== 422)
        this.#context.client.complain(ask, answer, `another body under the key of ${known.orderId} was not refused`);
    });
  }

  async cancel(): Promise<void> {
    const known = this.#any();
    if (known === undefined) return this.placeFull();
    const { random, journal, perform } = this.#context;
    const body = { reason: "changed my mind" };
    const path = `/api/v1/orders/${known.orderId}`;
    const ask: Ask =
      random() < 0.3
        ? { method: "DELETE", path, ifMatch: known.version, body }
        : { method: "POST", path: `${path}/cancel`, body };
    await perform(ask, (answer) => {
      // 202: the warehouse is asked first; that it was asked for is acknowledged all the same.
      if (answer.status === 200 || answer.status === 202) {
        const { version } = answer.body as OrderAnswer;
        journal.acknowledge({ kind: "order_cancelled", orderId: known.orderId, version });
        known.version = Math.max(known.version, version);
      } else this.#expect(ask, answer, ["order_state", "picking_started", "version_stale"]);
    });
  }

  async fulfill(): Promise<void> {
    const allowed = 3 + ((Date.now() - this.#startedAt) / 1_000) * FULFILLED_PER_SECOND;
    const known = this.#any();
    const warehouseId = known?.warehouses[0];
    if (known === undefined || warehouseId === undefined || this.#fulfillments >= allowed) return this.placeFull();
    this.#fulfillments += 1;
    const { random, journal, perform } = this.#context;
    const body = { orderId: known.orderId, warehouseId };
    const ask: Ask = { method: "POST", path: pick(random, ["/warehouse/fulfill", "/api/v1/warehouse/fulfill"]), body };
    await perform(ask, (answer) => {
      if (answer.status === 200) {
        known.isShipped = true;
        journal.acknowledge({ kind: "order_fulfilled", ...body });
      } else
        this.#expect(ask, answer, [
          "order_state",
          "order_not_ready",
          "shipment_state",
          "payment_not_captured",
          "label_missing",
        ]);
    });
  }

  async deliver(): Promise<void> {
    const shipped = this.#known.filter(({ isShipped }) => isShipped);
    const known = shipped[Math.floor(this.#context.random() * shipped.length)];
    if (known === undefined) return this.fulfill();
    await this.#withOrder(known, async (order) => {
      const shipment = order.shipments.find(({ state }) => state === "SHIPPED" || state === "OUT_FOR_DELIVERY");
      if (shipment === undefined) return;
      const ask: Ask = { method: "POST", path: `/api/v1/shipments/${shipment.shipmentId}/deliver` };
      await this.#context.perform(ask, (answer) => {
        if (answer.status === 200)
          this.#context.journal.acknowledge({
            kind: "shipment_delivered",
            orderId: known.orderId,
            shipmentId: shipment.shipmentId,
          });
        else this.#expect(ask, answer, ["order_state", "shipment_state"]);
      });
    });
  }

  /** The customer answers the bank's page, one in five with the wrong code. */
  async passAuthentication(): Promise<void> {
    const asked = this.#known.filter(({ asksCustomer }) => asksCustomer);
    const known = asked[Math.floor(this.#context.random() * asked.length)];
    if (known === undefined) return this.placeFull();
    await this.#withOrder(known, async (order) => {
      const url = order.payments.find(({ actionUrl }) => actionUrl !== null)?.actionUrl;
      if (url === undefined || url === null) return;
      known.asksCustomer = false;
      const form = { answer: this.#context.random() < 0.8 ? "complete" : "fail" };
      await this.#context.perform({ method: "POST", path: new URL(url).pathname, form }, () => undefined);
    });
  }

  async read(): Promise<void> {
    const known = this.#any();
    if (known !== undefined) await this.#withOrder(known, async () => undefined);
  }

  /** A person writes to the customer: each request is a message of its own. */
  async write(): Promise<void> {
    const known = this.#any();
    if (known === undefined) return;
    const { nextKey, perform, journal } = this.#context;
    const text = `Note ${nextKey("note")}`;
    const ask: Ask = {
      method: "POST",
      path: "/notifications",
      key: nextKey("message"),
      body: { orderId: known.orderId, message: text },
    };
    await perform(ask, (answer) => {
      if (answer.status === 200) journal.acknowledge({ kind: "message_sent", orderId: known.orderId, text });
      else this.#expect(ask, answer, []);
    });
  }

  async #place(lines: { sku: Sku; quantity: number; reservationId?: string }[]): Promise<void> {
    const { random, nextKey, perform, world } = this.#context;
    const key = nextKey("order");
    const card = pick(random, CARDS);
    const reach =
      random() < 0.1
        ? { phone: `+49151${String(10_000_000 + Math.floor(random() * 80_000_000))}` }
        : { email: `${key}@${world.name}.example` };
    const body = {
      customer: { name: "Kim Example", ...reach },
      lines,
      address: pick(random, DESTINATIONS),
      shippingMethod: "standard",
      paymentMethod: { token: card },
      currency: "EUR",
    };
    const ask: Ask = { method: "POST", path: "/api/v1/orders", as: "storefront", key, body };
    await perform(ask, (answer) => this.#takePlaced(ask, answer, CARDS_THAT_ASK.has(card)));
  }

  #takePlaced(ask: Ask, answer: Answer, asksCustomer: boolean): void {
    if (answer.status !== 201) {
      this.#expect(ask, answer, ["insufficient_stock", "reservation_state"]);
      return;
    }
    const order = answer.body as OrderAnswer;
    const orderId = order.orderId as OrderId;
    this.#context.journal.acknowledge({
      kind: "order_placed",
      key: ask.key ?? "",
      orderId,
      version: order.version,
      total: order.totals.total.amount,
      lines: order.lines.map(({ sku, quantity }) => ({ sku, quantity })),
      reservations: order.reservations.map(({ reservationId }) => reservationId),
    });
    const warehouses = [...new Set(order.reservations.map(({ warehouseId }) => warehouseId as WarehouseId))];
    this.#known.push({ orderId, ask, version: order.version, warehouses, asksCustomer, isShipped: false });
  }

  async #withOrder(known: KnownOrder, then: (order: OrderAnswer) => Promise<void>): Promise<void> {
    const ask: Ask = { method: "GET", path: `/api/v1/orders/${known.orderId}` };
    let read: OrderAnswer | null = null;
    await this.#context.perform(ask, (answer) => {
      const order = answer.body as OrderAnswer;
      if (answer.status !== 200)
        this.#context.client.complain(ask, answer, `an acknowledged order was not found: ${known.orderId}`);
      else if (order.version < known.version)
        this.#context.client.complain(
          ask,
          answer,
          `${known.orderId} was acknowledged at version ${known.version} and is read at ${order.version}`,
        );
      else read = order;
    });
    if (read !== null) await then(read);
  }

  #expect(ask: Ask, answer: Answer, codes: readonly string[]): void {
    if (!codes.includes(problemOf(answer).code)) this.#context.client.complain(ask, answer);
  }

  #any(): KnownOrder | undefined {
    // Mostly a recent one: what happens to an order happens while it is young.
    const { random } = this.#context;
    const back = Math.floor(random() ** 2 * Math.min(this.#known.length, 200));
    return this.#known[this.#known.length - 1 - back];
  }

  #wanted(): Sku {
    const { random, world } = this.#context;
    const throwOf = random();
    if (throwOf < 0.3) return world.hot;
    if (throwOf < 0.5) return pick(random, world.scarce);
    if (throwOf < 0.51) return world.waiting;
    return throwOf < 0.6 ? pick(random, world.seeded) : pick(random, world.plain);
  }
}
