import { jsonAnswer, VendorRefusal, type VendorAnswer } from "../books/vendor-books.ts";
import type { TestCard } from "./test-cards.ts";

/** A row of `payment_intents`. Times are epoch milliseconds. */
export type IntentRow = {
  id: string;
  order_id: string | null;
  created: number;
  status: string;
  amount: number;
  currency: string;
  capturable: number;
  received: number;
  refunded: number;
  capture_method: string;
  payment_method: string | null;
  customer: string | null;
  description: string | null;
  receipt_email: string | null;
  metadata: string;
  client_secret: string;
  charge_id: string | null;
  last_error: string | null;
  return_url: string | null;
  capture_before: number | null;
  canceled_at: number | null;
  cancellation_reason: string | null;
  disputed: number;
};

const API_VERSION = "2026-10-28.endive";
const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/** The PaymentIntent as Stripe writes it; `latest_charge` is the charge itself where the call asked for it. */
export function wireIntent(
  row: IntentRow,
  publicUrl: string,
  expands: boolean,
  card: TestCard | null,
): Record<string, unknown> {
  const asksCustomer = row.status === "requires_action";
  const page = new URL(`/simulators/stripe/authenticate/${row.id}`, publicUrl).toString();
  return {
    id: row.id,
    object: "payment_intent",
    allowed_payment_method_types: ["card"],
    amount: row.amount,
    amount_capturable: row.capturable,
    amount_details: { tip: {} },
    amount_received: row.received,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: row.canceled_at === null ? null : seconds(row.canceled_at),
    cancellation_reason: row.cancellation_reason,
    capture_method: row.capture_method,
    client_secret: row.client_secret,
    confirmation_method: "automatic",
    created: seconds(row.created),
    currency: row.currency,
    customer: row.customer,
    description: row.description,
    excluded_payment_method_types: null,
    last_payment_error: row.last_error === null ? null : (JSON.parse(row.last_error) as unknown),
    latest_charge: row.charge_id === null ? null : expands ? wireCharge(row, card) : row.charge_id,
    livemode: false,
    metadata: JSON.parse(row.metadata) as unknown,
    next_action: asksCustomer
      ? { type: "redirect_to_url", redirect_to_url: { url: page, return_url: row.return_url } }
      : null,
    on_behalf_of: null,
    payment_method: row.payment_method,
    payment_method_options: {},
    payment_method_types: ["card"],
    processing: null,
    receipt_email: row.receipt_email,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: row.status,
    transfer_data: null,
    transfer_group: null,
  };
}

/** The intent's charge as Stripe writes it. */
export function wireCharge(row: IntentRow, card: TestCard | null): Record<string, unknown> {
  const isPaid = row.status === "requires_capture" || row.status === "succeeded" || row.status === "canceled";
  return {
    id: row.charge_id,
    object: "charge",
    amount: row.amount,
    amount_captured: row.received,
    amount_refunded: row.refunded,
    balance_transaction: null,
    captured: row.received > 0,
    created: seconds(row.created),
    currency: row.currency,
    customer: row.customer,
    description: row.description,
    disputed: row.disputed !== 0,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: JSON.parse(row.metadata) as unknown,
    paid: isPaid,
    payment_intent: row.id,
    payment_method: row.payment_method,
    payment_method_details: {
      type: "card",
      card: { ...wireCard(card), capture_before: row.capture_before === null ? null : seconds(row.capture_before) },
    },
    receipt_email: row.receipt_email,
    refunded: row.refunded > 0 && row.refunded === row.received,
    status: isPaid ? "succeeded" : "failed",
  };
}

/** The card's public half. */
export function wireCard(card: TestCard | null): Record<string, unknown> {
  return {
    brand: card?.brand ?? "visa",
    country: "US",
    exp_month: 8,
    exp_year: 2034,
    funding: "credit",
    last4: card?.last4 ?? "4242",
  };
}

/** A payment method as Stripe writes it. */
export function wireMethod(
  id: string,
  card: TestCard,
  customer: string | null,
  created: number,
): Record<string, unknown> {
  return {
    id,
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: { address: null, email: null, name: null, phone: null },
    card: wireCard(card),
    created: seconds(created),
    customer,
    livemode: false,
    metadata: {},
    type: "card",
  };
}

/** An event as Stripe writes it, of an object as it stands. */
export function wireEvent(
  id: string,
  type: string,
  object: unknown,
  idempotencyKey: string | null,
  now: number,
): string {
  return JSON.stringify({
    id,
    object: "event",
    api_version: API_VERSION,
    created: seconds(now),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: idempotencyKey },
    type,
  });
}

/** A list as Stripe writes it. */
export function wireList(url: string, data: unknown[], hasMore: boolean): VendorAnswer {
  return jsonAnswer(200, { object: "list", data, has_more: hasMore, url });
}

/** An error as Stripe writes it. */
export function wireError(
  status: number,
  error: { type: string; message: string; code?: string; param?: string; [more: string]: unknown },
): VendorAnswer {
  return jsonAnswer(status, { error });
}

/** Refuses the call with `invalid_request_error`. */
export function refuse(
  status: number,
  message: string,
  more: { code?: string; param?: string; [more: string]: unknown } = {},
): never {
  throw new VendorRefusal(wireError(status, { type: "invalid_request_error", message, ...more }));
}
