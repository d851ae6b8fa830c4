import { z } from "zod";
import { CHANNELS } from "../domain/order/order.ts";
import {
  address,
  coordinates,
  countryCode,
  currency,
  email,
  money,
  phone,
  quantity,
  shortText,
  sku,
  wholeNumber,
} from "./primitives.ts";

/** The most lines one order may have. */
export const MAX_LINES = 200;

const customerForm = z
  .strictObject({
    id: shortText(64).optional().meta({ description: "A customer we know; what is left out is taken from there." }),
    name: shortText().optional(),
    email: email.optional(),
    phone: phone.optional(),
  })
  .refine(({ id, name }) => id !== undefined || name !== undefined, {
    path: ["name"],
    error: "is needed where no customer's id is given",
  })
  .refine(({ id, email: mail, phone: number }) => id !== undefined || mail !== undefined || number !== undefined, {
    path: ["email"],
    error: "is needed, or a phone, where no customer's id is given",
  });

const lineForm = z.strictObject({
  sku,
  quantity,
  reservationId: z
    .string()
    .min(1)
    .max(400)
    .optional()
    .meta({ description: "A reservation made before: it is used, and nothing is held again." }),
});

/** A means of payment as its provider names it. Nobody gives us a card number, with or without its separators. */
export const tokenMethodForm = z.strictObject({
  token: z
    .string()
    .regex(/^[A-Za-z0-9_-]{3,120}$/, {
      error: "must be the payment provider's token of the means of payment, such as pm_card_visa; never a card number",
    })
    .refine((token) => !/^(paypal)?\d{12,19}$/.test(token.replaceAll(/[-_]/g, "")), {
      error: "must be the payment provider's token, never a card number",
    })
    .meta({
      description:
        "The payment provider's token: Stripe's (`pm_…`); `paypal`, where the customer approves at PayPal; or `paypal_` and the id of an account that the customer has saved.",
    }),
});

const MUST_BE_SAVED = "must be the id of one of the customer's saved means of payment; never a card number";

/** One of the means of payment that the customer has saved; it is charged while they are away. */
const savedMethodForm = z.strictObject({
  saved: z
    .string()
    .regex(/^(pm|paypal)_[A-Za-z0-9_-]{3,110}$/, { error: MUST_BE_SAVED })
    .refine((id) => !/^(paypal)?\d{12,19}$/.test(id.replaceAll(/[-_]/g, "")), { error: MUST_BE_SAVED }),
});

export const paymentMethodForm = z.union([tokenMethodForm, savedMethodForm]);
export type PaymentMethodForm = z.infer<typeof paymentMethodForm>;

/** An order with everything said. Prices are never taken from the caller: they come from the catalogue. */
export const fullOrderForm = z
  .strictObject({
    customer: customerForm.optional().meta({ description: "Whom it is for. A signed-in customer may leave it out." }),
    lines: z.array(lineForm).min(1).max(MAX_LINES),
    address,
    location: coordinates.optional().meta({
      description:
        "Where it goes, when the caller knows better than the address tells: ranks warehouses, and changes no price.",
    }),
    shippingMethod: shortText(40).meta({ examples: ["standard"] }),
    paymentMethod: paymentMethodForm,
    currency,
    discounts: z
      .array(z.strictObject({ amount: wholeNumber(1, 1_000_000_000_000), reason: shortText() }))
      .max(20)
      .optional()
      .meta({ description: "Amounts off, each with its reason; only customer service and channels may give them." }),
    channel: z
      .enum(CHANNELS)
      .optional()
      .meta({ description: "Where the order came from; the caller's own channel where nothing is said." }),
  })
  .meta({
    id: "OrderForm",
    description: "An order with everything said.",
    examples: [
      {
        customer: { name: "Ada Example", email: "ada@example.com" },
        lines: [{ sku: "85123A", quantity: 2 }],
        address: { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
        shippingMethod: "standard",
        paymentMethod: { token: "pm_card_visa" },
        currency: "EUR",
      },
    ],
  });

const roughAddress = z
  .strictObject({
    line1: shortText().optional(),
    line2: shortText().optional(),
    city: shortText(100).optional(),
    region: shortText(100).optional(),
    postalCode: shortText(20).optional(),
    country: countryCode,
  })
  .meta({ description: "As much of a postal address as is known; at least the country." });

/** Where the customer is: only ranks warehouses. */
export const customerLocation = z
  .union([shortText(), coordinates, roughAddress], {
    error: "must be coordinates, a postal address with its country, or the name of a place",
  })
  .meta({
    description: "Coordinates, a postal address, or a place's name.",
    examples: [{ latitude: 52.52, longitude: 13.4 }, "Berlin"],
  });

/** An order in three fields; the rest comes from the caller's customer or the channel's default profile. */
export const shortOrderForm = z.strictObject({ productId: sku, quantity, customerLocation }).meta({
  id: "ShortOrderForm",
  description: "An order in three fields. `productId` is the SKU.",
  examples: [{ productId: "85123A", quantity: 2, customerLocation: { latitude: 52.52, longitude: 13.4 } }],
});

export const placeOrderForm = z
  .union([fullOrderForm, shortOrderForm])
  .meta({ id: "PlaceOrder", description: "The full form, or the short one." });

export type FullOrderForm = z.infer<typeof fullOrderForm>;
export type ShortOrderForm = z.infer<typeof shortOrderForm>;

/** What `placeOrder` and `quoteOrder` are given: the form as it was parsed, and which one it is. */
export type PlaceOrderInput = ({ form: "full" } & FullOrderForm) | ({ form: "short" } & ShortOrderForm);

/** What a quote needs: the full form without anyone to pay. */
export const quoteForm = z
  .strictObject({
    lines: fullOrderForm.shape.lines,
    address: fullOrderForm.shape.address,
    location: fullOrderForm.shape.location,
    shippingMethod: fullOrderForm.shape.shippingMethod,
    currency: fullOrderForm.shape.currency,
    discounts: fullOrderForm.shape.discounts,
    channel: fullOrderForm.shape.channel,
  })
  .meta({ id: "QuoteForm" });
export type QuoteForm = z.infer<typeof quoteForm>;

/** What an order would cost, from where, and when it would arrive. Nothing is held. */
export const quoteAnswer = z
  .strictObject({
    currency: z.string(),
    lines: z.array(
      z.strictObject({
        sku: z.string(),
        name: z.string(),
        quantity: z.int(),
        unitPrice: money,
        net: money,
        tax: money,
      }),
    ),
    totals: z.strictObject({ subtotal: money, shipping: money, tax: money, discount: money, total: money }),
    shipments: z.array(
      z.strictObject({
        warehouseId: z.string(),
        distanceKm: z.number(),
        items: z.array(z.strictObject({ sku: z.string(), quantity: z.int() })),
        estimatedDelivery: z.string().nullable(),
      }),
    ),
    backordered: z.array(z.strictObject({ sku: z.string(), quantity: z.int(), promisedDate: z.string().nullable() })),
    estimatedDelivery: z.string().nullable(),
  })
  .meta({ id: "Quote" });
export type QuoteAnswer = z.infer<typeof quoteAnswer>;
