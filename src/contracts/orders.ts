import { z } from "zod";
import { CHANNELS, FULFILLMENT_STATES, ORDER_STATES, PAYMENT_STATES, SHIPMENT_STATES } from "../domain/order/order.ts";
import { listOf, pageQuery, queryChoices, queryInteger } from "./lists.ts";
import { cancelledUnits } from "./edit-order.ts";
import { MAX_LINES, paymentMethodForm } from "./place-order.ts";
import { address, coordinates, instant, money, orderId, shortText, sku, warehouseId } from "./primitives.ts";

export { fullOrderForm, placeOrderForm, quoteAnswer, quoteForm, shortOrderForm } from "./place-order.ts";
export type { PlaceOrderInput, QuoteAnswer, QuoteForm } from "./place-order.ts";

const when = z.string().meta({ format: "date-time" });
const day = z
  .string()
  .nullable()
  .meta({ format: "date", description: "YYYY-MM-DD; null while a part of the order has no stock." });

/** The three truths, and the two other vocabularies beside them. */
const standing = {
  status: z.enum(ORDER_STATES).meta({ description: "The order's state." }),
  orderStatus: z.enum(ORDER_STATES).meta({ description: "The order's state." }),
  deliveryStatus: z.enum(["PENDING", "PREPARING", "OUT_FOR_DELIVERY", "DELIVERED", "CANCELLED"]),
  stage: z.enum(["placed", "fulfilled", "shipped", "last_mile", "delivered", "closed"]),
  paymentState: z.enum(PAYMENT_STATES),
  fulfillmentState: z.enum(FULFILLMENT_STATES),
};

export const orderLineAnswer = z.strictObject({
  number: z.int(),
  sku: z.string(),
  name: z.string(),
  quantity: z.int(),
  unitPrice: money,
  net: money,
  tax: money,
  backordered: z.int().meta({ description: "Units of this line that wait for stock." }),
  promisedDate: day.meta({ description: "When those should arrive; null where none waits or nobody knows." }),
});

/** What the customer's bank has disputed of a payment. */
const disputeAnswer = z.strictObject({
  disputeId: z.string(),
  amount: money,
  reason: z.string(),
  dueBy: when.nullable().meta({ description: "Until when evidence is taken." }),
  status: z.enum(["open", "won", "lost"]),
});

export const paymentAnswer = z.strictObject({
  number: z.int(),
  provider: z.string().meta({ description: "Who takes the money; `exchange`: it was paid for what came back." }),
  amount: money,
  status: z.string(),
  authorized: money,
  captured: money,
  refunded: money,
  authorizationExpiresAt: when.nullable(),
  actionUrl: z.string().nullable().meta({ description: "Where the customer passes 3-D Secure." }),
  failure: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  disputes: z.array(disputeAnswer),
});

export const shipmentAnswer = z.strictObject({
  shipmentId: z.string(),
  number: z.int(),
  warehouseId: z.string(),
  state: z.enum(SHIPMENT_STATES),
  items: z.array(z.strictObject({ line: z.int(), sku: z.string(), quantity: z.int(), reservationId: z.string() })),
  trackingNumber: z.string().nullable(),
  carrier: z.string().nullable(),
  reachedAt: z.partialRecord(z.enum(SHIPMENT_STATES), when),
  problem: z.string().nullable(),
});

const pendingEdit = z.strictObject({
  payment: z.int().nullable().meta({ description: "The payment of the difference; null where nothing is due." }),
  waitsFor: z.enum(["payment", "warehouse"]),
  shipments: z.array(z.string()).meta({ description: "The shipments that their warehouses are asked back." }),
  lines: z.array(z.strictObject({ line: z.int(), sku: z.string(), quantity: z.int() })),
  total: money,
  address: z.looseObject(address.shape).nullable().meta({ description: "Null where it stays as it is." }),
  shippingMethod: z.string().nullable(),
});
const PENDING_EDIT =
  "A change that is made once the payment of its difference is authorized and the parcels that it changes have come back from their warehouses, and else never.";

/** An order as staff, its customer and their shop read it: never with a payment method's token. */
export const orderAnswer = z
  .strictObject({
    orderId: z.string(),
    number: z.string().meta({ description: "What people say on the telephone." }),
    ...standing,
    version: z.int().meta({ description: "Also the ETag; `If-Match` takes it." }),
    channel: z.enum(CHANNELS),
    customerId: z.string().nullable(),
    contact: z.strictObject({ name: z.string(), email: z.string().optional(), phone: z.string().optional() }),
    address: z.looseObject(address.shape),
    location: coordinates.nullable(),
    shippingMethod: z.string(),
    currency: z.string(),
    lines: z.array(orderLineAnswer),
    discounts: z.array(z.strictObject({ amount: money, reason: z.string() })),
    totals: z.strictObject({ subtotal: money, shipping: money, tax: money, discount: money, total: money }),
    payments: z.array(paymentAnswer),
    shipments: z.array(shipmentAnswer),
    reservations: z.array(
      z.strictObject({
        reservationId: z.string(),
        line: z.int(),
        sku: z.string(),
        warehouseId: z.string(),
        quantity: z.int(),
        status: z.string(),
      }),
    ),
    pendingEdit: pendingEdit.nullable().meta({ description: PENDING_EDIT }),
    backorderedUntil: when.nullable().meta({
      description: "Promised: what waits for stock has left by then, or is cancelled. Null while nothing waits.",
    }),
    exchangeOf: z
      .strictObject({ orderId: z.string(), returnId: z.string() })
      .nullable()
      .meta({ description: "The return that this order was placed for in exchange." }),
    cancelling: z.strictObject({ reason: z.string(), requestedAt: when }).nullable(),
    ended: z.strictObject({ as: z.string(), reason: z.string(), at: when }).nullable(),
    estimatedDelivery: day,
    placedAt: when,
    updatedAt: when,
    holdExpiresAt: when,
  })
  .meta({ id: "Order" });
export type OrderAnswer = z.infer<typeof orderAnswer>;

/** An order as a warehouse reads it: where it goes, and the lines, parcels and reservations of its own. */
export const warehouseOrderAnswer = orderAnswer
  .omit({ customerId: true, discounts: true, totals: true, payments: true })
  .extend({
    contact: z.strictObject({ name: z.string() }),
    lines: z.array(orderLineAnswer.omit({ unitPrice: true, net: true, tax: true })),
    pendingEdit: pendingEdit.omit({ payment: true, total: true }).nullable().meta({ description: PENDING_EDIT }),
  })
  .meta({ id: "WarehouseOrder", description: "An order as a warehouse reads it." });
export type WarehouseOrderAnswer = z.infer<typeof warehouseOrderAnswer>;

export const orderReading = z.union([orderAnswer, warehouseOrderAnswer]);

/** What the short form is answered with: the order, but `status` says whether it was taken. */
export const shortOrderAnswer = orderAnswer
  .extend({ status: z.literal("confirmed") })
  .meta({ id: "ShortOrder", description: "The order, confirmed. `orderStatus` is its state." });
export type ShortOrderAnswer = z.infer<typeof shortOrderAnswer>;

const { stage: _stage, ...summaryStanding } = standing;

/** An order as a row of a list. */
export const orderSummary = z
  .strictObject({
    orderId: z.string(),
    number: z.string(),
    ...summaryStanding,
    version: z.int(),
    channel: z.enum(CHANNELS),
    customerId: z.string().nullable(),
    name: z.string(),
    total: money,
    units: z.int(),
    country: z.string(),
    destination: coordinates.nullable(),
    warehouses: z.array(z.string()),
    placedAt: when,
    updatedAt: when,
  })
  .meta({ id: "OrderSummary" });
export type OrderSummaryAnswer = z.infer<typeof orderSummary>;

/** The same as a warehouse reads it. */
export const warehouseOrderSummary = orderSummary
  .omit({ customerId: true, total: true })
  .meta({ id: "WarehouseOrderSummary", description: "An order as a warehouse reads it, as a row of a list." });
export type WarehouseOrderSummary = z.infer<typeof warehouseOrderSummary>;
export const orderList = listOf(z.union([orderSummary, warehouseOrderSummary])).meta({
  id: "OrderList",
  description: "Newest first.",
});

/** What lists and counts of orders may be narrowed by. */
export const orderFilterQuery = z.strictObject({
  status: queryChoices(ORDER_STATES).optional(),
  payment: queryChoices(PAYMENT_STATES).optional(),
  fulfillment: queryChoices(FULFILLMENT_STATES).optional(),
  channel: queryChoices(CHANNELS).optional(),
  warehouse: warehouseId.optional(),
  customer: shortText(64).optional(),
  sku: sku.optional(),
  from: instant.optional().meta({ description: "Placed at or after this moment." }),
  to: instant.optional().meta({ description: "Placed before this moment." }),
  minAmount: queryInteger(0, 1_000_000_000_000).optional().meta({ description: "Total in minor units, at least." }),
  maxAmount: queryInteger(0, 1_000_000_000_000).optional().meta({ description: "Total in minor units, at most." }),
  q: shortText(100).optional().meta({ description: "Number, e-mail, name, SKU or tracking number." }),
});
export type OrderFilterQuery = z.infer<typeof orderFilterQuery>;
export const orderListQuery = orderFilterQuery.extend(pageQuery);

export const orderCount = z.strictObject({ count: z.int() }).meta({ id: "OrderCount" });

export const cancelForm = z
  .strictObject({ reason: shortText(500) })
  .meta({ id: "CancelForm", examples: [{ reason: "ordered by mistake" }] });

/** The whole order, or some units of its lines. */
export const cancelOrderForm = cancelForm
  .extend({
    lines: z
      .array(cancelledUnits)
      .min(1)
      .max(MAX_LINES)
      .optional()
      .meta({ description: "Units to cancel; the whole order where nothing is said." }),
  })
  .meta({ id: "CancelOrderForm", examples: [{ reason: "one is enough", lines: [{ line: 1, quantity: 1 }] }] });

export const providePaymentForm = z
  .strictObject({ paymentMethod: paymentMethodForm })
  .meta({ id: "PaymentMethodForm", examples: [{ paymentMethod: { token: "pm_card_visa" } }] });

/** Who caused something: a person or system with a principal, or Holdfast itself. */
export const actorAnswer = z.strictObject({
  kind: z.enum(["user", "key", "system"]),
  id: z.string(),
  name: z.string(),
  role: z.string(),
});

const fieldChange = z.strictObject({
  field: z.string().meta({ examples: ["address/city", "lines/2/quantity", "payments/1/captured"] }),
  before: z.unknown().meta({ description: "Null where there was nothing." }),
  after: z.unknown().meta({ description: "Null where there is nothing any more." }),
});
export type FieldChange = z.infer<typeof fieldChange>;

export const historyEntry = z
  .strictObject({
    sequence: z.int(),
    at: when,
    actor: actorAnswer,
    type: z.string(),
    data: z.record(z.string(), z.unknown()).meta({
      description: "Of the event, what the reader may know: to staff all but means of payment.",
    }),
    before: z.string().nullable().meta({ description: "The order's state before; null before the first event." }),
    after: z.string().meta({ description: "The order's state after." }),
    changes: z.array(fieldChange).meta({
      description: "What else is otherwise in the order than before, field by field; none of the first event.",
    }),
  })
  .meta({ id: "OrderEvent" });
export type HistoryEntry = z.infer<typeof historyEntry>;
export const historyList = listOf(historyEntry).meta({ id: "OrderHistory", description: "Oldest first." });

export const sagaEntry = z
  .strictObject({
    id: z.string(),
    kind: z.string(),
    lane: z.string(),
    status: z.enum(["blocked", "due", "leased", "done", "failed"]),
    effect: z.record(z.string(), z.unknown()).meta({ description: "What it is to do; to staff only." }),
    attempt: z.int(),
    generation: z.int(),
    createdAt: when,
    dueAt: when.nullable(),
    settledAt: when.nullable(),
    attempts: z.array(z.strictObject({ attempt: z.int(), at: when, outcome: z.string(), detail: z.string() })),
  })
  .meta({ id: "SagaEffect" });
export type SagaEntry = z.infer<typeof sagaEntry>;
export const sagaList = listOf(sagaEntry).meta({ id: "OrderSaga", description: "The order's effects, oldest first." });

export const orderParams = z.strictObject({ id: orderId });
export const userParams = z.strictObject({ userId: shortText(64) });
