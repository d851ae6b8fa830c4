import { jsonAnswer, VendorRefusal, type VendorAnswer } from "../books/vendor-books.ts";

/** A row of `orders`. Amounts are minor units, times epoch milliseconds. */
export type OrderRow = {
  id: string;
  /** The merchant's `custom_id`. */
  reference: string | null;
  invoice_id: string | null;
  created: number;
  status: string;
  intent: string;
  amount: number;
  currency: string;
  description: string | null;
  return_url: string | null;
  cancel_url: string | null;
  /** How the payer pays, once that is settled: `wallet`, `wallet_declined`, or the id of a saved account. */
  source: string | null;
};

export type AuthorizationRow = {
  id: string;
  order_id: string;
  status: string;
  amount: number;
  currency: string;
  captured: number;
  created: number;
  expires: number;
  /** The authorization that this one renews. */
  renews: string | null;
};

export type CaptureRow = {
  id: string;
  order_id: string;
  authorization_id: string;
  status: string;
  amount: number;
  refunded: number;
  currency: string;
  final: number;
  created: number;
  /** 1 while a dispute about it is open, and once one was lost. */
  disputed: number;
};

export type RefundRow = {
  id: string;
  order_id: string;
  capture_id: string;
  reference: string | null;
  amount: number;
  currency: string;
  note: string | null;
  created: number;
  status: "COMPLETED" | "FAILED";
};

/** A row of `disputes`. Amounts are minor units, times epoch milliseconds. */
export type DisputeRow = {
  id: string;
  order_id: string;
  capture_id: string;
  amount: number;
  currency: string;
  reason: string;
  status: string;
  /** PayPal's decision; null before there is one. */
  outcome: string | null;
  due_by: number;
  created: number;
  updated: number;
};

const API = "https://api-m.paypal.com";
/** Currencies that PayPal takes, with the digits that it takes after the point. */
const DIGITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD ILS MXN MYR NOK NZD PHP PLN SEK SGD THB USD"
      .split(" ")
      .map((code) => [code, 2]),
  ),
  HUF: 0,
  JPY: 0,
  TWD: 0,
};
/** Of which a whole unit is a hundred minor ones all the same (ISO 4217). */
const CENTS_UNUSED: ReadonlySet<string> = new Set(["HUF", "TWD"]);
const DAY_MS = 24 * 60 * 60 * 1000;
const isoWithFraction = (at: number): string => new Date(at).toISOString();
const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** Whole yen, forints and cents from PayPal's text; refuses what PayPal would. */
export function minorUnitsOf({ currency_code: currency, value }: { currency_code: string; value: string }): number {
  const digits = DIGITS[currency];
  if (digits === undefined) return refuse(422, "CURRENCY_NOT_SUPPORTED", "Currency code is not currently supported.");
  const match = /^(\d{1,9})(?:\.(\d{1,3}))?$/.exec(value);
  if (!match) return refuse(400, "INVALID_PARAMETER_VALUE", "The value of a field is invalid.");
  if ((match[2] ?? "").length > digits)
    return refuse(422, "DECIMAL_PRECISION", "The value of the field should not be more than two decimal places.");
  const units = Number(`${match[1]}${(match[2] ?? "").padEnd(digits, "0")}`) * (CENTS_UNUSED.has(currency) ? 100 : 1);
  return units > 0 ? units : refuse(422, "CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero.");
}

/** An amount as PayPal writes it. */
export function wireAmount(amount: number, currency: string): { currency_code: string; value: string } {
  const digits = DIGITS[currency] ?? 2;
  const units = CENTS_UNUSED.has(currency) ? amount / 100 : amount;
  return { currency_code: currency, value: (units / 10 ** digits).toFixed(digits) };
}

/** An order with its payments as PayPal writes it. */
export function wireOrder(
  row: OrderRow,
  publicUrl: string,
  payments: { authorizations: AuthorizationRow[]; captures: CaptureRow[]; refunds: RefundRow[] },
): Record<string, unknown> {
  const self = `${API}/v2/checkout/orders/${row.id}`;
  const page = new URL(`/simulators/paypal/approve/${row.id}`, publicUrl).toString();
  const { authorizations, captures, refunds } = payments;
  const links = [{ href: self, rel: "self", method: "GET" }];
  if (row.status === "CREATED") links.push({ href: page, rel: "approve", method: "GET" });
  if (row.status === "PAYER_ACTION_REQUIRED") links.push({ href: page, rel: "payer-action", method: "GET" });
  if (row.status === "APPROVED") links.push({ href: `${self}/authorize`, rel: "authorize", method: "POST" });
  return {
    id: row.id,
    intent: row.intent,
    status: row.status,
    ...(row.source !== null && { payment_source: { paypal: { account_status: "VERIFIED" } } }),
    purchase_units: [
      {
        reference_id: "default",
        amount: wireAmount(row.amount, row.currency),
        payee: { merchant_id: "LOCALMERCHANT" },
        ...(row.description !== null && { description: row.description }),
        ...(row.reference !== null && { custom_id: row.reference }),
        ...(row.invoice_id !== null && { invoice_id: row.invoice_id }),
        ...(authorizations.length > 0 && {
          payments: {
            authorizations: authorizations.map((one) => wireAuthorization(one, row)),
            ...(captures.length > 0 && { captures: captures.map((one) => wireCapture(one, row)) }),
            ...(refunds.length > 0 && { refunds: refunds.map(wireRefund) }),
          },
        }),
      },
    ],
    create_time: iso(row.created),
    links,
  };
}

export function wireAuthorization(row: AuthorizationRow, order: OrderRow): Record<string, unknown> {
  const self = `${API}/v2/payments/authorizations/${row.id}`;
  return {
    id: row.id,
    status: row.status,
    amount: wireAmount(row.amount, row.currency),
    ...referencesOf(order),
    seller_protection: { status: "ELIGIBLE", dispute_categories: ["ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION"] },
    expiration_time: iso(row.expires),
    create_time: iso(row.created),
    update_time: iso(row.created),
    supplementary_data: { related_ids: { order_id: row.order_id } },
    links: [
      { href: self, rel: "self", method: "GET" },
      { href: `${self}/capture`, rel: "capture", method: "POST" },
      { href: `${self}/void`, rel: "void", method: "POST" },
      { href: `${self}/reauthorize`, rel: "reauthorize", method: "POST" },
    ],
  };
}

export function wireCapture(row: CaptureRow, order: OrderRow): Record<string, unknown> {
  const self = `${API}/v2/payments/captures/${row.id}`;
  const amount = wireAmount(row.amount, row.currency);
  return {
    id: row.id,
    status: row.status,
    amount,
    final_capture: row.final === 1,
    ...referencesOf(order),
    seller_protection: { status: "ELIGIBLE", dispute_categories: ["ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION"] },
    seller_receivable_breakdown: {
      gross_amount: amount,
      paypal_fee: { currency_code: row.currency, value: "0.00" },
      net_amount: amount,
    },
    create_time: iso(row.created),
    update_time: iso(row.created),
    supplementary_data: { related_ids: { order_id: row.order_id, authorization_id: row.authorization_id } },
    links: [
      { href: self, rel: "self", method: "GET" },
      { href: `${self}/refund`, rel: "refund", method: "POST" },
      { href: `${API}/v2/payments/authorizations/${row.authorization_id}`, rel: "up", method: "GET" },
    ],
  };
}

/** A refund names its capture by a link only. */
export function wireRefund(row: RefundRow): Record<string, unknown> {
  return {
    id: row.id,
    status: row.status,
    amount: wireAmount(row.amount, row.currency),
    ...(row.note !== null && { note_to_payer: row.note }),
    ...(row.reference !== null && { custom_id: row.reference }),
    create_time: iso(row.created),
    update_time: iso(row.created),
    links: [
      { href: `${API}/v2/payments/refunds/${row.id}`, rel: "self", method: "GET" },
      { href: `${API}/v2/payments/captures/${row.capture_id}`, rel: "up", method: "GET" },
    ],
  };
}

/** A dispute as PayPal writes it. */
export function wireDispute(row: DisputeRow, capture: CaptureRow, order: OrderRow): Record<string, unknown> {
  const amount = wireAmount(row.amount, row.currency);
  return {
    dispute_id: row.id,
    create_time: isoWithFraction(row.created),
    update_time: isoWithFraction(row.updated),
    disputed_transactions: [
      {
        buyer_transaction_id: `B${capture.id.slice(1)}`,
        seller_transaction_id: capture.id,
        create_time: isoWithFraction(capture.created),
        transaction_status: "COMPLETED",
        gross_amount: wireAmount(capture.amount, capture.currency),
        ...(order.reference !== null && { custom: order.reference }),
        ...(order.invoice_id !== null && { invoice_number: order.invoice_id }),
        buyer: { name: "Local Payer" },
        seller: { merchant_id: "LOCALMERCHANT", name: "Holdfast" },
        items: [],
        seller_protection_eligible: true,
      },
    ],
    reason: row.reason,
    status: row.status,
    dispute_amount: amount,
    ...(row.outcome !== null && {
      dispute_outcome: {
        outcome_code: row.outcome,
        ...(row.outcome === "RESOLVED_BUYER_FAVOUR" && { amount_refunded: amount }),
      },
    }),
    dispute_life_cycle_stage: row.status === "WAITING_FOR_SELLER_RESPONSE" ? "INQUIRY" : "CHARGEBACK",
    dispute_channel: "INTERNAL",
    messages: [],
    ...(row.status === "WAITING_FOR_SELLER_RESPONSE" && { seller_response_due_date: isoWithFraction(row.due_by) }),
    links: [{ href: `${API}/v1/customer/disputes/${row.id}`, rel: "self", method: "GET" }],
  };
}

/** An event as PayPal writes it, of a resource as it stands. */
export function wireEvent(id: string, type: string, resource: Record<string, unknown>, now: number): string {
  return JSON.stringify({
    id,
    event_version: "1.0",
    create_time: iso(now),
    resource_type: resourceTypeOf(type),
    ...(!type.startsWith("CUSTOMER.DISPUTE.") && { resource_version: "2.0" }),
    event_type: type,
    summary: type.toLowerCase().replaceAll(".", " "),
    resource,
    links: [{ href: `${API}/v1/notifications/webhooks-events/${id}`, rel: "self", method: "GET" }],
  });
}

function resourceTypeOf(type: string): string {
  if (type.startsWith("CHECKOUT.ORDER.")) return "checkout-order";
  if (type.startsWith("CUSTOMER.DISPUTE.")) return "dispute";
  if (type === "PAYMENT.CAPTURE.REFUNDED" || type.startsWith("PAYMENT.REFUND.")) return "refund";
  return type.startsWith("PAYMENT.CAPTURE.") ? "capture" : "authorization";
}

function referencesOf({ reference, invoice_id }: OrderRow): Record<string, string> {
  return { ...(reference !== null && { custom_id: reference }), ...(invoice_id !== null && { invoice_id }) };
}

const NAMES: Readonly<Record<number, string>> = {
  400: "INVALID_REQUEST",
  404: "RESOURCE_NOT_FOUND",
  409: "RESOURCE_CONFLICT",
  422: "UNPROCESSABLE_ENTITY",
};

/** An error as PayPal writes it. */
export function wireError(status: number, name: string, message: string, issue?: string): VendorAnswer {
  const debugId = newId(13).toLowerCase();
  const body = {
    name,
    message,
    debug_id: debugId,
    ...(issue !== undefined && { details: [{ issue, description: message }] }),
    links: [],
  };
  return jsonAnswer(status, body, { "paypal-debug-id": debugId });
}

/** Refuses the call with this issue. */
export function refuse(status: number, issue: string, description: string): never {
  throw new VendorRefusal(wireError(status, NAMES[status] ?? "INVALID_REQUEST", description, issue));
}

/** An id as PayPal makes them: capital letters and digits. */
export function newId(length = 17): string {
  const alphabet = "0123456789ABCDEFGHJKLMNPRSTUVWXY";
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => alphabet.charAt(byte % alphabet.length)).join("");
}

/** How long an authorization lasts, and how long PayPal guarantees its money. */
export const AUTHORIZATION_MS = 29 * DAY_MS;
export const HONOR_MS = 3 * DAY_MS;
