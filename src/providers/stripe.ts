import Stripe from "stripe";
import { asciiEmail } from "../domain/email.ts";
import type { Money } from "../domain/money.ts";
import { CallHeldBack, exchange, heldBackResult, throttledResult, type FetchFunction } from "./http.ts";
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
import { declineCode, intentShape, isHardDecline, refundShape, refundSnapshotOf, snapshotOf } from "./stripe-parse.ts";

export interface StripeConfig {
  secretKey: string;
  fetch: FetchFunction;
  /** Milliseconds a call may take, its answer included; 10,000 where nothing is said. */
  timeLimitMs?: number;
}

/** The official library, which never retries by itself here: the caller does, under its own key. */
export function stripeClient(config: StripeConfig): Stripe {
  const timeLimitMs = config.timeLimitMs ?? 10_000;
  return new Stripe(config.secretKey, {
    httpClient: Stripe.createFetchHttpClient(wholeAnswers(config.fetch, timeLimitMs)),
    maxNetworkRetries: 0,
    // Our own limit comes first; the library's is there because it insists on one.
    timeout: timeLimitMs + 1000,
    telemetry: false,
  });
}

const EXPAND = ["latest_charge"];
const THROTTLE_FALLBACK_MS = 1000;

/** Payments by Stripe. */
export class StripePayments implements PaymentProvider {
  readonly name = "stripe";
  readonly #stripe: Stripe;

  constructor(config: StripeConfig) {
    this.#stripe = stripeClient(config);
  }

  createIntent(input: CreateIntent, idempotencyKey: string): Promise<ProviderResult<PaymentSnapshot>> {
    const receiptEmail = input.email === undefined ? null : asciiEmail(input.email);
    return readIntent(() =>
      this.#stripe.paymentIntents.create(
        {
          amount: input.amount.amount,
          currency: input.amount.currency.toLowerCase(),
          capture_method: "manual",
          allowed_payment_method_types: ["card"],
          payment_method: input.paymentMethod,
          description: input.description,
          metadata: { order_id: input.orderId },
          ...(input.customer === undefined ? {} : { customer: input.customer }),
          ...(receiptEmail === null ? {} : { receipt_email: receiptEmail }),
        },
        { idempotencyKey },
      ),
    );
  }

  async confirmIntent(
    intentId: string,
    { paymentMethod, returnUrl, offSession }: ConfirmedBy,
    idempotencyKey: string,
  ): Promise<ProviderResult<PaymentSnapshot>> {
    if (!offSession) return this.#confirm(intentId, { return_url: returnUrl }, idempotencyKey);
    // Nobody is there to be sent to a page of their bank, nor back from it.
    const away = await this.#confirm(intentId, { off_session: true }, idempotencyKey);
    if (away.outcome !== "failed" || away.code !== AUTHENTICATION_REQUIRED) return away;
    const params = { return_url: returnUrl, payment_method: paymentMethod };
    return this.#confirm(intentId, params, `${idempotencyKey}:on-session`);
  }

  async #confirm(
    intentId: string,
    how: Stripe.PaymentIntentConfirmParams,
    idempotencyKey: string,
  ): Promise<ProviderResult<PaymentSnapshot>> {
    const params = { ...how, expand: EXPAND };
    let declinedMethod: string | null = null;
    const result = await readIntent(
      () => this.#stripe.paymentIntents.confirm(intentId, params, { idempotencyKey }),
      (error) => (declinedMethod = methodOfLastDecline(error)),
    );
    if (!isUnexpectedState(result)) return result;
    if (declinedMethod !== null) {
      // Stripe takes a declined card off the intent, so that trying it again has to name it again.
      const again = { ...params, payment_method: declinedMethod };
      return readIntent(() =>
        this.#stripe.paymentIntents.confirm(intentId, again, { idempotencyKey: `${idempotencyKey}:again` }),
      );
    }
    return this.#orAsItStands(
      intentId,
      result,
      (now) => now.status === "authorized" || now.status === "requires_action" || now.status === "captured",
    );
  }

  retrieve(intentId: string): Promise<ProviderResult<PaymentSnapshot>> {
    return readIntent(() => this.#stripe.paymentIntents.retrieve(intentId, { expand: EXPAND }));
  }

  async capture(intentId: string, amount: Money, idempotencyKey: string): Promise<ProviderResult<PaymentSnapshot>> {
    const params = { amount_to_capture: amount.amount, expand: EXPAND };
    const result = await readIntent(() => this.#stripe.paymentIntents.capture(intentId, params, { idempotencyKey }));
    return this.#orAsItStands(intentId, result, (now) => now.status === "captured" && now.captured === amount.amount);
  }

  async voidIntent(intentId: string, idempotencyKey: string): Promise<ProviderResult<PaymentSnapshot>> {
    const result = await readIntent(() =>
      this.#stripe.paymentIntents.cancel(intentId, { expand: EXPAND }, { idempotencyKey }),
    );
    return this.#orAsItStands(intentId, result, (now) => now.status === "voided" || now.status === "captured");
  }

  async refund(
    intentId: string,
    amount: Money,
    reason: string,
    idempotencyKey: string,
  ): Promise<ProviderResult<{ refundId: string; amount: Money }>> {
    try {
      const answer = refundShape.safeParse(
        await this.#stripe.refunds.create(
          { payment_intent: intentId, amount: amount.amount, metadata: { reason } },
          { idempotencyKey },
        ),
      );
      if (!answer.success) return { outcome: "unknown", message: "unreadable answer" };
      const { refundId, status, amount: paidBack, code } = refundSnapshotOf(answer.data);
      if (status === "failed") {
        return {
          outcome: "failed",
          code: code ?? "refund_failed",
          message: "the bank did not take the refund",
          retryable: false,
        };
      }
      return { outcome: "done", value: { refundId, amount: paidBack } };
    } catch (error) {
      return shortfallOf(error);
    }
  }

  async retrieveRefund(refundId: string): Promise<ProviderResult<RefundSnapshot>> {
    try {
      const answer = refundShape.safeParse(await this.#stripe.refunds.retrieve(refundId));
      return answer.success
        ? { outcome: "done", value: refundSnapshotOf(answer.data) }
        : { outcome: "unknown", message: "unreadable answer" };
    } catch (error) {
      return shortfallOf(error);
    }
  }

  async findOwner({ intentId }: PaymentReference): Promise<ProviderResult<PaymentOwner>> {
    const nobody: ProviderResult<PaymentOwner> = { outcome: "done", value: { orderId: null, intentId } };
    if (intentId === null) return nobody;
    try {
      const { metadata } = await this.#stripe.paymentIntents.retrieve(intentId);
      return { outcome: "done", value: { orderId: metadata["order_id"] ?? null, intentId } };
    } catch (error) {
      const shortfall = shortfallOf(error);
      return shortfall.outcome === "failed" && shortfall.code === "resource_missing" ? nobody : shortfall;
    }
  }

  /**
   * The newest intent of the order that is neither voided nor failed, else the newest. Stripe's search lags up to a
   * minute behind its writes: an empty answer right after a lost reply proves nothing.
   */
  async findByOrder(orderId: string): Promise<ProviderResult<PaymentSnapshot | null>> {
    try {
      const query = `metadata['order_id']:'${orderId.replace(/[^A-Za-z0-9_-]/g, "")}'`;
      const page = await this.#stripe.paymentIntents.search({ query, limit: 100, expand: ["data.latest_charge"] });
      const found = intentShape.array().safeParse(page.data);
      if (!found.success) return { outcome: "unknown", message: "unreadable answer" };
      const newestFirst = found.data.sort((a, b) => b.created - a.created).map(snapshotOf);
      const value =
        newestFirst.find(({ status }) => status !== "voided" && status !== "failed") ?? newestFirst[0] ?? null;
      return { outcome: "done", value };
    } catch (error) {
      return shortfallOf(error);
    }
  }

  /** A key that Stripe has forgotten meets an intent that is already where it should be: then it was done before. */
  async #orAsItStands(
    intentId: string,
    result: ProviderResult<PaymentSnapshot>,
    isThere: (now: PaymentSnapshot) => boolean,
  ): Promise<ProviderResult<PaymentSnapshot>> {
    if (!isUnexpectedState(result)) return result;
    const now = await this.retrieve(intentId);
    if (now.outcome !== "done") return { outcome: "unknown", message: "the intent's state could not be read" };
    return isThere(now.value) ? now : result;
  }
}

/** The bank's answer to a charge for which it wants to see the customer, who is away. */
const AUTHENTICATION_REQUIRED = "authentication_required";
const UNEXPECTED_STATE = "payment_intent_unexpected_state";

function isUnexpectedState(result: ProviderResult<PaymentSnapshot>): boolean {
  return result.outcome === "failed" && result.code === UNEXPECTED_STATE;
}

async function readIntent(
  call: () => Promise<unknown>,
  onError?: (error: unknown) => void,
): Promise<ProviderResult<PaymentSnapshot>> {
  try {
    const intent = intentShape.safeParse(await call());
    if (!intent.success) return { outcome: "unknown", message: "unreadable answer" };
    return { outcome: "done", value: snapshotOf(intent.data) };
  } catch (error) {
    onError?.(error);
    return shortfallOf(error);
  }
}

function methodOfLastDecline(error: unknown): string | null {
  if (!(error instanceof Stripe.errors.StripeError)) return null;
  const intent = intentShape.safeParse(error.payment_intent);
  if (!intent.success || intent.data.status !== "requires_payment_method") return null;
  return intent.data.last_payment_error?.payment_method?.id ?? null;
}

/** What a call that threw came to. */
export function shortfallOf(error: unknown): ProviderShortfall {
  if (error instanceof CallHeldBack) return heldBackResult(error);
  if (!(error instanceof Stripe.errors.StripeError)) return { outcome: "unknown", message: "the call broke off" };
  if (error.detail instanceof CallHeldBack) return heldBackResult(error.detail);
  const { statusCode } = error;
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    return throttledResult(error.headers?.["retry-after"] ?? null, THROTTLE_FALLBACK_MS, Date.now());
  }
  // The first request under this key is still being worked on: what it will come to is open.
  if (statusCode === 409) return { outcome: "unknown", message: "the same key is still being worked on" };
  if (error instanceof Stripe.errors.StripeCardError) {
    const code = declineCode(error);
    return { outcome: "failed", code, message: error.message, retryable: !isHardDecline(code) };
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500 && statusCode !== 408) {
    return {
      outcome: "failed",
      code: error.code ?? error.rawType ?? `http_${statusCode}`,
      message: error.message,
      retryable: false,
    };
  }
  return {
    outcome: "unknown",
    message: statusCode === undefined ? "no whole answer" : `the provider answered ${statusCode}`,
  };
}

/**
 * The fetch that the library is given: the body is read to its end within the time limit, because an answer that
 * stops in the middle must not hold the caller longer than one that never begins.
 */
function wholeAnswers(fetch: FetchFunction, timeLimitMs: number): typeof globalThis.fetch {
  return async (input: RequestInfo | URL, init?: RequestInit) => {
    const reply = await exchange(fetch, input instanceof Request ? input.url : String(input), init ?? {}, timeLimitMs);
    if (reply.kind === "held_back") throw reply.cause;
    if (reply.kind === "lost") throw new Error(reply.message);
    return new Response(reply.body, { status: reply.status, headers: withoutEncoding(reply.headers) });
  };
}

/** The body has been decoded by now. */
function withoutEncoding(headers: Headers): Headers {
  const decoded = new Headers(headers);
  decoded.delete("content-encoding");
  decoded.delete("content-length");
  return decoded;
}
