import type { EndedNotification } from "../db/ops/notifications.ts";
import { databaseOf } from "../db/orders/databases.ts";
import { findSagaRow } from "../db/orders/queries.ts";
import { type EffectId, isOrderId } from "../domain/ids.ts";
import { canTellBySms } from "../domain/order/record-undelivered.ts";
import type { SagaContext } from "./saga-context.ts";

/**
 * Has the order tell by SMS what a mail did not. False where there is no other way: then it is for a person to know.
 * Any number of times with one message.
 */
export async function tellBySms(
  context: SagaContext,
  { id, orderId, channel, error }: EndedNotification,
): Promise<boolean> {
  if (channel !== "email" || !isOrderId(orderId)) return false;
  const order = await context.findOrder(orderId);
  if (order === null) return false;
  const ledger = context.ledger(orderId);
  const effects = (await ledger.saga(orderId)) ?? (await findSagaRow(databaseOf(context.env, orderId), orderId)) ?? [];
  const effect = effects.find((one) => one.id === id)?.effect;
  if (effect?.kind !== "Notify" || !canTellBySms(order, effect)) return false;
  return ledger.recordUndelivered(orderId, id as EffectId, effect, error ?? "undelivered");
}
