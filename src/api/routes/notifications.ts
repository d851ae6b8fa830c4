import { z } from "zod";
import { DEFAULT_LIMIT } from "../../contracts/lists.ts";
import {
  notificationList,
  notificationQuery,
  notifyAnswer,
  notifyForm,
  resendForm,
} from "../../contracts/notifications.ts";
import { orderParams } from "../../contracts/orders.ts";
import { readNotifications, resendNotification, sendMessage } from "../../services/send-message.ts";
import { makeCursor, readCursor } from "../cursor.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { listAnswer } from "../serve.ts";

const TAG = "Notifications";
const SENT = { status: "success", message: "Notification sent successfully" };
const position = z.strictObject({ createdAt: z.int(), id: z.string() });

const send = endpoint({
  method: "POST",
  path: "/notifications",
  plain: true,
  tag: TAG,
  summary: "Send the order's customer a message",
  scope: "notifications:write",
  audit: "events",
  body: notifyForm,
  idempotent: "own",
  answers: { 200: { description: "The message is on its way.", schema: notifyAnswer } },
  problems: ["not_found", "order_state", "idempotency_mismatch"],
  async handle({ ctx, body }) {
    const sent = await sendMessage(ctx, body);
    return sent.ok ? { status: 200, body: SENT, replayed: sent.replayed } : sent;
  },
});

const resend = endpoint({
  method: "POST",
  path: "/orders/{id}/resend",
  tag: TAG,
  summary: "Send one of an order's notifications again",
  scope: "notifications:write",
  audit: "events",
  params: orderParams,
  body: resendForm,
  idempotent: "own",
  answers: { 200: { description: "The message is on its way.", schema: notifyAnswer } },
  problems: ["order_state", "idempotency_mismatch"],
  async handle({ ctx, params, body }) {
    const sent = await resendNotification(ctx, params.id, body.notificationId);
    return sent.ok ? { status: 200, body: SENT, replayed: sent.replayed } : sent;
  },
});

const list = endpoint({
  method: "GET",
  path: "/notifications",
  tag: TAG,
  summary: "What was sent, newest first",
  scope: "notifications:read",
  query: notificationQuery,
  answers: { 200: { description: "A page of notifications.", schema: notificationList } },
  problems: ["invalid_cursor", "lists_unavailable"],
  async handle({ ctx, query: { order, limit, cursor } }) {
    const after = await readCursor(ctx.env.SIGNING_SECRET, "notifications", cursor, position);
    if (!after.ok) return after;
    const listed = await readNotifications(
      ctx,
      { orderId: order },
      { after: after.value, limit: limit ?? DEFAULT_LIMIT },
    );
    if (!listed.ok) return listed;
    const { rows, next } = listed.value;
    return listAnswer(rows, next === null ? null : await makeCursor(ctx.env.SIGNING_SECRET, "notifications", next));
  },
});

export const notificationEndpoints: readonly AnyEndpoint[] = [send, resend, list];
