import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { Address } from "../../src/domain/catalog.ts";
import type { OrderId, Sku, WarehouseId } from "../../src/domain/ids.ts";
import { pick } from "../../seed/random.ts";
import { type Answer, type Ask, problemOf } from "./client.ts";
import { expectRefusal, type KnownOrder, type KnownOrders } from "./known-orders.ts";
import type { LoadContext } from "./load.ts";
import { pause } from "./process-group.ts";
import type { StockActions } from "./stock-actions.ts";
import type { SavedMeans } from "./world.ts";

/** A business customer of the seed, who may pay by invoice. */
const INVOICED_CUSTOMER = "cus_kontor-lindenhof";
/** The carrier takes 100 calls a minute, and a parcel costs a label and a look-up at the least. */
const FULFILLED_PER_SECOND = 0.5;
const READY_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 400;
/** What pays an order: the token, whose it is where that matters, and whether the customer is asked. */
interface Means {
  paymentMethod: { token: string } | { saved: string };
  customerId?: string;
  channel?: string;
  mayAsk?: boolean;
}
const by = (token: string, more: Partial<Means> = {}): Means => ({ paymentMethod: { token }, ...more });
const bySaved = ({ customerId, method }: SavedMeans): Means => ({ paymentMethod: { saved: method }, customerId });
const PAYS = by("pm_card_visa");
const MEANS: readonly [Means, ...Means[]] = [
  PAYS,
  ...Array.from({ length: 11 }, () => PAYS),
  by("pm_card_mastercard"),
  by("pm_card_chargeDeclined"),
  by("pm_card_chargeDeclined"),
  by("pm_card_threeDSecureRequired", { mayAsk: true }),
  by("pm_card_authenticationRequired", { mayAsk: true }),
  by("paypal", { mayAsk: true }),
  by("paypal", { mayAsk: true }),
  by("invoice", { customerId: INVOICED_CUSTOMER }),
  by("external", { channel: "ebay" }),
];
type Destination = Pick<Address, "line1" | "city" | "postalCode" | "country">;
const DESTINATIONS: readonly [Destination, ...Destination[]] = [
  { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
  { line1: "5 Rue de Rivoli", city: "Paris", postalCode: "75004", country: "FR" },
  { line1: "Gran Vía 28", city: "Madrid", postalCode: "28013", country: "ES" },
];

/** What customers, clerks and the floor do with orders. */
export class OrderActions {
  readonly #context: LoadContext;
  readonly #orders: KnownOrders;
  readonly #startedAt = Date.now();
  #fulfillments = 0;

  constructor(context: LoadContext, orders: KnownOrders) {
    this.#context = context;
    this.#orders = orders;
  }

  async placeFull(): Promise<void> {
    const { random, world } = this.#context;
    const count = pick(random, [1, 1, 1, 2, 2, 3, 5]);
    const lines = Array.from({ length: count }, () => ({
      sku: this.#wanted(),
      quantity: pick(random, [1, 1, 1, 2, 3]),
    }));
    // The one that may wait would make the whole order wait: it is asked for alone.
    await this.#place(lines.some(({ sku }) => sku === world.waiting) ? [{ sku: world.waiting, quantity: 1 }] : lines);
  }

  async placeReserved(stock: StockActions): Promise<void> {
    const reserved = stock.takeReserved();
    if (reserved === undefined) return this.placeFull();
    const { sku, quantity, reservationId } = reserved;
    await this.#place([{ sku, quantity, reservationId }]);
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
    await perform(ask, (answer) => void this.#takePlaced(ask, answer, false));
  }

  /** The same request again, answered long ago: the same order must come back. */
  async placeAgain(): Promise<void> {
    const known = this.#orders.any();
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
    const known = this.#orders.any();
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
    const known = this.#orders.any();
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
        known.isOver = answer.status === 200;
      } else expectRefusal(this.#context, ask, answer, ["order_state", "picking_started", "version_stale"]);
    });
  }

  async fulfill(): Promise<void> {
    const allowed = 3 + ((Date.now() - this.#startedAt) / 1_000) * FULFILLED_PER_SECOND;
    // Mostly one that has had time to be paid and allocated.
    const known = this.#orders.one(({ isOver, isShipped }) => !isOver && !isShipped);
    if (known === undefined || this.#fulfillments >= allowed) return this.placeFull();
    for (const warehouseId of known.warehouses.slice(0, 1)) await this.#fulfillFrom(known, warehouseId);
  }

  async #fulfillFrom(known: KnownOrder, warehouseId: WarehouseId): Promise<void> {
    this.#fulfillments += 1;
    const { random, journal, perform } = this.#context;
    const body = { orderId: known.orderId, warehouseId };
    const ask: Ask = { method: "POST", path: pick(random, ["/warehouse/fulfill", "/api/v1/warehouse/fulfill"]), body };
    await perform(ask, (answer) => {
      if (answer.status === 200) {
        known.isShipped = true;
        journal.acknowledge({ kind: "order_fulfilled", ...body });
      } else
        expectRefusal(this.#context, ask, answer, [
          "order_state",
          "order_not_ready",
          "shipment_state",
          "payment_not_captured",
          "label_missing",
        ]);
    });
  }

  async deliver(): Promise<void> {
    const known = this.#orders.one(({ isShipped, isDelivered }) => isShipped && !isDelivered);
    if (known === undefined) return this.fulfill();
    await this.#deliverNext(known);
  }

  async #deliverNext(known: KnownOrder): Promise<void> {
    await this.#orders.read(known, async (order) => {
      const shipment = order.shipments.find(({ state }) => state === "SHIPPED" || state === "OUT_FOR_DELIVERY");
      known.isDelivered = order.status === "DELIVERED";
      if (shipment === undefined) return;
      const ask: Ask = { method: "POST", path: `/api/v1/shipments/${shipment.shipmentId}/deliver` };
      await this.#context.perform(ask, (answer) => {
        if (answer.status === 200) {
          known.isDelivered = true;
          this.#context.journal.acknowledge({
            kind: "shipment_delivered",
            orderId: known.orderId,
            shipmentId: shipment.shipmentId,
          });
        } else expectRefusal(this.#context, ask, answer, ["order_state", "shipment_state"]);
      });
    });
  }

  /** An order from its placing to its customer's door, as long as nothing goes wrong. */
  async bringHome(): Promise<void> {
    const { random, world } = this.#context;
    const known = await this.#place(
      Array.from({ length: 2 }, () => ({ sku: pick(random, world.plain), quantity: 2 })),
      pick(random, [PAYS, bySaved(world.paypal.pays)]),
    );
    if (known === undefined) return;
    await this.#untilReady(known);
    for (const warehouseId of known.warehouses) await this.#fulfillFrom(known, warehouseId);
    for (const _parcel of known.warehouses) await this.#deliverNext(known);
  }

  /** Waits, not for ever, until the warehouses have been asked for all of it. */
  async #untilReady(known: KnownOrder): Promise<void> {
    const giveUpAt = Date.now() + READY_WITHIN_MS;
    const look = { isReady: false };
    for (;;) {
      await this.#orders.read(known, async ({ shipments }) => {
        look.isReady = shipments.length > 0 && shipments.every(({ state }) => state === "ACCEPTED");
      });
      if (look.isReady || Date.now() > giveUpAt) return;
      await pause(LOOK_EVERY_MS);
    }
  }

  /** The customer answers the bank's or PayPal's page, one in five with a no. */
  async answerProvider(): Promise<void> {
    const known = this.#orders.one(({ asksCustomer }) => asksCustomer);
    if (known === undefined) return this.placeFull();
    await this.#orders.read(known, async (order) => {
      const asked = order.payments.find(({ actionUrl, status }) => actionUrl !== null && status === "requires_action");
      if (asked === undefined || asked.actionUrl === null) return;
      known.asksCustomer = false;
      const says = this.#context.random();
      const [yes, no] =
        asked.provider === "paypal"
          ? (["approve", pick(this.#context.random, ["approve_declined", "cancel"])] as const)
          : (["complete", "fail"] as const);
      const form = { answer: says < 0.8 ? yes : no };
      await this.#context.perform({ method: "POST", path: new URL(asked.actionUrl).pathname, form }, () => undefined);
    });
  }

  async read(): Promise<void> {
    const known = this.#orders.any();
    if (known !== undefined) await this.#orders.read(known, async () => undefined);
  }

  /** A person writes to the customer: each request is a message of its own. */
  async write(): Promise<void> {
    const known = this.#orders.any();
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
      else expectRefusal(this.#context, ask, answer, []);
    });
  }

  async #place(
    lines: { sku: Sku; quantity: number; reservationId?: string }[],
    means = pick(this.#context.random, this.#means()),
  ): Promise<KnownOrder | undefined> {
    const { random, nextKey, perform, world } = this.#context;
    const key = nextKey("order");
    const { paymentMethod, customerId, channel, mayAsk = false } = means;
    const phone = `+49151${String(10_000_000 + Math.floor(random() * 80_000_000))}`;
    const email = `${key}@${world.name}.example`;
    // Some have no mail, and to some no mail gets through.
    const reach = pick<{ email?: string; phone?: string }>(random, [
      { phone },
      { email: `bounce-${email}`, phone },
      ...Array.from({ length: 12 }, () => ({ email })),
    ]);
    const body = {
      customer: { ...(customerId !== undefined && { id: customerId }), name: "Kim Example", ...reach },
      lines,
      address: pick(random, DESTINATIONS),
      shippingMethod: "standard",
      paymentMethod,
      currency: "EUR",
      ...(channel !== undefined && { channel }),
    };
    // Only staff speak for other customers and channels.
    const as = customerId === undefined && channel === undefined ? "storefront" : "csr";
    const ask: Ask = { method: "POST", path: "/api/v1/orders", as, key, body };
    let known: KnownOrder | undefined;
    await perform(ask, (answer) => {
      known = this.#takePlaced(ask, answer, mayAsk);
    });
    return known;
  }

  #takePlaced(ask: Ask, answer: Answer, mayAsk: boolean): KnownOrder | undefined {
    if (answer.status !== 201) {
      expectRefusal(this.#context, ask, answer, ["insufficient_stock", "reservation_state"]);
      return undefined;
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
    const known = {
      orderId,
      ask,
      version: order.version,
      warehouses,
      mayAsk,
      asksCustomer: mayAsk,
      isOver: false,
      isShipped: false,
      isDelivered: false,
    };
    this.#orders.add(known);
    return known;
  }

  #means(): readonly [Means, ...Means[]] {
    const { saved, paypal } = this.#context.world;
    return [...MEANS, bySaved(saved), bySaved(paypal.pays), bySaved(paypal.pays), bySaved(paypal.declines)];
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
