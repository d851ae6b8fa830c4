import { z } from "zod";
import { PAYMENT_STATES } from "../domain/order/order.ts";
import { RETURN_CONDITIONS } from "../domain/order/return-policy.ts";
import { EXCHANGE_STATES } from "../domain/order/exchange.ts";
import { REFUND_STATES } from "../domain/order/refund.ts";
import { INSPECTION_OUTCOMES, RETURN_STATES } from "../domain/order/return.ts";
import { listOf, pageQuery, queryChoices } from "./lists.ts";
import { paymentAnswer } from "./orders.ts";
import { MAX_LINES, paymentMethodForm } from "./place-order.ts";
import { currency, money, orderId, pattern, quantity, shortText, sku, warehouseId, wholeNumber } from "./primitives.ts";

const when = z.string().meta({ format: "date-time" });
const line = wholeNumber(1, 200).meta({ description: "The line's number in the order." });
const lines = z.array(z.strictObject({ line, quantity })).min(1).max(200);

/** A return's id names its order, so that a scanned label is enough to find both. */
export const returnParams = z.strictObject({
  id: pattern(/^rtn_[0-9a-z-]{24,40}$/, "must be a return's id: rtn_, 22 characters, a hyphen and a number"),
});

const exchangeForm = z
  .strictObject({
    lines: z.array(z.strictObject({ sku, quantity })).min(1).max(MAX_LINES),
    paymentMethod: paymentMethodForm.optional().meta({
      description:
        "Pays what the goods cost more. Left out: the order's own means of payment, where it is saved or an invoice.",
    }),
  })
  .meta({
    id: "ExchangeForm",
    description:
      "What the customer wants in the place of their money. It is placed as an order of its own once the returned units were inspected: what they give a right to pays for it as far as it goes, what it costs more is charged, what it costs less is paid back. Goods of the same kind cost what they did, a discount is kept in proportion, and the shipping costs no more than what of it comes back. What can't be placed then is paid back instead.",
  });
export type ExchangeForm = z.infer<typeof exchangeForm>;

export const returnForm = z
  .strictObject({
    orderId,
    lines,
    reason: shortText(500),
    condition: z
      .enum(RETURN_CONDITIONS)
      .default("unused")
      .meta({ description: "As the customer says. The policy approves some conditions without a person." }),
    exchange: exchangeForm.optional(),
  })
  .meta({
    id: "ReturnForm",
    examples: [{ orderId: "ord_0k3m9v7a2b4c6d8e0f1g2h", lines: [{ line: 1, quantity: 1 }], reason: "too small" }],
  });
export type ReturnForm = z.infer<typeof returnForm>;

export const rejectForm = z.strictObject({ reason: shortText(500) }).meta({ id: "RejectReturnForm" });
export const receiveForm = z
  .strictObject({ warehouseId })
  .meta({ id: "ReceiveReturnForm", description: "Where the parcel arrived: any warehouse." });

export const inspectForm = z
  .strictObject({
    units: z
      .array(
        z.strictObject({
          line,
          quantity,
          outcome: z.enum(INSPECTION_OUTCOMES).meta({
            description:
              "`restock`: sold again, here. `quarantine`, `write_off`: never stock. `missing`: was not in the parcel, and is not paid back.",
          }),
        }),
      )
      .min(1)
      .max(800),
  })
  .meta({
    id: "InspectReturnForm",
    description: "What each unit of the return was found to be; every unit must be accounted for.",
    examples: [{ units: [{ line: 1, quantity: 1, outcome: "restock" }] }],
  });
export type InspectForm = z.infer<typeof inspectForm>;

export const inspectionPreview = z
  .strictObject({
    refund: money.meta({ description: "What would be paid back." }),
    credit: money.meta({ description: "What would pay for the order in exchange." }),
  })
  .meta({ id: "InspectionPreview", description: "What an inspection would give back; nothing is changed." });
export type InspectionPreview = z.infer<typeof inspectionPreview>;

export const refundForm = z
  .strictObject({
    amount: z.strictObject({ amount: wholeNumber(1, 1_000_000_000_000), currency }).optional(),
    lines: lines.optional().meta({ description: "Units that have left: what was paid for them." }),
    restock: z.boolean().optional().meta({ description: "The units are back in the warehouses that shipped them." }),
    reason: shortText(500),
  })
  .refine((form) => (form.amount === undefined) !== (form.lines === undefined), {
    path: ["amount"],
    error: "give either an amount or lines",
  })
  .refine((form) => form.restock === undefined || form.lines !== undefined, {
    path: ["restock"],
    error: "goes with lines",
  })
  .meta({
    id: "RefundForm",
    description: "Either an amount, or lines.",
    examples: [{ amount: { amount: 500, currency: "EUR" }, reason: "late delivery" }],
  });
export type RefundForm = z.infer<typeof refundForm>;

export const refundAnswer = z
  .strictObject({
    number: z.int(),
    status: z.enum(REFUND_STATES).meta({
      description:
        "failed: the customer has not got all of it, also where the provider had first said it was done. Its money stays set aside until somebody has it tried again.",
    }),
    amount: money,
    reason: z.string(),
    returnId: z.string().nullable(),
    lines: z.array(
      z.strictObject({
        line: z.int(),
        quantity: z.int(),
        price: money,
        discount: money.meta({ description: "Taken off the price." }),
        tax: money,
        shipping: money.meta({ description: "Of the order's shipping, with the tax on it." }),
      }),
    ),
    withheld: z.strictObject({ shipping: money, fee: money }),
    credit: money.meta({ description: "Not paid back: it pays, or is kept, for what is had in exchange." }),
    parts: z
      .array(z.strictObject({ payment: z.int(), amount: money, status: z.enum(REFUND_STATES) }))
      .meta({ description: "The earliest payment gives back first." }),
  })
  .meta({ id: "Refund" });
export type RefundAnswer = z.infer<typeof refundAnswer>;

/** A payment as its order's books show it. */
export const orderPayment = paymentAnswer
  .extend({
    paymentId: z.string().meta({ description: "Names the payment, and its order: for capture and void." }),
    intentId: z
      .string()
      .nullable()
      .meta({ description: "The provider's id of it: for staff, who look it up there; null for everybody else." }),
    capture: z
      .strictObject({ amount: money, status: z.enum(["asked", "failed", "done"]) })
      .nullable()
      .meta({ description: "The one capture there is of a payment; null before it is asked for." }),
    credited: money.meta({ description: "What of it pays, or is kept, for orders in exchange." }),
  })
  .meta({ id: "OrderPayment" });
export type OrderPaymentAnswer = z.infer<typeof orderPayment>;

export const orderPayments = z
  .strictObject({
    orderId: z.string(),
    paymentState: z.enum(PAYMENT_STATES),
    captured: money,
    refunded: money,
    credited: money.meta({ description: "What of it pays, or is kept, for orders in exchange." }),
    refundable: money.meta({
      description:
        "What was captured and is not paid back, asked to be, or credit; nor disputed, or lost in a dispute.",
    }),
    payments: z.array(orderPayment),
    refunds: z.array(refundAnswer),
  })
  .meta({ id: "OrderPayments" });
export type OrderPaymentsAnswer = z.infer<typeof orderPayments>;

const exchange = z.strictObject({
  status: z.enum(EXCHANGE_STATES).meta({
    description:
      "`requested` until the inspection, `placing` until the order is there; `declined` is paid back like any return.",
  }),
  lines: z.array(z.strictObject({ sku: z.string(), quantity: z.int() })),
  orderId: z.string().nullable().meta({ description: "The order that was placed for it." }),
  credit: money.nullable().meta({ description: "What of the returned units' value pays for it." }),
  declined: z.string().nullable().meta({ description: "Why nothing came of it." }),
});

export const returnAnswer = z
  .strictObject({
    returnId: z.string(),
    orderId: z.string(),
    orderNumber: z.string(),
    status: z.enum(RETURN_STATES),
    reason: z.string(),
    condition: z.enum(RETURN_CONDITIONS),
    lines: z.array(z.strictObject({ line: z.int(), sku: z.string(), name: z.string(), quantity: z.int() })),
    warehouseId: z.string().meta({ description: "Where the label sends it." }),
    carrier: z.string().nullable(),
    trackingNumber: z.string().nullable(),
    receivedAt: z.string().nullable().meta({ description: "The warehouse where it arrived." }),
    inspected: z.array(z.strictObject({ line: z.int(), quantity: z.int(), outcome: z.enum(INSPECTION_OUTCOMES) })),
    rejection: z.string().nullable(),
    refund: refundAnswer.nullable(),
    exchange: exchange.nullable(),
    reachedAt: z.partialRecord(z.enum(RETURN_STATES), when),
  })
  .meta({ id: "Return" });
export type ReturnAnswer = z.infer<typeof returnAnswer>;

/** A return as a warehouse reads it: no money. */
export const warehouseReturnAnswer = returnAnswer
  .omit({ refund: true })
  .extend({ exchange: exchange.omit({ credit: true }).nullable() })
  .meta({ id: "WarehouseReturn", description: "A return as a warehouse reads it." });
export type WarehouseReturnAnswer = z.infer<typeof warehouseReturnAnswer>;

export const returnReading = z.union([returnAnswer, warehouseReturnAnswer]);

export const returnSummary = z
  .strictObject({
    returnId: z.string(),
    orderId: z.string(),
    orderNumber: z.string(),
    status: z.enum(RETURN_STATES),
    reason: z.string(),
    units: z.int(),
    customerId: z.string().nullable(),
    warehouseId: z.string().meta({ description: "Where it arrived, or will by its label." }),
    requestedAt: when,
    updatedAt: when,
  })
  .meta({ id: "ReturnSummary" });
export type ReturnSummaryAnswer = z.infer<typeof returnSummary>;

/** The same as a warehouse reads it. */
export const warehouseReturnSummary = returnSummary
  .omit({ customerId: true })
  .meta({ id: "WarehouseReturnSummary", description: "A return as a warehouse reads it, as a row of a list." });
export type WarehouseReturnSummary = z.infer<typeof warehouseReturnSummary>;
export const returnList = listOf(z.union([returnSummary, warehouseReturnSummary])).meta({
  id: "ReturnList",
  description: "Newest first.",
});

export const returnListQuery = z.strictObject({
  order: orderId.optional(),
  status: queryChoices(RETURN_STATES).optional(),
  ...pageQuery,
});
