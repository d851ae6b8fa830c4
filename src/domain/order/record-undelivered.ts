import type { EffectId } from "../ids.ts";
import type { NotifyEffect } from "./effects.ts";
import type { OrderEvent } from "./events.ts";
import type { Order } from "./order.ts";

/** Whether there is another way to tell what a mail could not: a telephone, where it was a mail that failed. */
export function canTellBySms({ contact }: Pick<Order, "contact">, { channel }: NotifyEffect): boolean {
  return channel === undefined && contact.email !== undefined && contact.phone !== undefined;
}

/**
 * What a mail that did not reach its reader makes of the order: it is told by SMS, where it can be. Told of twice, it
 * is still sent once, because there is one message for each subject, kind and channel.
 */
export function undeliveredEvents(order: Order, effectId: EffectId, effect: NotifyEffect, code: string): OrderEvent[] {
  return canTellBySms(order, effect) ? [{ type: "NotificationUndelivered", effectId, effect, code }] : [];
}
