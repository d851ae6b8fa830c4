import { findCustomer } from "../../db/ops/people.ts";
import { openOps } from "../../db/ops/database.ts";
import { type Language, languageFor } from "../../domain/language.ts";
import type { NotificationKind } from "../../domain/order/effects.ts";
import type { Order } from "../../domain/order/order.ts";
import type { Env } from "../../platform/env.ts";
import type { MailMessage, SmsMessage } from "../../providers/message.ts";
import { returnLabelUrl } from "../return-label-link.ts";
import { unsubscribeUrl } from "../unsubscribe.ts";
import { fillTemplate, type Message, valuesFor } from "./fill-template.ts";
import { layOutMail } from "./mail.tsx";
import { frameOf } from "./mail-frame.ts";
import { MESSAGE_KINDS } from "./message-kinds.ts";
import { templateInUse } from "./templates-in-use.ts";
import { textMessage } from "./text-message.ts";

/** What is to be told to whom. */
export interface Telling {
  order: Order;
  kind: NotificationKind;
  /** What of the order it is about: `order`, `shipment:<id>` … */
  about: string;
  /** A person's own words, for the kind `message`. */
  text: string | undefined;
  /** The reader's address or number. */
  address: string;
  /** Ours, for the provider's events. */
  reference: string;
}

/** The telling as a mail, in the reader's language. */
export async function composeMail(env: Env, telling: Telling, now: number): Promise<MailMessage> {
  const { order, kind, address, reference } = telling;
  const language = await languageOf(env, order);
  const { topic } = MESSAGE_KINDS[kind];
  const unsubscribe = topic === null ? null : await unsubscribeUrl(env, { address, topic, language });
  const message = await worded(env, telling, "email", language, now);
  return {
    to: { email: address, name: order.contact.name },
    ...layOutMail({ language, message, frame: frameOf(order, language), unsubscribeUrl: unsubscribe }),
    ...(unsubscribe !== null && { unsubscribeUrl: unsubscribe }),
    reference,
  };
}

/** The telling as a text message, in the reader's language. */
export async function composeSms(env: Env, telling: Telling, now: number): Promise<SmsMessage> {
  const { order, address, reference } = telling;
  const language = await languageOf(env, order);
  return { to: address, text: textMessage(await worded(env, telling, "sms", language, now)), reference };
}

async function worded(
  env: Env,
  { order, kind, about, text }: Telling,
  channel: "email" | "sms",
  language: Language,
  now: number,
): Promise<Message> {
  const template = await templateInUse(env, { kind, channel, language }, now);
  const labelUrl = await returnLabelUrl(env, about);
  return fillTemplate(template, valuesFor(MESSAGE_KINDS[kind].variables, { order, about, text, language, labelUrl }));
}

/** The customer's own language, else their country's. */
async function languageOf(env: Env, { customerId, address }: Order): Promise<Language> {
  const customer = customerId === null ? null : await findCustomer(openOps(env.OPS), customerId);
  return languageFor(customer?.language ?? null, address.country);
}
