import { notifyAnswer } from "../../../src/contracts/notifications.ts";
import { orderAnswer } from "../../../src/contracts/orders.ts";
import { type InspectForm, inspectionPreview, refundAnswer, returnAnswer } from "../../../src/contracts/returns.ts";
import { call } from "./client.ts";

interface Amount {
  amount: number;
  currency: string;
}

/** Cancels the order, or units of its lines, if it is still at this version. */
export function cancelOrder(input: {
  orderId: string;
  version: number;
  reason: string;
  lines?: { line: number; quantity: number }[];
}) {
  return call(`/orders/${encodeURIComponent(input.orderId)}/cancel`, {
    method: "POST",
    version: input.version,
    body: { reason: input.reason, ...(input.lines && { lines: input.lines }) },
    idempotencyKey: crypto.randomUUID(),
    answer: orderAnswer,
  });
}

/** Pays an amount of the order back. */
export function refundAmount(input: { orderId: string; amount: Amount; reason: string }) {
  return call(`/orders/${encodeURIComponent(input.orderId)}/refunds`, {
    method: "POST",
    body: { amount: input.amount, reason: input.reason },
    idempotencyKey: crypto.randomUUID(),
    answer: refundAnswer,
  });
}

/** The next step of a return, with what it needs to know. */
export type ReturnStep =
  | { step: "approve" }
  | { step: "reject"; reason: string }
  | { step: "receive"; warehouseId: string }
  | ({ step: "inspect" } & InspectForm);

export function moveReturn({ returnId, move: { step, ...body } }: { returnId: string; move: ReturnStep }) {
  return call(`/returns/${encodeURIComponent(returnId)}/${step}`, {
    method: "POST",
    body,
    answer: returnAnswer,
  });
}

/** What an inspection would give back; changes nothing. */
export function previewInspection({
  returnId,
  units,
  signal,
}: InspectForm & { returnId: string; signal: AbortSignal }) {
  return call(`/returns/${encodeURIComponent(returnId)}/inspect/preview`, {
    method: "POST",
    body: { units },
    answer: inspectionPreview,
    signal,
  });
}

/** Writes to the customer again what they were written to once. */
export function resendMessage(input: { orderId: string; notificationId: string }) {
  return call(`/orders/${encodeURIComponent(input.orderId)}/resend`, {
    method: "POST",
    body: { notificationId: input.notificationId },
    idempotencyKey: crypto.randomUUID(),
    answer: notifyAnswer,
  });
}
