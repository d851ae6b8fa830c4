import { env } from "cloudflare:workers";
import type { LeasedEffect, OrderLedgerRpc } from "../../src/contracts/ledger-rpc.ts";
import type { ShippingMethod, Warehouse } from "../../src/domain/catalog.ts";
import type { WarehouseId } from "../../src/domain/ids.ts";
import type { Effect } from "../../src/domain/order/effects.ts";
import type { Order } from "../../src/domain/order/order.ts";
import type { Env } from "../../src/platform/env.ts";
import type { CarrierProvider, Label, LabelRequest } from "../../src/providers/carrier.ts";
import type { MailMessage, MailProvider, SmsProvider } from "../../src/providers/message.ts";
import type { ProviderResult } from "../../src/providers/outcome.ts";
import type {
  CreateIntent,
  PaymentOwner,
  PaymentProvider,
  PaymentReference,
  PaymentSnapshot,
  RefundSnapshot,
} from "../../src/providers/payment.ts";
import type { EventDesk } from "../../src/providers/paypal-events.ts";
import type { PaymentEvent } from "../../src/providers/webhooks/payment-event.ts";
import type { DisputeDesk, DisputeSnapshot } from "../../src/providers/payment-disputes.ts";
import { ledgerCalls } from "../../src/saga/ledger-calls.ts";
import { notificationCalls } from "../../src/saga/notification-calls.ts";
import type { SagaContext } from "../../src/saga/saga-context.ts";
import type { Catalog } from "../../src/services/catalog.ts";
import type { TestLedger } from "./ledger-harness.ts";

/** How the next calls go: `lost` is done and its reply does not come; `silent` is neither done nor answered. */
export type Fate = "lost" | "silent" | "throttled" | "refused";

class Fates {
  readonly #next: Fate[] = [];

  will(...fates: Fate[]): void {
    this.#next.push(...fates);
  }

  meet<Value>(act: () => ProviderResult<Value>): Promise<ProviderResult<Value>> {
    switch (this.#next.shift()) {
      case undefined:
        return Promise.resolve(act());
      case "lost":
        act();
        return Promise.resolve({ outcome: "unknown", message: "the reply was lost" });
      case "silent":
        return Promise.resolve({ outcome: "unknown", message: "no answer" });
      case "throttled":
        return Promise.resolve({
          outcome: "failed",
          code: "throttled",
          message: "later",
          retryable: true,
          retryAfterMs: 1_000,
        });
      case "refused":
        return Promise.resolve({ outcome: "failed", code: "refused", message: "no", retryable: true });
    }
  }
}

interface Intent {
  id: string;
  orderId: string;
  amount: CreateIntent["amount"];
  status: "created" | "asked" | "approved" | "authorized" | "captured" | "voided";
  captured: number;
  refunded: number;
}

/** A bank with idempotency keys and books of its own. */
export class FakeBank extends Fates implements PaymentProvider {
  readonly name = "fake";
  readonly intents = new Map<string, Intent>();
  readonly refunds = new Map<string, { intentId: string; amount: CreateIntent["amount"]; status: "done" | "failed" }>();
  readonly #byKey = new Map<string, string>();
  confirmations = 0;
  captures = 0;
  /** Whether the customer has to agree first. */
  asks = false;

  /** The customer agrees. */
  approve(id: string): void {
    this.#of(id).status = "approved";
  }

  createIntent(input: CreateIntent, key: string): Promise<ProviderResult<PaymentSnapshot>> {
    return this.meet(() => {
      const id = this.#byKey.get(key) ?? `pi_${input.orderId}_${this.intents.size + 1}`;
      this.#byKey.set(key, id);
      if (!this.intents.has(id))
        this.intents.set(id, {
          id,
          orderId: input.orderId,
          amount: input.amount,
          status: "created",
          captured: 0,
          refunded: 0,
        });
      return this.#snapshot(id);
    });
  }

  confirmIntent(id: string): Promise<ProviderResult<PaymentSnapshot>> {
    return this.meet(() => {
      const intent = this.#of(id);
      if (intent.status === "created" && this.asks) intent.status = "asked";
      else if (intent.status === "created" || intent.status === "approved") {
        intent.status = "authorized";
        this.confirmations += 1;
      }
      return this.#snapshot(id);
    });
  }

  retrieve(id: string): Promise<ProviderResult<PaymentSnapshot>> {
    return this.meet(() => this.#snapshot(id));
  }

  capture(id: string, amount: CreateIntent["amount"]): Promise<ProviderResult<PaymentSnapshot>> {
    return this.meet(() => {
      const intent = this.#of(id);
      if (intent.status === "authorized") {
        intent.status = "captured";
        intent.captured = amount.amount;
        this.captures += 1;
      }
      return this.#snapshot(id);
    });
  }

  voidIntent(id: string): Promise<ProviderResult<PaymentSnapshot>> {
    return this.meet(() => {
      const intent = this.#of(id);
      if (intent.status !== "captured") intent.status = "voided";
      return this.#snapshot(id);
    });
  }

  refund(
    id: string,
    amount: CreateIntent["amount"],
    _reason: string,
    key: string,
  ): Promise<ProviderResult<{ refundId: string; amount: CreateIntent["amount"] }>> {
    return this.meet(() => {
      const refundId = `re_${key}`;
      if (!this.#byKey.has(key)) {
        this.#of(id).refunded += amount.amount;
        this.refunds.set(refundId, { intentId: id, amount, status: "done" });
      }
      this.#byKey.set(key, id);
      return { outcome: "done", value: { refundId, amount } };
    });
  }

  /** A refund that was made does not reach the customer after all. */
  failRefund(refundId: string): void {
    const refund = this.refunds.get(refundId);
    if (!refund) throw new Error(`no refund ${refundId}`);
    this.#of(refund.intentId).refunded -= refund.amount.amount;
    this.refunds.set(refundId, { ...refund, status: "failed" });
  }

  retrieveRefund(refundId: string): Promise<ProviderResult<RefundSnapshot>> {
    const refund = this.refunds.get(refundId);
    return this.meet(() =>
      refund
        ? {
            outcome: "done",
            value: {
              refundId,
              status: refund.status,
              amount: refund.amount,
              code: refund.status === "failed" ? "expired_or_canceled_card" : null,
            },
          }
        : { outcome: "failed", code: "resource_missing", message: "none", retryable: false },
    );
  }

  findOwner({ intentId, captureId }: PaymentReference): Promise<ProviderResult<PaymentOwner>> {
    const id = intentId ?? captureId ?? "";
    return this.meet(() => ({
      outcome: "done",
      value: { intentId: id, orderId: this.intents.get(id)?.orderId ?? null },
    }));
  }

  findByOrder(): Promise<ProviderResult<PaymentSnapshot | null>> {
    return Promise.resolve({ outcome: "done", value: null });
  }

  #of(id: string): Intent {
    const intent = this.intents.get(id);
    if (!intent) throw new Error(`no intent ${id}`);
    return intent;
  }

  #snapshot(id: string): ProviderResult<PaymentSnapshot> {
    const { status, amount, captured, refunded } = this.#of(id);
    const common = { intentId: id, amount };
    switch (status) {
      case "asked":
        return {
          outcome: "done",
          value: { ...common, status: "requires_action", actionUrl: "https://provider.example/approve" },
        };
      case "created":
      case "approved":
      case "voided":
        return { outcome: "done", value: { ...common, status } };
      case "authorized":
        return {
          outcome: "done",
          value: { ...common, status, authorizationExpiresAt: Date.now() + 7 * 24 * 3_600_000 },
        };
      case "captured":
        return { outcome: "done", value: { ...common, status, captured, refunded } };
    }
  }
}

/** Disputes as their provider has them now. */
export class FakeDisputes extends Fates implements DisputeDesk {
  readonly known = new Map<string, DisputeSnapshot>();

  retrieveDispute(id: string): Promise<ProviderResult<DisputeSnapshot>> {
    const value = this.known.get(id);
    return this.meet(() =>
      value
        ? { outcome: "done", value }
        : { outcome: "failed", code: "resource_missing", message: "none", retryable: false },
    );
  }
}

/** Events as PayPal itself has them. */
export class FakeEvents extends Fates implements EventDesk {
  readonly known = new Map<string, PaymentEvent>();

  retrieveEvent(id: string): Promise<ProviderResult<PaymentEvent | null>> {
    return this.meet(() => ({ outcome: "done", value: this.known.get(id) ?? null }));
  }
}

/** A mail provider that remembers what it sent. */
export class FakeMail extends Fates implements MailProvider, SmsProvider {
  readonly name = "fake";
  readonly sent: { reference: string; to: string }[] = [];
  readonly lookUps = new Fates();

  send(
    message: MailMessage | { to: string; text: string; reference: string },
  ): Promise<ProviderResult<{ messageId: string }>> {
    return this.meet(() => {
      this.sent.push({
        reference: message.reference,
        to: typeof message.to === "string" ? message.to : message.to.email,
      });
      return { outcome: "done", value: { messageId: `m_${this.sent.length}` } };
    });
  }

  findByReference(reference: string): Promise<ProviderResult<{ messageId: string } | null>> {
    return this.lookUps.meet(() => ({
      outcome: "done",
      value: this.sent.some((mail) => mail.reference === reference) ? { messageId: "m_found" } : null,
    }));
  }
}

/** A carrier that remembers its labels. */
export class FakeCarrier extends Fates implements CarrierProvider {
  readonly name = "fake";
  readonly labels: Label[] = [];
  readonly cancelled: string[] = [];
  readonly #byReference = new Map<string, Label>();
  readonly lookUps = new Fates();
  readonly requests: LabelRequest[] = [];
  /** It refuses to deliver where a street has this in it. */
  undeliverable: string | null = null;
  tracked = 0;

  createLabel(request: LabelRequest): Promise<ProviderResult<Label>> {
    this.requests.push(request);
    if (this.undeliverable !== null && request.to.address.line1.includes(this.undeliverable))
      return Promise.resolve({
        outcome: "failed",
        code: "address_invalid",
        message: "no such street",
        retryable: false,
      });
    return this.meet(() => {
      const label: Label = {
        trackingNumber: `T${this.labels.length + 1}-${request.reference}`,
        carrier: "fake",
        service: request.service,
        format: "PDF",
        document: "AAAA",
      };
      this.labels.push(label);
      this.#byReference.set(request.reference, label);
      return { outcome: "done", value: label };
    });
  }

  findLabel(reference: string, inUse?: string): Promise<ProviderResult<Label | null>> {
    const found = this.#byReference.get(reference);
    return this.lookUps.meet(() => ({
      outcome: "done",
      value: found === undefined || found.trackingNumber === inUse ? null : found,
    }));
  }

  track(): ReturnType<CarrierProvider["track"]> {
    this.tracked += 1;
    return this.meet(() => ({ outcome: "done", value: [] }));
  }

  cancelLabel(trackingNumber: string): ReturnType<CarrierProvider["cancelLabel"]> {
    return this.meet(() => {
      this.cancelled.push(trackingNumber);
      return { outcome: "done", value: null };
    });
  }

  validateAddress(): ReturnType<CarrierProvider["validateAddress"]> {
    return Promise.resolve({ outcome: "done", value: { deliverable: true } });
  }

  rate(): ReturnType<CarrierProvider["rate"]> {
    return Promise.resolve({ outcome: "done", value: { amount: 1, currency: "EUR" } });
  }
}

const BERLIN: Warehouse = {
  id: "berlin" as WarehouseId,
  name: "Berlin",
  city: "Berlin",
  country: "DE",
  location: { latitude: 52.5, longitude: 13.4 },
  timeZone: "Europe/Berlin",
  cutOffMinutes: 900,
  workingDays: [1, 2, 3, 4, 5],
  dailyCapacity: 100,
  serves: [],
  mode: "floor",
  open: true,
  address: { line1: "Allee 1", city: "Berlin", postalCode: "10117", country: "DE" },
};
const STANDARD: ShippingMethod = {
  id: "standard",
  name: "Standard",
  carrier: "fedex",
  service: "FEDEX_GROUND",
  base: 0,
  perKilogram: 0,
  perThousandKm: 0,
  currency: "EUR",
  transitDays: [],
};

/** A catalogue of one warehouse and one way of shipping. */
export const CATALOG: Catalog = {
  products: new Map(),
  warehouses: new Map([[BERLIN.id, { ...BERLIN, version: 1 }]]),
  levels: new Map(),
  level: (sku, warehouseId) => ({ sku, warehouseId, opening: 10, safetyStock: 0, reorderPoint: 0 }),
  shippingMethods: new Map([[STANDARD.id, STANDARD]]),
  taxRates: [],
  channels: new Map(),
};

/** A saga whose outside is hand-made, over a ledger of the test's own. */
export class SagaWorld {
  readonly bank = new FakeBank();
  readonly paypal = new FakeBank();
  readonly disputes = new FakeDisputes();
  readonly paypalEvents = new FakeEvents();
  readonly mail = new FakeMail();
  readonly carrier = new FakeCarrier();
  readonly deferred: Promise<unknown>[] = [];
  readonly context: SagaContext;

  constructor(ledger: Pick<TestLedger, "stub">) {
    const { bank, paypal, disputes, mail, carrier, deferred } = this;
    this.context = {
      env: workerEnv(),
      providers: {
        payments: { stripe: bank, paypal },
        disputes: { stripe: disputes, paypal: disputes },
        paypalEvents: this.paypalEvents,
        mail,
        sms: mail,
        carrier,
      },
      now: Date.now,
      catalog: () => Promise.resolve(CATALOG),
      ledger: () => ledger.stub as OrderLedgerRpc,
      ...ledgerCalls(workerEnv(), () => ledger.stub as OrderLedgerRpc),
      ...notificationCalls(workerEnv(), Date.now),
      defer: (work) => void deferred.push(work),
    };
  }

  /** Waits for what was to happen behind the answer. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.deferred.splice(0));
  }
}

function workerEnv(): Env {
  const nothing: Fetcher = {
    fetch: () => Promise.resolve(new Response(null, { status: 404 })),
    connect: () => {
      throw new Error("nobody connects here");
    },
  };
  return { ...env, ASSETS: nothing };
}

/** A lease as the ledger gives it out, for an effect that is made by hand. */
export function leaseOf(order: Pick<Order, "id">, effect: Effect, change: Partial<LeasedEffect> = {}): LeasedEffect {
  const id = `${order.id}:99:${effect.kind}` as LeasedEffect["id"];
  return {
    id,
    orderId: order.id,
    effect,
    attempt: 1,
    generation: 1,
    leaseUntil: Date.now() + 60_000,
    uncertain: false,
    generationStartedAt: Date.now(),
    ...change,
  };
}
