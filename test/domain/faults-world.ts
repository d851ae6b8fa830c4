import { newOrderId, PLACED_AT } from "../support/order-books.ts";
import { type OrderId, parseReservationId, returnIdOf, type ShipmentId, type Sku } from "../../src/domain/ids.ts";
import { IN_FULL } from "../../src/domain/order/refund.ts";
import { nextTimer } from "../../src/domain/order/timers.ts";
import type { Acknowledgement, WrongAnswer } from "../faults/journal.ts";
import type { RawState } from "../faults/raw-rows.ts";
import { callersHold, levelOf, listingOf, READ_AT, skuOf, story, type Story, WAREHOUSE } from "./faults-story.ts";

/** What stood on disk, and what had been answered before. */
export interface FaultsWorld {
  state: RawState;
  journal: { acknowledged: Acknowledgement[]; wrong: WrongAnswer[] };
  /** Shipped; in its ledger. */
  shipped: OrderId;
  /** Cancelled after the stock was allocated; gone from its ledger. */
  cancelled: OrderId;
  /** Its customer has yet to pass 3-D Secure; in its ledger. */
  asking: OrderId;
  /** Delivered, paid by PayPal; one of its two units came back and is stock again; in its ledger. */
  returned: OrderId;
}

/** Four orders as a system leaves them that has come to rest: every checker has something to look at, and no complaint. */
export function healthyWorld(): FaultsWorld {
  const shipped = story((id, held) => {
    const shipmentId = `${id.replace("ord_", "shp_")}-1` as ShipmentId;
    return [
      { type: "PaymentStarted", payment: 1, intentId: "pi_shipped" },
      {
        type: "PaymentAuthorized",
        payment: 1,
        intentId: "pi_shipped",
        amount: 2000,
        expiresAt: PLACED_AT + 7 * 86_400_000,
      },
      { type: "StockAllocated", reservations: [held] },
      { type: "FulfillmentAccepted", shipmentId, reference: "r", picksAtOnce: false },
      { type: "PickStarted", shipmentId },
      { type: "ShipmentPacked", shipmentId },
      { type: "LabelCreated", shipmentId, carrier: "fedex", service: "GROUND", trackingNumber: "793" },
      { type: "LabelDiscarded", shipmentId, trackingNumber: "793" },
      { type: "LabelCreated", shipmentId, carrier: "fedex", service: "GROUND", trackingNumber: "794" },
      { type: "ShipmentShipped", shipmentId, trackingNumber: "794" },
      { type: "PaymentCaptured", payment: 1, amount: 2000 },
    ];
  });
  const cancelled = story((id, held) => [
    { type: "PaymentStarted", payment: 1, intentId: "pi_cancelled" },
    {
      type: "PaymentAuthorized",
      payment: 1,
      intentId: "pi_cancelled",
      amount: 2000,
      expiresAt: PLACED_AT + 7 * 86_400_000,
    },
    { type: "StockAllocated", reservations: [held] },
    { type: "CancelRequested", reason: "mistake" },
    { type: "FulfillmentCancelled", shipmentId: `${id.replace("ord_", "shp_")}-1` as ShipmentId },
    { type: "OrderCancelled", reason: "mistake" },
    { type: "PaymentVoided", payment: 1 },
  ]);
  const asking = story(() => [
    { type: "PaymentActionRequired", payment: 1, intentId: "pi_asking", actionUrl: "https://bank.example" },
  ]);
  const returned = story((id, held) => {
    const shipmentId = `${id.replace("ord_", "shp_")}-1` as ShipmentId;
    const returnId = returnIdOf(id, 1);
    const units = { line: 1, quantity: 1 };
    const authorized = { amount: 2000, expiresAt: PLACED_AT + 7 * 86_400_000 };
    const share = { price: 1000, discount: 0, tax: 0, shipping: 0 };
    return [
      { type: "PaymentStarted", payment: 1, intentId: "PAYPAL" },
      { type: "PaymentAuthorized", payment: 1, intentId: "PAYPAL", ...authorized },
      { type: "StockAllocated", reservations: [held] },
      { type: "FulfillmentAccepted", shipmentId, reference: "r", picksAtOnce: false },
      { type: "PickStarted", shipmentId },
      { type: "ShipmentPacked", shipmentId },
      { type: "LabelCreated", shipmentId, carrier: "fedex", service: "GROUND", trackingNumber: "894" },
      { type: "ShipmentShipped", shipmentId, trackingNumber: "894" },
      { type: "PaymentCaptured", payment: 1, amount: 2000 },
      { type: "ShipmentDelivered", shipmentId },
      {
        type: "ReturnRequested",
        returned: {
          id: returnId,
          number: 1,
          reason: "too small",
          condition: "unused",
          terms: IN_FULL,
          lines: [{ ...units, sku: parseReservationId(held)?.sku as Sku }],
          warehouseId: WAREHOUSE,
        },
        approval: "automatic",
      },
      { type: "ReturnApproved", returnId },
      { type: "ReturnLabelCreated", returnId, carrier: "fedex", service: "GROUND", trackingNumber: "895" },
      { type: "ReturnReceived", returnId, warehouseId: WAREHOUSE },
      { type: "ReturnInspected", returnId, units: [{ ...units, outcome: "restock" }] },
      {
        type: "RefundRequested",
        refund: {
          number: 1,
          reason: "too small",
          returnId,
          lines: [{ ...units, share }],
          withheld: { shipping: 0, fee: 0 },
          due: 1000,
          parts: [{ payment: 1, amount: 1000 }],
          restock: [],
        },
      },
      { type: "PaymentRefunded", payment: 1, amount: 1000, refundId: "RE" },
      { type: "RefundSettled", refund: 1, payment: 1, refundId: "RE" },
    ];
  });
  const stories = [shipped, cancelled, asking, returned];
  const timerAt = nextTimer(asking.order)?.at ?? null;
  const inLedger = [shipped, asking, returned];
  const state: RawState = {
    readAt: READ_AT,
    levels: stories.map((one) => levelOf(one)),
    ledgers: [
      {
        name: "ledger-0",
        alarmAt: READ_AT + 1_000,
        archived: [cancelled.order.id],
        orders: inLedger.map(({ order }) => ({
          order,
          version: order.version,
          revision: order.version,
          projected: order.version,
          projectedSequence: order.version,
          timerAt: order.id === asking.order.id ? timerAt : null,
        })),
        events: inLedger.flatMap(({ events }) => events),
        effects: inLedger.flatMap(({ effects }) => effects),
      },
    ],
    listings: [listingOf(stories, cancelled)],
    ops: {
      registrations: stories.map(({ order }) => ({ sku: skuOf(order), warehouseId: WAREHOUSE, opening: 10 })),
      stock: [],
      deviations: [],
      notifications: [],
    },
    books: {
      intents: [
        {
          id: "pi_shipped",
          orderId: shipped.order.id,
          status: "succeeded",
          amount: 2000,
          capturable: 0,
          received: 2000,
          refunded: 0,
        },
        {
          id: "pi_cancelled",
          orderId: cancelled.order.id,
          status: "canceled",
          amount: 2000,
          capturable: 0,
          received: 0,
          refunded: 0,
        },
        {
          id: "pi_asking",
          orderId: asking.order.id,
          status: "requires_action",
          amount: 2000,
          capturable: 0,
          received: 0,
          refunded: 0,
        },
        {
          id: "PAYPAL",
          orderId: returned.order.id,
          status: "succeeded",
          amount: 2000,
          capturable: 0,
          received: 2000,
          refunded: 1000,
        },
      ],
      movements: [
        { intentId: "pi_shipped", kind: "authorize", amount: 2000, key: "a" },
        { intentId: "pi_shipped", kind: "capture", amount: 2000, key: "b" },
        { intentId: "PAYPAL", kind: "authorize", amount: 2000, key: "c" },
        { intentId: "PAYPAL", kind: "capture", amount: 2000, key: "d" },
        { intentId: "PAYPAL", kind: "refund", amount: 1000, key: "e" },
      ],
      refunds: [{ id: "RE", intentId: "PAYPAL", amount: 1000 }],
      mails: stories.flatMap(({ effects }) =>
        effects.filter(({ effect }) => effect.kind === "Notify").map(({ id }) => ({ id: `mail ${id}`, reference: id })),
      ),
      texts: [],
      parcels: [
        { trackingNumber: "794", reference: shipped.order.shipments[0]?.id ?? "", cancelledAt: null },
        { trackingNumber: "793", reference: shipped.order.shipments[0]?.id ?? "", cancelledAt: PLACED_AT },
        { trackingNumber: "894", reference: returned.order.shipments[0]?.id ?? "", cancelledAt: null },
        { trackingNumber: "895", reference: returned.order.returns[0]?.id ?? "", cancelledAt: null },
      ],
      undelivered: 0,
    },
  };
  state.ops.stock = state.levels.map(({ sku, warehouseId, sequence, movements, reservations }) => ({
    sku,
    warehouseId,
    onHand: movements.at(-1)?.balance ?? 0,
    held: reservations.filter(({ status }) => status === "HELD").reduce((sum, { quantity }) => sum + quantity, 0),
    allocated: 0,
    sequence,
    asOf: READ_AT,
  }));
  return {
    state,
    journal: { acknowledged: acknowledgements(stories, { shipped, cancelled, returned }), wrong: [] },
    shipped: shipped.order.id,
    cancelled: cancelled.order.id,
    asking: asking.order.id,
    returned: returned.order.id,
  };
}

function acknowledgements(
  stories: readonly Story[],
  { shipped, cancelled, returned }: { shipped: Story; cancelled: Story; returned: Story },
): Acknowledgement[] {
  const orderId = returned.order.id;
  const returnId = returnIdOf(orderId, 1);
  const sku = skuOf(shipped.order);
  const place = { sku, warehouseId: WAREHOUSE };
  return [
    ...stories.map(({ order }): Acknowledgement => ({
      kind: "order_placed",
      key: `key ${order.id}`,
      orderId: order.id,
      version: 1,
      total: order.totals.total,
      lines: order.lines.map((line) => ({ sku: line.sku, quantity: line.quantity })),
      reservations: order.reservations.map(({ id }) => id),
    })),
    { kind: "order_fulfilled", orderId: shipped.order.id, warehouseId: WAREHOUSE },
    { kind: "order_cancelled", orderId: cancelled.order.id, version: cancelled.order.version },
    { kind: "return_requested", orderId, returnId },
    { kind: "return_moved", orderId, returnId, to: "INSPECTED" },
    { kind: "refund_asked", orderId, number: 1, amount: 1000, reason: "too small" },
    { kind: "stock_moved", command: "receipt", ref: `receipt ${sku}`, ...place, delta: 5 },
    { kind: "stock_counted", ref: `count ${sku}`, ...place, drift: -1 },
    { kind: "stock_reserved", reservationId: callersHold(sku, "kept"), ...place, quantity: 1 },
    { kind: "reservation_released", reservationId: callersHold(sku, "given") },
  ];
}

/** An order id that is in none of the rows. */
export function unknownOrder(): OrderId {
  return newOrderId();
}
