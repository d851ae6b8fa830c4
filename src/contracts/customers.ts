import { z } from "zod";
import { ORDER_STATES } from "../domain/order/order.ts";
import { listOf, pageQuery } from "./lists.ts";
import { actorAnswer } from "./orders.ts";
import { address, coordinates, email, money, phone, shortText, wholeNumber } from "./primitives.ts";

const when = z.string().meta({ format: "date-time" });

const language = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, { error: "must be a language tag of BCP 47, such as de or de-AT" })
  .meta({ description: "What the customer is written to in, where there is a text in it.", examples: ["de"] });

/** Everything of a customer that people may say; `id` and what they pay with are not. */
export const customerForm = z
  .strictObject({
    name: shortText(),
    email: email.nullish(),
    phone: phone.nullish(),
    address: address.meta({ description: "Where their orders go when nothing else is said." }),
    location: coordinates
      .nullish()
      .meta({ description: "Of the address, when the caller knows better than the address tells." }),
    language,
    invoiceTermsDays: wholeNumber(1, 365)
      .nullish()
      .meta({ description: "Days to pay an invoice in; whoever has none can't pay by one. Needs `customers:terms`." }),
  })
  .refine(({ email: mail, phone: number }) => mail != null || number != null, {
    path: ["email"],
    error: "is needed, or a phone",
  })
  .meta({
    id: "CustomerForm",
    examples: [
      {
        name: "Ada Example",
        email: "ada@example.com",
        address: { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
        language: "de",
      },
    ],
  });
export type CustomerForm = z.infer<typeof customerForm>;

export const customerAnswer = z
  .strictObject({
    customerId: z.string(),
    name: z.string(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    address: z.looseObject(address.shape),
    location: coordinates.nullable(),
    language: z.string(),
    invoiceTermsDays: z.int().nullable(),
    version: z.int().meta({ description: "Also the ETag; `If-Match` takes it." }),
    createdAt: when,
    updatedAt: when,
  })
  .meta({ id: "Customer", description: "Never with what they pay with." });
export type CustomerAnswer = z.infer<typeof customerAnswer>;
export const customerList = listOf(customerAnswer).meta({ id: "CustomerList", description: "By id." });
export const customerQuery = z.strictObject({
  q: shortText(100).optional().meta({ description: "A part of the name, the e-mail address, the phone or the id." }),
  ...pageQuery,
});

export const customerHistoryEntry = z
  .strictObject({
    id: z.string(),
    at: when,
    kind: z.enum(["order", "message", "account"]).meta({
      description:
        "An event of one of their orders; a message that was sent to them; a change of what we know of them.",
    }),
    type: z.string().meta({ description: "The event, the kind of message, or what was changed." }),
    actor: actorAnswer,
    order: z
      .strictObject({ orderId: z.string(), number: z.string(), status: z.enum(ORDER_STATES) })
      .nullable()
      .meta({ description: "Which order it is about, and where that stands now." }),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "CustomerHistoryEntry" });
export type CustomerHistoryEntry = z.infer<typeof customerHistoryEntry>;
export const customerHistory = listOf(customerHistoryEntry).meta({
  id: "CustomerHistory",
  description: "What they did and what was done for them, newest first.",
});
export const customerHistoryQuery = z.strictObject(pageQuery);

export const customerSummary = z
  .strictObject({
    customerId: z.string(),
    orders: z.int().meta({ description: "Placed, and neither cancelled nor given up for want of payment." }),
    units: z.int().meta({ description: "Of those orders." }),
    cancelled: z.int().meta({ description: "Orders that were cancelled, or whose payment failed." }),
    returned: z.int().meta({ description: "Units that have come back." }),
    spend: z.array(money).meta({ description: "Money taken, one amount a currency." }),
    refunded: z.array(money).meta({ description: "Of it, paid back." }),
    firstOrderAt: when.nullable(),
    lastOrderAt: when.nullable(),
  })
  .meta({ id: "CustomerSummary" });
export type CustomerSummaryAnswer = z.infer<typeof customerSummary>;
