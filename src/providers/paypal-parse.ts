import { z } from "zod";
import { currencyExponent, isCurrency, type Money } from "../domain/money.ts";
import { parseJson } from "./http.ts";
import type { PaymentOwner, PaymentSnapshot, RefundSnapshot } from "./payment.ts";

/** How long an authorization lasts where it does not say: PayPal's usual 29 days. */
const USUAL_AUTHORIZATION_MS = 29 * 24 * 60 * 60 * 1000;
/** Currencies that PayPal takes in whole units only, although ISO 4217 has cents for them. */
const WHOLE_AT_PAYPAL: ReadonlySet<string> = new Set(["HUF"]);

export const tokenShape = z.object({ access_token: z.string().min(1), expires_in: z.number() });

export const amountShape = z.object({ currency_code: z.string(), value: z.string() });
const linkShape = z.object({ rel: z.string(), href: z.string() });

export const authorizationShape = z.object({
  id: z.string().min(1),
  status: z.string(),
  amount: amountShape,
  create_time: z.string().nullish(),
  expiration_time: z.string().nullish(),
});

export const captureShape = z.object({ id: z.string().min(1), status: z.string(), amount: amountShape });

export const refundShape = z.object({ id: z.string().min(1), status: z.string(), amount: amountShape });

/** The fields of an order that we rely on; an answer without them is no answer. */
export const orderShape = z.object({
  id: z.string().min(1),
  status: z.enum(["CREATED", "SAVED", "APPROVED", "VOIDED", "COMPLETED", "PAYER_ACTION_REQUIRED"]),
  purchase_units: z.tuple([
    z.object({
      amount: amountShape,
      custom_id: z.string().nullish(),
      payments: z
        .object({
          authorizations: z.array(authorizationShape).nullish(),
          captures: z.array(captureShape).nullish(),
          refunds: z.array(refundShape).nullish(),
        })
        .nullish(),
    }),
  ]),
  links: z.array(linkShape).nullish(),
});

/** What the refund means to us; null where its amount cannot be read. */
export function refundSnapshotOf({ id, status, amount }: z.infer<typeof refundShape>): RefundSnapshot | null {
  const money = moneyOf(amount);
  if (money === null) return null;
  const isFailed = status === "FAILED" || status === "CANCELLED";
  return {
    refundId: id,
    status: isFailed ? "failed" : status === "COMPLETED" ? "done" : "pending",
    amount: money,
    code: isFailed ? `REFUND_${status}` : null,
  };
}

/** Whose a payment is that PayPal keeps this reference with. */
export function ownerOf(reference: string | null | undefined, intentId: string | null): PaymentOwner {
  return { orderId: readPaypalReference(reference)?.orderId ?? null, intentId };
}

export type PaypalOrder = z.infer<typeof orderShape>;
export type PaypalAuthorization = z.infer<typeof authorizationShape>;
export type PaypalCapture = z.infer<typeof captureShape>;

const refusalShape = z.object({
  name: z.string().nullish(),
  error: z.string().nullish(),
  message: z.string().nullish(),
  error_description: z.string().nullish(),
  debug_id: z.string().nullish(),
  details: z.array(z.object({ issue: z.string().nullish(), description: z.string().nullish() })).nullish(),
});

/** PayPal's own error format: the issue says what is wrong, and the debug id is what PayPal's support asks for. */
export function readPaypalRefusal(status: number, body: string): { code: string; message: string } {
  const parsed = refusalShape.safeParse(parseJson(body));
  if (!parsed.success) return { code: `http_${status}`, message: `PayPal answered ${status}` };
  const { name, error, message, error_description, debug_id, details } = parsed.data;
  const [detail] = details ?? [];
  const said = detail?.description ?? message ?? error_description ?? `PayPal answered ${status}`;
  return {
    code: detail?.issue ?? name ?? error ?? `http_${status}`,
    message: debug_id ? `${said} (debug id ${debug_id})` : said,
  };
}

/** The amount as PayPal writes it (`19.99`); null where PayPal has no way to write it. */
export function wireAmount({ amount, currency }: Money): { currency_code: string; value: string } | null {
  const exponent = currencyExponent(currency);
  if (WHOLE_AT_PAYPAL.has(currency)) {
    const unit = 10 ** exponent;
    return amount % unit === 0 ? { currency_code: currency, value: String(amount / unit) } : null;
  }
  const digits = String(amount).padStart(exponent + 1, "0");
  const value = exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
  return { currency_code: currency, value };
}

/** PayPal's decimal text in minor units; null where it is none, or of a currency that is not kept. */
export function moneyOf({ currency_code: currency, value }: z.infer<typeof amountShape>): Money | null {
  if (!isCurrency(currency)) return null;
  const exponent = currencyExponent(currency);
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(value);
  const fraction = (match?.[2] ?? "").padEnd(exponent, "0");
  if (!match || /[^0]/.test(fraction.slice(exponent))) return null;
  return { amount: Number(`${match[1]}${fraction.slice(0, exponent)}`), currency };
}

/** Our order and the number of its payment, from what PayPal keeps of us with a payment; null where that is not ours. */
export function readPaypalReference(text: string | null | undefined): { orderId: string; payment: number } | null {
  const [, orderId, payment] = /^([^.]+)\.(\d{1,6})$/.exec(text ?? "") ?? [];
  return orderId === undefined ? null : { orderId, payment: Number(payment) };
}

/** The amount of an event's resource; null where it has none that we could read. */
export function readAmount(resource: unknown): Money | null {
  const parsed = z.object({ amount: amountShape }).safeParse(resource);
  return parsed.success ? moneyOf(parsed.data.amount) : null;
}

/** The authorization that stands: a renewed one comes after the one it renews. Null before there is any. */
export function authorizationOf(order: PaypalOrder): PaypalAuthorization | null {
  const all = order.purchase_units[0].payments?.authorizations ?? [];
  return all.toSorted((a, b) => timeOf(a.create_time) - timeOf(b.create_time)).at(-1) ?? null;
}

/** The captures that brought money. */
export function capturesOf(order: PaypalOrder): PaypalCapture[] {
  const brought = ["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"];
  return (order.purchase_units[0].payments?.captures ?? []).filter(({ status }) => brought.includes(status));
}

/** The refunds whose money is back or on its way. */
export function refundsOf(order: PaypalOrder): z.infer<typeof refundShape>[] {
  const refunds = order.purchase_units[0].payments?.refunds ?? [];
  return refunds.filter(({ status }) => status === "COMPLETED" || status === "PENDING");
}

/** The order as it stands after this capture. */
export function withCapture(order: PaypalOrder, capture: PaypalCapture): PaypalOrder {
  const [unit] = order.purchase_units;
  const captures = [...(unit.payments?.captures ?? []), capture];
  return { ...order, purchase_units: [{ ...unit, payments: { ...unit.payments, captures } }] };
}

/** What the order means to us; null where an amount in it cannot be read. */
export function snapshotOf(order: PaypalOrder): PaymentSnapshot | null {
  const [{ amount: asked }] = order.purchase_units;
  const authorization = authorizationOf(order);
  const amount = moneyOf(authorization?.amount ?? asked);
  if (amount === null) return null;
  const base = { intentId: order.id, amount };
  const captures = capturesOf(order);
  if (captures.length > 0) {
    const [captured, refunded] = [sumOf(captures), sumOf(refundsOf(order))];
    return captured === null || refunded === null ? null : { status: "captured", ...base, captured, refunded };
  }
  if (authorization !== null) return authorizationSnapshot(authorization, base);
  switch (order.status) {
    case "CREATED":
    case "SAVED":
      return { status: "created", ...base };
    case "APPROVED":
      return { status: "approved", ...base };
    case "VOIDED":
      return { status: "voided", ...base };
    case "PAYER_ACTION_REQUIRED": {
      const page =
        order.links?.find(({ rel }) => rel === "payer-action") ?? order.links?.find(({ rel }) => rel === "approve");
      if (page) return { status: "requires_action", ...base, actionUrl: page.href };
      return {
        status: "failed",
        ...base,
        code: "unsupported_action",
        message: "PayPal asks for a step that has no page",
        hard: true,
      };
    }
    case "COMPLETED":
      return null;
  }
}

function authorizationSnapshot(
  authorization: PaypalAuthorization,
  base: { intentId: string; amount: Money },
): PaymentSnapshot | null {
  switch (authorization.status) {
    case "CREATED":
    // Captured, but the capture is still being looked into: the money is not there yet.
    case "CAPTURED":
    case "PARTIALLY_CAPTURED": {
      const until = timeOf(authorization.expiration_time) || timeOf(authorization.create_time) + USUAL_AUTHORIZATION_MS;
      return { status: "authorized", ...base, authorizationExpiresAt: until };
    }
    case "PENDING":
      return { status: "created", ...base };
    case "VOIDED":
    case "EXPIRED":
      return { status: "voided", ...base };
    case "DENIED":
      return {
        status: "failed",
        ...base,
        code: "AUTHORIZATION_DENIED",
        message: "PayPal denied the payment",
        hard: true,
      };
    default:
      return null;
  }
}

/** Minor units; null where one of the amounts cannot be read. */
export function sumOf(parts: readonly { amount: z.infer<typeof amountShape> }[]): number | null {
  const amounts = parts.map(({ amount }) => moneyOf(amount)?.amount ?? Number.NaN);
  const sum = amounts.reduce((total, amount) => total + amount, 0);
  return Number.isNaN(sum) ? null : sum;
}

/** Epoch milliseconds; 0 where there is no readable time. */
function timeOf(text: string | null | undefined): number {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? 0 : at;
}
