import type { NotificationAnswer, NotifyForm } from "../contracts/notifications.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { openOps } from "../db/ops/database.ts";
import { listNotifications, type NotificationPosition } from "../db/ops/notifications.ts";
import type { OrderId } from "../domain/ids.ts";
import type { Order } from "../domain/order/order.ts";
import { logWarning } from "../platform/log.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { executeOrder } from "./execute-order.ts";
import { getOrder, orderSaga } from "./orders.ts";

/** Has a person's message sent to the order's customer. Each call is a new message. */
export async function sendMessage(
  ctx: ServiceContext,
  { orderId, message }: NotifyForm,
): Promise<ServiceResult<Order>> {
  const denied = lacking(ctx, "notifications:write");
  if (denied !== null) return denied;
  const seen = await getOrder(ctx, orderId);
  if (!seen.ok) return seen;
  return executeOrder(ctx, orderId, { type: "SendMessage", text: message });
}

/**
 * Has a notification of the order told again, in the words of today: by mail where there is an address now. Each call
 * is a new message.
 */
export async function resendNotification(
  ctx: ServiceContext,
  orderId: OrderId,
  notificationId: string,
): Promise<ServiceResult<Order>> {
  const denied = lacking(ctx, "notifications:write");
  if (denied !== null) return denied;
  const effects = await orderSaga(ctx, orderId);
  if (!effects.ok) return effects;
  const told = effects.value.find(({ id }) => id === notificationId)?.effect;
  if (told?.kind !== "Notify")
    return refuse("not_found", `The order has no notification ${notificationId}.`, {
      errors: [{ pointer: "/notificationId", detail: "must be the id of one of this order's notifications" }],
    });
  const { notification, subject, about = subject, text } = told;
  return executeOrder(ctx, orderId, {
    type: "ResendNotification",
    notification,
    about,
    ...(text !== undefined && { text }),
  });
}

/** A page of what was sent, newest first. Recipients are masked. */
export async function readNotifications(
  ctx: ServiceContext,
  filter: { orderId: OrderId | undefined },
  page: { after: NotificationPosition | undefined; limit: number },
): Promise<ServiceResult<{ rows: NotificationAnswer[]; next: NotificationPosition | null }>> {
  const denied = lacking(ctx, "notifications:read");
  if (denied !== null) return denied;
  try {
    const { rows, next } = await listNotifications(
      openOps(ctx.env.OPS),
      filter.orderId === undefined ? {} : { orderId: filter.orderId },
      { limit: page.limit, ...(page.after !== undefined && { after: page.after }) },
    );
    return {
      ok: true,
      value: {
        rows: rows.map(({ providerMessageId: _id, delays: _delays, createdAt, updatedAt, ...row }) => ({
          ...row,
          createdAt: new Date(createdAt).toISOString(),
          updatedAt: new Date(updatedAt).toISOString(),
        })),
        next,
      },
    };
  } catch (error) {
    logWarning("notification_list_unavailable", {
      requestId: ctx.requestId,
      error: error instanceof Error ? error.name : "unknown",
    });
    return refuse("lists_unavailable", "The list can't be read at the moment.");
  }
}
