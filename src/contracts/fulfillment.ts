import { z } from "zod";
import { orderId, quantity, shortText, warehouseId } from "./primitives.ts";

export const fulfillForm = z
  .strictObject({ orderId, warehouseId })
  .meta({ id: "FulfillForm", examples: [{ orderId: "ord_0k3m9v7a2b4c6d8e0f1g2h", warehouseId: "berlin" }] });

export const fulfillAnswer = z
  .strictObject({ status: z.literal("success"), message: z.literal("Order fulfilled successfully") })
  .meta({ id: "Fulfilled" });

/** A shipment's id names its order, so that a scanned label is enough to find both. */
export const shipmentParams = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_.~:-]{1,80}$/, { error: "must be a shipment's id" }),
});

export const noBody = z.strictObject({}).optional();

export const shortForm = z
  .strictObject({
    items: z
      .array(z.strictObject({ line: z.int().min(1).max(200), quantity }))
      .min(1)
      .max(200),
    reason: shortText(),
  })
  .meta({
    id: "ShortPickForm",
    description: "What could not be found, by line of the order.",
    examples: [{ items: [{ line: 1, quantity: 1 }], reason: "bin empty" }],
  });

export const shipForm = z
  .strictObject({
    tracking: z
      .strictObject({
        carrier: shortText(40),
        service: shortText(60),
        trackingNumber: z.string().regex(/^[A-Za-z0-9-]{4,40}$/, { error: "must be a tracking number" }),
      })
      .optional()
      .meta({ description: "Where the parcel went with a label of someone else." }),
  })
  .optional();

export const exceptionForm = z.strictObject({ reason: shortText(500) }).meta({ id: "ExceptionForm" });
