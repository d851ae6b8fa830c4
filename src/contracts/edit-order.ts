import { z } from "zod";
import { MAX_LINES } from "./place-order.ts";
import {
  address,
  coordinates,
  email,
  MAX_QUANTITY,
  phone,
  quantity,
  shortText,
  sku,
  wholeNumber,
} from "./primitives.ts";

const lineNumber = wholeNumber(1, 100_000).meta({ description: "The line's number in the order." });

const contactForm = z
  .strictObject({ name: shortText(100), email: email.optional(), phone: phone.optional() })
  .refine((contact) => contact.email !== undefined || contact.phone !== undefined, {
    path: ["email"],
    error: "is needed, or a phone",
  });

/** What may be changed of an order. What is left out stays as it is; what is given replaces all of what was there. */
export const editOrderForm = z
  .strictObject({
    contact: contactForm.optional(),
    address: address.optional(),
    location: coordinates.optional().meta({
      description:
        "Where it goes, when the caller knows better than the address: ranks warehouses, and changes no price.",
    }),
    shippingMethod: shortText(40).optional(),
    lines: z
      .array(
        z.strictObject({
          line: lineNumber,
          quantity: wholeNumber(0, MAX_QUANTITY).meta({ description: "Units the line is to have; 0 takes it out." }),
        }),
      )
      .min(1)
      .max(MAX_LINES)
      .optional()
      .meta({ description: "New quantities; lines that are not named keep theirs." }),
  })
  .refine((form) => Object.values(form).some((value) => value !== undefined), {
    error: "must change something: contact, address, location, shippingMethod or lines",
  })
  .meta({ id: "EditOrderForm", examples: [{ lines: [{ line: 1, quantity: 3 }] }] });
export type EditOrderForm = z.infer<typeof editOrderForm>;

/** What is added to an order. */
export const addItemsForm = z
  .strictObject({ items: z.array(z.strictObject({ sku, quantity })).min(1).max(MAX_LINES) })
  .meta({ id: "AddItemsForm", examples: [{ items: [{ sku: "85123A", quantity: 1 }] }] });
export type AddItemsForm = z.infer<typeof addItemsForm>;

/** Units of a line that are cancelled. */
export const cancelledUnits = z.strictObject({ line: lineNumber, quantity });
