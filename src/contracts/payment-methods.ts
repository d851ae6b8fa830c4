import { z } from "zod";
import { listOf } from "./lists.ts";
import { tokenMethodForm } from "./place-order.ts";
import { pattern } from "./primitives.ts";

const customerId = pattern(/^[A-Za-z0-9_-]{1,64}$/, "must be a customer's id");

export const savePaymentMethodForm = z.strictObject({ paymentMethod: tokenMethodForm }).meta({
  id: "SavePaymentMethodForm",
  description: "A card's token, or `paypal` for the account with which the customer approves at PayPal.",
  examples: [{ paymentMethod: { token: "pm_card_visa" } }, { paymentMethod: { token: "paypal" } }],
});

const savedMethod = {
  id: z.string().meta({ description: "The payment provider's; an order takes it as `paymentMethod.saved`." }),
  brand: z.string().meta({ description: "The card's, or `paypal`.", examples: ["visa"] }),
  last4: z.string().optional().meta({ description: "Of a card." }),
  expires: z
    .string()
    .optional()
    .meta({ description: "Of a card; YYYY-MM.", examples: ["2034-08"] }),
  account: z
    .string()
    .optional()
    .meta({
      description: "Of a PayPal account: its mail address, for the most part hidden.",
      examples: ["a***@example.com"],
    }),
};
export const savedMethodAnswer = z.strictObject(savedMethod).meta({ id: "SavedPaymentMethod" });
export type SavedMethodAnswer = z.infer<typeof savedMethodAnswer>;
export const savedMethodList = listOf(savedMethodAnswer).meta({ id: "SavedPaymentMethodList" });

export const saveAnswer = z
  .union([
    z.strictObject({ status: z.literal("ready"), ...savedMethod }),
    z.strictObject({
      status: z.literal("requires_action"),
      actionUrl: z.string().meta({
        description: "Where the customer's bank, or PayPal, asks them; it is saved once they agree and come back.",
      }),
    }),
  ])
  .meta({ id: "PaymentMethodSetup" });
export type SaveAnswer = z.infer<typeof saveAnswer>;

export const customerParams = z.strictObject({ id: customerId });
export const savedMethodParams = z.strictObject({
  id: customerId,
  method: pattern(/^[A-Za-z0-9_-]{3,120}$/, "must be a saved method's id"),
});
