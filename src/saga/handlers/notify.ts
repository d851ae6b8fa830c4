import type { Order } from "../../domain/order/order.ts";
import type { ProviderResult } from "../../providers/outcome.ts";
import { composeMail, composeSms, type Telling } from "../../services/messages/compose.ts";
import { MESSAGE_KINDS } from "../../services/messages/message-kinds.ts";
import { readPreferences } from "../../services/unsubscribe.ts";
import { type EffectHandler, failure, lookUpFailure, NOTHING, type SagaContext } from "../saga-context.ts";

/** Where the order's customer is reached. */
type Recipient = { channel: "email"; address: string } | { channel: "sms"; address: string };

/**
 * Tells the customer, at most once for each subject, kind and channel. The provider promises no idempotency: each
 * attempt is made by one consumer only, and after an attempt of unknown outcome the provider is asked whether it
 * has the message before it is given it again.
 */
export const notify: EffectHandler<"Notify"> = async (context, leased, effect) => {
  const order = await context.order(leased.orderId);
  const first = recipientOf(order, effect.channel);
  if (first === null)
    return { status: "failed", code: "no_recipient", message: "neither e-mail nor phone", retryable: false };
  const wanted = await wantedBy(context, order, effect.notification, first);
  const recipient = wanted ?? first;
  const claim = {
    id: leased.id,
    orderId: order.id,
    subject: effect.subject,
    kind: effect.notification,
    channel: recipient.channel,
    recipient: masked(recipient),
  };
  const claimed = await context.claimNotification(claim);
  // Another effect has told this already, or this one has and its report was lost.
  if (!claimed.claimed) {
    const { notification } = claimed;
    if (notification === null) throw new Error(`notification id ${leased.id} belongs to another subject`);
    if (notification.id !== leased.id || ENDED.has(notification.status)) return NOTHING;
  }
  if (wanted === null) {
    await context.finishNotification({ id: leased.id, status: "declined", error: "unsubscribed" });
    return NOTHING;
  }

  const found = leased.uncertain ? await lookUp(context, recipient, leased.id) : null;
  if (found !== null && found.outcome !== "done") return lookUpFailure(found);
  const known = found?.outcome === "done" ? found.value : null;
  const telling = {
    order,
    kind: effect.notification,
    about: effect.about ?? effect.subject,
    text: effect.text,
    address: recipient.address,
    reference: leased.id,
  };
  const sent: ProviderResult<{ messageId: string }> =
    known === null ? await send(context, recipient, telling) : { outcome: "done", value: known };
  if (sent.outcome === "done") {
    const { messageId: providerMessageId } = sent.value;
    await context.finishNotification({ id: leased.id, status: "sent", providerMessageId });
    return NOTHING;
  }
  if (sent.outcome === "failed" && !sent.retryable)
    await context.finishNotification({ id: leased.id, status: "failed", error: sent.code });
  return failure(sent);
};

/** There is nothing left to do for a notification that stands so. */
const ENDED: ReadonlySet<string> = new Set(["sent", "delivered", "declined"]);

/** By mail where there is an address, else by SMS; by nothing else than the channel that is asked for. */
function recipientOf({ contact }: Order, channel: "sms" | undefined): Recipient | null {
  if (contact.email !== undefined && channel !== "sms") return { channel: "email", address: contact.email };
  return contact.phone === undefined ? null : { channel: "sms", address: contact.phone };
}

/** Enough to recognize whose it was, too little to write to them. */
function masked({ channel, address }: Recipient): string {
  if (channel === "sms") return `${address.slice(0, 3)}…${address.slice(-2)}`;
  const [name = "", domain = ""] = address.split("@");
  return `${name.slice(0, 1)}…@${domain}`;
}

/** How the reader wants to be told this: as it would be, or by SMS instead of mail; null where they don't want it. */
async function wantedBy(
  { env }: SagaContext,
  order: Order,
  kind: Telling["kind"],
  first: Recipient,
): Promise<Recipient | null> {
  const { topic } = MESSAGE_KINDS[kind];
  if (topic === null) return first;
  const { email, sms } = (await readPreferences(env, order.contact))[topic];
  if (first.channel === "email" && email === true) return first;
  return sms === true ? recipientOf(order, "sms") : null;
}

function lookUp({ providers }: SagaContext, recipient: Recipient, reference: string) {
  return recipient.channel === "email"
    ? providers.mail.findByReference(reference)
    : providers.sms.findByReference(reference, recipient.address);
}

async function send({ env, providers, now }: SagaContext, { channel }: Recipient, telling: Telling) {
  return channel === "email"
    ? providers.mail.send(await composeMail(env, telling, now()))
    : providers.sms.send(await composeSms(env, telling, now()));
}
