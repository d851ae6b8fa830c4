import { openOps } from "../../db/ops/database.ts";
import { claimNotification, finishNotifications } from "../../db/ops/notifications.ts";
import type { Order } from "../../domain/order/order.ts";
import type { ProviderResult } from "../../providers/outcome.ts";
import { renderMail } from "../messages/mail.tsx";
import { messageText } from "../messages/message-text.ts";
import { type EffectHandler, failure, lookUpFailure, NOTHING, type SagaContext } from "../saga-context.ts";

/** Where the order's customer is reached: by mail where there is an address, else by SMS. */
type Recipient = { channel: "email"; address: string } | { channel: "sms"; address: string };

/**
 * Tells the customer, at most once for each subject, kind and channel. The provider promises no idempotency, so the
 * attempt is claimed in the ledger first, and after an attempt of unknown outcome the provider is asked whether it
 * has the message before it is given it again.
 */
export const notify: EffectHandler<"Notify"> = async (context, leased, effect) => {
  const order = await context.begin(leased);
  if (order === null) return null;
  const recipient = recipientOf(order);
  if (recipient === null)
    return { status: "failed", code: "no_recipient", message: "neither e-mail nor phone", retryable: false };
  const ops = openOps(context.env.OPS);
  const claim = {
    id: leased.id,
    orderId: order.id,
    subject: effect.subject,
    kind: effect.notification,
    channel: recipient.channel,
    recipient: masked(recipient),
  };
  const { claimed, notification } = await claimNotification(ops, claim, context.now());
  // Another effect has told this already, or this one has and its report was lost.
  if (
    !claimed &&
    (notification.id !== leased.id || notification.status === "sent" || notification.status === "delivered")
  )
    return NOTHING;

  const found = leased.uncertain ? await lookUp(context, recipient, leased.id) : null;
  if (found !== null && found.outcome !== "done") return lookUpFailure(found);
  const known = found?.outcome === "done" ? found.value : null;
  const sent: ProviderResult<{ messageId: string }> =
    known === null ? await send(context, order, recipient, effect, leased.id) : { outcome: "done", value: known };
  if (sent.outcome === "done") {
    const end = { id: leased.id, status: "sent", providerMessageId: sent.value.messageId } as const;
    await finishNotifications(ops, [end], context.now());
    return NOTHING;
  }
  if (sent.outcome === "failed" && !sent.retryable)
    await finishNotifications(ops, [{ id: leased.id, status: "failed", error: sent.code }], context.now());
  return failure(sent);
};

function recipientOf({ contact }: Order): Recipient | null {
  if (contact.email !== undefined) return { channel: "email", address: contact.email };
  return contact.phone === undefined ? null : { channel: "sms", address: contact.phone };
}

/** Enough to recognize whose it was, too little to write to them. */
function masked({ channel, address }: Recipient): string {
  if (channel === "sms") return `${address.slice(0, 3)}…${address.slice(-2)}`;
  const [name = "", domain = ""] = address.split("@");
  return `${name.slice(0, 1)}…@${domain}`;
}

function lookUp({ providers }: SagaContext, recipient: Recipient, reference: string) {
  return recipient.channel === "email"
    ? providers.mail.findByReference(reference)
    : providers.sms.findByReference(reference, recipient.address);
}

function send(
  context: SagaContext,
  order: Order,
  recipient: Recipient,
  effect: Parameters<typeof notify>[2],
  reference: string,
) {
  const message = messageText({ order, notification: effect.notification, subject: effect.subject, text: effect.text });
  if (recipient.channel === "email")
    return context.providers.mail.send(renderMail(order, recipient.address, message, reference));
  const action = message.action ? ` ${message.action.url}` : "";
  return context.providers.sms.send({ to: recipient.address, text: `${message.subject}.${action}`, reference });
}
