import type { Money } from "../domain/money.ts";
import type { ProviderResult, ProviderShortfall } from "./outcome.ts";
import type {
  ConfirmedBy,
  CreateIntent,
  PaymentOwner,
  PaymentProvider,
  PaymentReference,
  PaymentSnapshot,
  RefundSnapshot,
} from "./payment.ts";
import { findCaptureOwner, isUnknown } from "./paypal-captures.ts";
import { PaypalClient, type PaypalConfig } from "./paypal-client.ts";
import {
  authorizationOf,
  authorizationShape,
  captureShape,
  capturesOf,
  orderShape,
  ownerOf,
  refundShape,
  refundSnapshotOf,
  snapshotOf,
  wireAmount,
  withCapture,
  type PaypalAuthorization,
  type PaypalOrder,
} from "./paypal-parse.ts";

/** PayPal guarantees the money of an authorization for three days; after that it is renewed before it is captured. */
const HONOR_MS = 3 * 24 * 60 * 60 * 1000;
const LONGEST_NOTE = 255;

/**
 * PayPal's Orders v2. An intent is a PayPal order; its authorization, captures and refunds are read from it, so that
 * nothing but its id has to be kept. The customer approves at PayPal, unless the means of payment is an account saved
 * in PayPal's vault (`paypal_` and the vault's id), which is authorized without them.
 *
 * PayPal keeps the idempotency keys of orders for six hours, which is longer than any payment window, and those of
 * captures and refunds for 45 days.
 */
export class PaypalPayments implements PaymentProvider {
  readonly name = "paypal";
  readonly #client: PaypalClient;

  constructor(config: PaypalConfig) {
    this.#client = new PaypalClient(config);
  }

  async createIntent(input: CreateIntent, idempotencyKey: string): Promise<ProviderResult<PaymentSnapshot>> {
    const amount = wireAmount(input.amount);
    if (amount === null) return inexpressible(input.amount);
    const reference = paypalReference(input);
    const body = {
      intent: "AUTHORIZE",
      // PayPal pays an invoice id once only: a second payment of the same thing is refused there, too.
      purchase_units: [
        { amount, custom_id: reference, invoice_id: reference, description: input.description.slice(0, 127) },
      ],
    };
    return read(await this.#client.post("/v2/checkout/orders", body, idempotencyKey, orderShape));
  }

  async confirmIntent(
    intentId: string,
    { paymentMethod, returnUrl }: ConfirmedBy,
    idempotencyKey: string,
  ): Promise<ProviderResult<PaymentSnapshot>> {
    const order = await this.#order(intentId);
    if (order.outcome !== "done") return order;
    switch (order.value.status) {
      case "APPROVED":
        return this.#authorize(intentId, {}, idempotencyKey);
      case "CREATED":
      case "SAVED": {
        const vaultId = /^paypal_(.+)$/.exec(paymentMethod)?.[1];
        return vaultId === undefined
          ? this.#askPayer(intentId, returnUrl, idempotencyKey)
          : this.#authorize(intentId, savedAccount(vaultId), idempotencyKey);
      }
      case "PAYER_ACTION_REQUIRED":
      case "COMPLETED":
      case "VOIDED":
        return read(order);
    }
  }

  async retrieve(intentId: string): Promise<ProviderResult<PaymentSnapshot>> {
    return read(await this.#order(intentId));
  }

  async capture(intentId: string, amount: Money, idempotencyKey: string): Promise<ProviderResult<PaymentSnapshot>> {
    const wire = wireAmount(amount);
    if (wire === null) return inexpressible(amount);
    const isThere = (now: PaymentSnapshot) => now.status === "captured" && now.captured === amount.amount;
    const order = await this.#order(intentId);
    const before = read(order);
    if (order.outcome !== "done" || before.outcome !== "done" || isThere(before.value)) return before;
    const authorization = authorizationOf(order.value);
    if (authorization === null) return failed("ORDER_NOT_AUTHORIZED", "the payment was never authorized");
    const honored = await this.#honored(authorization, idempotencyKey);
    if (honored.outcome !== "done") return honored;
    const path = `/v2/payments/authorizations/${encodeURIComponent(honored.value)}/capture`;
    // Final: PayPal gives the rest of the authorization back.
    const result = await this.#client.post(path, { amount: wire, final_capture: true }, idempotencyKey, captureShape);
    if (result.outcome !== "done") return this.#orAsItStands(intentId, result, isThere);
    if (result.value.status === "DECLINED" || result.value.status === "FAILED")
      return failed(`CAPTURE_${result.value.status}`, "PayPal did not take the money");
    return readOrder(withCapture(order.value, result.value));
  }

  async voidIntent(intentId: string, idempotencyKey: string): Promise<ProviderResult<PaymentSnapshot>> {
    const order = await this.#order(intentId);
    const before = read(order);
    if (order.outcome !== "done" || before.outcome !== "done") return before;
    const authorization = authorizationOf(order.value);
    // What was never authorized cannot take money without being confirmed again: there is nothing to give up.
    if (authorization === null) return { outcome: "done", value: { ...bare(before.value), status: "voided" } };
    if (before.value.status === "captured" || before.value.status === "voided") return before;
    const path = `/v2/payments/authorizations/${encodeURIComponent(authorization.id)}/void`;
    const result = await this.#client.post(path, {}, idempotencyKey, authorizationShape);
    if (result.outcome === "done") return { outcome: "done", value: { ...bare(before.value), status: "voided" } };
    return this.#orAsItStands(intentId, result, ({ status }) => status === "voided" || status === "captured");
  }

  async refund(
    intentId: string,
    amount: Money,
    reason: string,
    idempotencyKey: string,
  ): Promise<ProviderResult<{ refundId: string; amount: Money }>> {
    const wire = wireAmount(amount);
    if (wire === null) return inexpressible(amount);
    const order = await this.#order(intentId);
    if (order.outcome !== "done") return order;
    const [capture] = capturesOf(order.value);
    if (capture === undefined) return failed("ORDER_NOT_CAPTURED", "nothing of the payment was captured");
    const [{ custom_id: reference }] = order.value.purchase_units;
    const body = {
      amount: wire,
      note_to_payer: reason.slice(0, LONGEST_NOTE),
      ...(reference && { custom_id: reference }),
    };
    const path = `/v2/payments/captures/${encodeURIComponent(capture.id)}/refund`;
    const result = await this.#client.post(path, body, idempotencyKey, refundShape);
    if (result.outcome !== "done") return result;
    const made = refundSnapshotOf(result.value);
    if (made === null) return { outcome: "unknown", message: "unreadable answer" };
    if (made.status === "failed") return failed(made.code ?? "REFUND_FAILED", "PayPal did not pay the money back");
    return { outcome: "done", value: { refundId: made.refundId, amount: made.amount } };
  }

  async retrieveRefund(refundId: string): Promise<ProviderResult<RefundSnapshot>> {
    const refund = await this.#client.get(`/v2/payments/refunds/${encodeURIComponent(refundId)}`, refundShape);
    if (refund.outcome !== "done") return refund;
    const value = refundSnapshotOf(refund.value);
    return value === null ? { outcome: "unknown", message: "unreadable answer" } : { outcome: "done", value };
  }

  async findOwner({ intentId, captureId }: PaymentReference): Promise<ProviderResult<PaymentOwner>> {
    if (intentId !== null) {
      const order = await this.#order(intentId);
      if (order.outcome === "done")
        return { outcome: "done", value: ownerOf(order.value.purchase_units[0].custom_id, intentId) };
      return isUnknown(order) ? { outcome: "done", value: { orderId: null, intentId } } : order;
    }
    if (captureId === undefined) return { outcome: "done", value: { orderId: null, intentId } };
    return findCaptureOwner(this.#client, captureId);
  }

  /** PayPal searches neither orders nor payments by our reference; an order whose reply was lost is made again under its key. */
  async findByOrder(): Promise<ProviderResult<PaymentSnapshot | null>> {
    return failed("not_searchable", "PayPal does not search orders by a reference");
  }

  #order(intentId: string): Promise<ProviderResult<PaypalOrder>> {
    return this.#client.get(`/v2/checkout/orders/${encodeURIComponent(intentId)}`, orderShape);
  }

  async #askPayer(intentId: string, returnUrl: string, key: string): Promise<ProviderResult<PaymentSnapshot>> {
    const experience_context = {
      return_url: returnUrl,
      cancel_url: returnUrl,
      user_action: "PAY_NOW",
      shipping_preference: "NO_SHIPPING",
    };
    const path = `/v2/checkout/orders/${encodeURIComponent(intentId)}/confirm-payment-source`;
    return read(await this.#client.post(path, { payment_source: { paypal: { experience_context } } }, key, orderShape));
  }

  async #authorize(intentId: string, body: unknown, key: string): Promise<ProviderResult<PaymentSnapshot>> {
    const path = `/v2/checkout/orders/${encodeURIComponent(intentId)}/authorize`;
    const result = read(await this.#client.post(path, body, key, orderShape));
    return this.#orAsItStands(
      intentId,
      result,
      ({ status }) => status === "authorized" || status === "captured" || status === "requires_action",
    );
  }

  /** The id of an authorization whose money PayPal guarantees: this one while it is fresh, else one that renews it. */
  async #honored(authorization: PaypalAuthorization, key: string): Promise<ProviderResult<string>> {
    const made = Date.parse(authorization.create_time ?? "");
    if (authorization.status !== "CREATED" || !(Date.now() - made > HONOR_MS))
      return { outcome: "done", value: authorization.id };
    const path = `/v2/payments/authorizations/${encodeURIComponent(authorization.id)}/reauthorize`;
    const result = await this.#client.post(path, { amount: authorization.amount }, `${key}:renew`, authorizationShape);
    if (result.outcome === "done") return { outcome: "done", value: result.value.id };
    // Not renewed is not lapsed: the capture itself finds out whether the money is still there.
    const isJudged = result.outcome === "failed" && result.retryAfterMs === undefined;
    return isJudged ? { outcome: "done", value: authorization.id } : result;
  }

  /** A definite failure may meet an order that is already where it should be: then it was done before. */
  async #orAsItStands(
    intentId: string,
    result: ProviderResult<PaymentSnapshot> | ProviderShortfall,
    isThere: (now: PaymentSnapshot) => boolean,
  ): Promise<ProviderResult<PaymentSnapshot>> {
    if (result.outcome !== "failed" || result.retryAfterMs !== undefined) return result;
    const now = await this.retrieve(intentId);
    if (now.outcome !== "done") return { outcome: "unknown", message: "the order's state could not be read" };
    return isThere(now.value) ? now : result;
  }
}

/** What PayPal keeps of us with a payment, and tells again in its events: our order and the payment's number. */
export function paypalReference({ orderId, payment }: Pick<CreateIntent, "orderId" | "payment">): string {
  return `${orderId}.${payment}`;
}

function savedAccount(vaultId: string) {
  const stored_credential = { payment_initiator: "MERCHANT", usage: "SUBSEQUENT" };
  return { payment_source: { paypal: { vault_id: vaultId, stored_credential } } };
}

function read(order: ProviderResult<PaypalOrder>): ProviderResult<PaymentSnapshot> {
  return order.outcome === "done" ? readOrder(order.value) : order;
}

function readOrder(order: PaypalOrder): ProviderResult<PaymentSnapshot> {
  const value = snapshotOf(order);
  return value === null ? { outcome: "unknown", message: "unreadable answer" } : { outcome: "done", value };
}

function bare({ intentId, amount }: PaymentSnapshot): { intentId: string; amount: Money } {
  return { intentId, amount };
}

function failed(code: string, message: string): ProviderShortfall {
  return { outcome: "failed", code, message, retryable: false };
}

function inexpressible({ currency }: Money): ProviderShortfall {
  return failed("amount_not_supported", `PayPal takes ${currency} in whole units only`);
}
