import { z } from "zod";
import { jsonAnswer, type VendorAnswer } from "../books/vendor-books.ts";
import type { CheckoutLedger } from "./checkout-ledger.ts";
import type { DisputeLedger } from "./dispute-ledger.ts";
import type { VaultLedger } from "./vault-ledger.ts";
import { searchTransactions } from "./transactions.ts";
import { minorUnitsOf, refuse, wireAuthorization, wireCapture, wireError, wireRefund } from "./wire.ts";

/** A call to the PayPal API, its body unread. */
export interface PaypalCall {
  method: string;
  /** `["v2", "checkout", "orders", …]` */
  path: string[];
  query: URLSearchParams;
  body: string;
  key: string | null;
  now: number;
}

const amount = z.object({ currency_code: z.string(), value: z.string() });

const createShape = z.object({
  intent: z.enum(["AUTHORIZE", "CAPTURE"]),
  purchase_units: z.tuple([
    z.object({
      amount,
      custom_id: z.string().max(255).optional(),
      invoice_id: z.string().max(127).optional(),
      description: z.string().max(127).optional(),
    }),
  ]),
});
const confirmShape = z.object({
  payment_source: z.object({
    paypal: z.object({
      experience_context: z.object({ return_url: z.url().optional(), cancel_url: z.url().optional() }).optional(),
    }),
  }),
});
const authorizeShape = z.object({
  payment_source: z.object({ paypal: z.object({ vault_id: z.string().regex(/^[0-9a-zA-Z_-]+$/) }) }).optional(),
});
const id = z.string().regex(/^[0-9a-zA-Z_-]{1,64}$/);
const setupShape = z.object({
  payment_source: z.object({
    paypal: z.object({
      usage_type: z.literal("MERCHANT"),
      experience_context: z.object({ return_url: z.url().optional(), cancel_url: z.url().optional() }).optional(),
    }),
  }),
  customer: z.object({ id: id.max(22).optional(), merchant_customer_id: z.string().max(64).optional() }).optional(),
});
const vaultShape = z.object({
  payment_source: z.object({ token: z.object({ id, type: z.literal("SETUP_TOKEN") }) }),
});
const captureShape = z.object({ amount: amount.optional(), final_capture: z.boolean().default(false) });
const refundShape = z.object({
  amount: amount.optional(),
  note_to_payer: z.string().max(255).optional(),
  custom_id: z.string().max(127).optional(),
});

/** The ledgers of PayPal's books. */
export interface PaypalDesk {
  ledger: CheckoutLedger;
  disputes: DisputeLedger;
  vault: VaultLedger;
  sql: SqlStorage;
}

/** Answers the part of PayPal's API that the simulator has. */
export function routePaypal(call: PaypalCall, { ledger, disputes, vault, sql }: PaypalDesk): VendorAnswer {
  const [version, family, resource, id, action] = call.path;
  const route = `${call.method} ${version}/${family}/${resource}`;
  if (route === "POST v2/checkout/orders" && id === undefined) return createOrder(call, ledger);
  if (route === "GET v1/reporting/transactions" && id === undefined)
    return searchTransactions(sql, call.query, call.now);
  if (`${version}/${family}` === "v3/vault") return routeVault(call, vault);
  if (id !== undefined) {
    switch (`${route}${action === undefined ? "" : `/:id/${action}`}`) {
      case "GET v2/checkout/orders":
        return jsonAnswer(200, ledger.wire(ledger.order(id)));
      case "POST v2/checkout/orders/:id/confirm-payment-source": {
        const { experience_context: urls } = read(call, confirmShape).payment_source.paypal;
        const asked = { returnUrl: urls?.return_url ?? null, cancelUrl: urls?.cancel_url ?? null };
        return jsonAnswer(200, ledger.wire(ledger.askPayer(id, asked)));
      }
      case "POST v2/checkout/orders/:id/authorize": {
        const account = read(call, authorizeShape).payment_source?.paypal.vault_id ?? null;
        const saved = account === null ? null : { account, declines: vault.declines(account) };
        return jsonAnswer(201, ledger.wire(ledger.authorize(id, saved, call.key, call.now)));
      }
      case "GET v2/payments/authorizations":
        return authorizationAnswer(200, ledger, id);
      case "POST v2/payments/authorizations/:id/capture":
        return capture(call, ledger, id);
      case "POST v2/payments/authorizations/:id/void":
        ledger.void(id, call.key, call.now);
        return authorizationAnswer(200, ledger, id);
      case "POST v2/payments/authorizations/:id/reauthorize":
        return authorizationAnswer(201, ledger, ledger.reauthorize(id, call.now).id);
      case "GET v2/payments/captures":
        return captureAnswer(200, ledger, id);
      case "POST v2/payments/captures/:id/refund":
        return refund(call, ledger, id);
      case "GET v1/customer/disputes":
        return jsonAnswer(200, disputes.read(id));
      case "GET v1/notifications/webhooks-events":
        return { ...jsonAnswer(200, null), body: ledger.event(id) };
      case "GET v2/payments/refunds":
        return jsonAnswer(200, wireRefund(ledger.refundRow(id)));
    }
  }
  return wireError(404, "RESOURCE_NOT_FOUND", "The specified resource does not exist.");
}

function routeVault(call: PaypalCall, vault: VaultLedger): VendorAnswer {
  const [, , resource, id] = call.path;
  switch (`${call.method} ${resource}${id === undefined ? "" : "/:id"}`) {
    case "POST setup-tokens": {
      const { payment_source: source, customer } = read(call, setupShape);
      const urls = source.paypal.experience_context;
      const setup = {
        customer: customer?.id ?? null,
        merchantCustomer: customer?.merchant_customer_id ?? null,
        returnUrl: urls?.return_url ?? null,
        cancelUrl: urls?.cancel_url ?? null,
      };
      return vault.setUp(setup, call.now);
    }
    case "GET setup-tokens/:id":
      return vault.readSetup(id ?? "", call.now);
    case "POST payment-tokens":
      return vault.save(read(call, vaultShape).payment_source.token.id, call.now);
    case "GET payment-tokens":
      return vault.list(call.query);
    case "GET payment-tokens/:id":
      return vault.read(id ?? "");
    case "DELETE payment-tokens/:id":
      return vault.remove(id ?? "");
    default:
      return wireError(404, "RESOURCE_NOT_FOUND", "The specified resource does not exist.");
  }
}

function createOrder(call: PaypalCall, ledger: CheckoutLedger): VendorAnswer {
  const { intent, purchase_units } = read(call, createShape);
  const [unit] = purchase_units;
  const row = ledger.create(
    {
      intent,
      amount: minorUnitsOf(unit.amount),
      currency: unit.amount.currency_code,
      reference: unit.custom_id ?? null,
      invoice_id: unit.invoice_id ?? null,
      description: unit.description ?? null,
    },
    call.now,
  );
  return jsonAnswer(201, ledger.wire(row));
}

function capture(call: PaypalCall, ledger: CheckoutLedger, id: string): VendorAnswer {
  const body = read(call, captureShape);
  const wanted = amountIn(body.amount, ledger.authorization(id).currency, "AUTH_CAPTURE_CURRENCY_MISMATCH");
  return captureAnswer(201, ledger, ledger.capture(id, wanted, body.final_capture, call.key, call.now).id);
}

function refund(call: PaypalCall, ledger: CheckoutLedger, id: string): VendorAnswer {
  const body = read(call, refundShape);
  const input = {
    amount: amountIn(body.amount, ledger.captureRow(id).currency, "REFUND_CAPTURE_CURRENCY_MISMATCH"),
    note: body.note_to_payer ?? null,
    reference: body.custom_id ?? null,
  };
  return jsonAnswer(201, wireRefund(ledger.refund(id, input, call.key, call.now)));
}

function authorizationAnswer(status: number, ledger: CheckoutLedger, id: string): VendorAnswer {
  const row = ledger.authorization(id);
  return jsonAnswer(status, wireAuthorization(row, ledger.order(row.order_id)));
}

function captureAnswer(status: number, ledger: CheckoutLedger, id: string): VendorAnswer {
  const row = ledger.captureRow(id);
  return jsonAnswer(status, wireCapture(row, ledger.order(row.order_id)));
}

function amountIn(wanted: z.infer<typeof amount> | undefined, currency: string, issue: string): number | null {
  if (wanted === undefined) return null;
  if (wanted.currency_code !== currency) return refuse(422, issue, "The currency does not match.");
  return minorUnitsOf(wanted);
}

function read<Shape>(call: PaypalCall, schema: z.ZodType<Shape>): Shape {
  let body: unknown;
  try {
    body = call.body === "" ? {} : JSON.parse(call.body);
  } catch {
    return refuse(400, "MALFORMED_REQUEST_JSON", "The request JSON is not well formed.");
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return refuse(400, "INVALID_PARAMETER_VALUE", `${issue?.path.join("/") ?? ""}: ${issue?.message ?? "invalid"}`);
}
