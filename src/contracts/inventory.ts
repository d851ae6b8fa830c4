import { z } from "zod";
import { listOf, pageQuery, queryFlag } from "./lists.ts";
import { instant, MAX_QUANTITY, quantity, reference, shortText, sku, warehouseId, wholeNumber } from "./primitives.ts";

const when = z.string().meta({ format: "date-time" });

const closed = z
  .literal(true)
  .optional()
  .meta({ description: "The warehouse is closed: it offers nothing, whatever is on hand." });

const inTransit = z
  .int()
  .optional()
  .meta({ description: "Units that left for another warehouse and have neither arrived nor come back." });

/** One warehouse's stock of a product. `quantity` is what can be ordered there now; customers are told no more. */
export const stockLevel = z.strictObject({
  warehouseId: z.string(),
  quantity: z.int(),
  closed,
  asOf: when,
  onHand: z.int().optional(),
  held: z.int().optional(),
  allocated: z.int().optional(),
  safetyStock: z.int().optional(),
  reorderPoint: z.int().optional(),
  inTransit,
  waitedFor: z.int().optional().meta({ description: "Units that orders wait for: what comes in is theirs first." }),
});

/** Live from the inventory levels. */
export const availabilityAnswer = z
  .strictObject({
    productId: z.string(),
    stockLevels: z.array(stockLevel),
    unavailable: z.array(z.string()).optional().meta({ description: "Warehouses whose level did not answer in time." }),
  })
  .meta({ id: "Availability" });
export type AvailabilityAnswer = z.infer<typeof availabilityAnswer>;

/** With `productId` the answer is live; without, it is a page of the projection. */
export const inventoryQuery = z.strictObject({
  productId: sku.optional().meta({ description: "Asks the inventory levels of this product themselves." }),
  low: queryFlag.optional().meta({ description: "At or below the reorder point." }),
  out: queryFlag.optional().meta({ description: "Nothing available." }),
  drift: queryFlag.optional().meta({ description: "Levels with an open deviation of kind drift." }),
  warehouse: warehouseId.optional(),
  category: shortText(80).optional(),
  sku: sku.optional(),
  ...pageQuery,
});
export type InventoryQuery = z.infer<typeof inventoryQuery>;

export const stockRow = z
  .strictObject({
    sku: z.string(),
    name: z.string(),
    category: z.string(),
    warehouseId: z.string(),
    onHand: z.int(),
    held: z.int(),
    allocated: z.int(),
    safetyStock: z.int(),
    reorderPoint: z.int(),
    available: z.int(),
    closed,
    sequence: z.int(),
    asOf: when.meta({ format: "date-time", description: "How old this copy is." }),
  })
  .meta({ id: "StockRow" });
export type StockRowAnswer = z.infer<typeof stockRow>;

/** The same as customers and shops read it: what they can order. */
export const offerRow = stockRow
  .pick({ sku: true, name: true, category: true, warehouseId: true, available: true, closed: true, asOf: true })
  .meta({ id: "OfferRow", description: "A row of the stock list as customers and shops read it." });
export type OfferRowAnswer = z.infer<typeof offerRow>;
export const stockList = listOf(z.union([stockRow, offerRow])).meta({
  id: "StockList",
  description: "A copy of the levels, by SKU and warehouse.",
});

export const reserveForm = z
  .strictObject({ productId: sku, warehouseId, quantity })
  .meta({ id: "ReserveForm", examples: [{ productId: "85123A", warehouseId: "berlin", quantity: 1 }] });
export type ReserveForm = z.infer<typeof reserveForm>;

export const reserveAnswer = z
  .strictObject({
    status: z.literal("success"),
    message: z.literal("Stock reserved successfully"),
    reservationId: z.string(),
    expiresAt: when,
  })
  .meta({ id: "Reserved" });
export type ReserveAnswer = z.infer<typeof reserveAnswer>;

export const levelParams = z.strictObject({ sku, warehouse: warehouseId });

export const levelSettings = z.strictObject({
  version: z.int(),
  safetyStock: z.int(),
  reorderPoint: z.int(),
  channelBuffers: z.record(z.string(), z.int()),
});

export const levelAnswer = z
  .strictObject({
    sku: z.string(),
    warehouseId: z.string(),
    onHand: z.int(),
    held: z.int(),
    allocated: z.int(),
    available: z.int(),
    closed,
    sequence: z.int(),
    asOf: when,
    settings: levelSettings,
    inTransit: z.int().meta({ description: "Units that left for another warehouse and are not on hand anywhere yet." }),
    transfers: z
      .array(z.strictObject({ id: z.string(), to: z.string(), quantity: z.int(), ref: z.string(), leftAt: when }))
      .meta({ description: "The transfers whose units are in transit, oldest first." }),
    reservations: z.array(
      z.strictObject({
        reservationId: z.string(),
        owner: z.string(),
        quantity: z.int(),
        status: z.enum(["HELD", "ALLOCATED"]),
        expiresAt: when.nullable(),
        channel: z.string(),
      }),
    ),
  })
  .meta({ id: "Level" });
export type LevelAnswer = z.infer<typeof levelAnswer>;

export const movementAnswer = z
  .strictObject({
    sequence: z.int(),
    kind: z
      .enum(["opening", "receipt", "shipment", "adjustment", "transfer_out", "transfer_in", "transfer_back", "drift"])
      .meta({
        description: "`transfer_back`: the other warehouse refused the units, and they are on hand here again.",
      }),
    delta: z.int(),
    balance: z.int(),
    by: z.string().optional().meta({ description: "Who named the reference: a principal's id, or `system`." }),
    ref: z.string(),
    transfer: z.string().optional().meta({ description: "The same id in the ledgers of both warehouses." }),
    reason: z.string(),
    occurredAt: when,
    recordedAt: when,
  })
  .meta({ id: "Movement" });
export type MovementAnswer = z.infer<typeof movementAnswer>;
export const movementList = listOf(movementAnswer).meta({ id: "MovementList", description: "Newest first." });
export const movementQuery = z.strictObject(pageQuery);

const place = { sku, warehouseId };
const moment = {
  ref: reference.optional(),
  occurredAt: instant.optional().meta({ description: "By the source's clock; now, where nothing is said." }),
};

export const receiptRow = z.strictObject({ ...place, quantity, ...moment }).meta({ id: "ReceiptForm" });
export const adjustmentRow = z
  .strictObject({
    ...place,
    delta: wholeNumber(-MAX_QUANTITY, MAX_QUANTITY).refine((value) => value !== 0, { error: "must not be 0" }),
    reason: shortText(),
    ...moment,
  })
  .meta({ id: "AdjustmentForm" });
export const countRow = z
  .strictObject({
    ...place,
    quantity: wholeNumber(0, MAX_QUANTITY).meta({ description: "What was counted." }),
    asOf: instant.optional().meta({ description: "The moment of the count; now, where nothing is said." }),
    ref: reference.optional(),
  })
  .meta({ id: "CountForm" });
export const transferRow = z
  .strictObject({ sku, from: warehouseId, to: warehouseId, quantity, ...moment })
  .refine(({ from, to }) => from !== to, { path: ["to"], error: "must be another warehouse than `from`" })
  .meta({ id: "TransferForm" });

export type ReceiptRow = z.infer<typeof receiptRow>;
export type AdjustmentRow = z.infer<typeof adjustmentRow>;
export type CountRow = z.infer<typeof countRow>;
export type TransferRow = z.infer<typeof transferRow>;

/** Rows that one bulk request may carry. */
export const MAX_ROWS = 1_000;

/** One row, or many at once: each is done by itself and has its own row of the answer. */
export function oneOrMany<Row extends z.ZodType>(row: Row) {
  return z.union([row, z.strictObject({ rows: z.array(row).min(1).max(MAX_ROWS) })]);
}

/** What became of each row, in the order given. */
export const stockResult = z
  .strictObject({
    object: z.literal("list"),
    data: z.array(
      z.strictObject({
        row: z.int().meta({ description: "From 0, as in the request." }),
        status: z.enum(["done", "in_transit", "refused"]).meta({
          description:
            "`in_transit`: the units have left and the other warehouse has not confirmed them. It ends by itself: they arrive, or come back.",
        }),
        code: z.string().optional(),
        detail: z.string().optional(),
        sku: z.string(),
        warehouseId: z.string(),
        ref: z.string(),
        onHand: z.int().optional(),
        available: z.int().optional(),
        delta: z.int().optional().meta({ description: "Of a movement: by how much on hand changed." }),
        inTransit: z.int().optional().meta({ description: "Of a transfer: units that are on the way." }),
        transfer: z.string().optional().meta({ description: "The transfer's id, as both levels' ledgers name it." }),
        replayed: z
          .literal(true)
          .optional()
          .meta({ description: "Done by an earlier request with this Idempotency-Key, other rows were not." }),
        drift: z.int().optional().meta({ description: "Of a count: by how much the books were wrong." }),
        atRisk: z
          .array(z.string())
          .optional()
          .meta({ description: "Of a count: owners of reservations that no longer fit, newest first." }),
      }),
    ),
    hasMore: z.literal(false),
    nextCursor: z.null(),
  })
  .meta({ id: "StockResult" });
export type StockResultRow = z.infer<typeof stockResult>["data"][number];

const CHANNEL_BUFFERS = z.record(
  z.string().regex(/^[a-z]{2,20}$/, { error: "must be a channel" }),
  wholeNumber(0, MAX_QUANTITY),
);

export const settingsForm = z
  .strictObject({
    safetyStock: wholeNumber(0, MAX_QUANTITY),
    reorderPoint: wholeNumber(0, MAX_QUANTITY),
    channelBuffers: CHANNEL_BUFFERS.optional(),
  })
  .meta({ id: "LevelSettingsForm" });
export type SettingsForm = z.infer<typeof settingsForm>;

export const reservationParams = z.strictObject({ id: z.string().min(1).max(400) });
