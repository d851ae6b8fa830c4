import { providerGateStub } from "../services/provider-gate-stub.ts";
import { reportProviderDown } from "../services/report-provider-down.ts";
import type { LeasedEffect, OrderLedgerRpc } from "../contracts/ledger-rpc.ts";
import type { OrderId } from "../domain/ids.ts";
import type { Effect, EffectKind, EffectOutcome, EffectResult } from "../domain/order/effects.ts";
import type { Env } from "../platform/env.ts";
import { createProviders, type Providers } from "../providers/registry.ts";
import type { ProviderResult } from "../providers/outcome.ts";
import { type Catalog, catalogOf } from "../services/catalog.ts";
import { ledgerByName, ledgerStub } from "../services/stubs.ts";
import { type LedgerCalls, ledgerCalls } from "./ledger-calls.ts";
import { type NotificationCalls, notificationCalls } from "./notification-calls.ts";

/** What every effect handler is given beside its effect. */
export interface SagaContext extends LedgerCalls, NotificationCalls {
  env: Env;
  providers: Providers;
  now: () => number;
  catalog(): Promise<Catalog>;
  ledger(orderId: OrderId): OrderLedgerRpc;
  defer: (work: Promise<unknown>) => void;
}

/** A handler does one kind of effect, any number of times with one outcome. What it throws counts as unknown. */
export type EffectHandler<Kind extends EffectKind> = (
  context: SagaContext,
  leased: LeasedEffect,
  effect: Extract<Effect, { kind: Kind }>,
) => Promise<EffectOutcome>;

/** The key under which a provider does this at most once. Rises only after a definite failure. */
export function providerKey({ id, generation }: LeasedEffect, step = ""): string {
  return `${id}.${generation}${step === "" ? "" : `.${step}`}`;
}

/** The outcome of an effect that is done. */
export function done(result: EffectResult): EffectOutcome {
  return { status: "done", result };
}

/** The outcome of an effect that there is nothing to do or to learn of, also because events have overtaken it. */
export const NOTHING: EffectOutcome = { status: "done", result: { kind: "nothing" } };

/** A provider's failure as the outcome of the effect. */
export function failure(result: Exclude<ProviderResult<unknown>, { outcome: "done" }>): EffectOutcome {
  if (result.outcome === "unknown") return { status: "unknown", message: result.message };
  const { code, message, retryable, retryAfterMs } = result;
  return { status: "failed", code, message, retryable, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/**
 * A look-up that failed, as the outcome of the effect: it says nothing of the attempt that was looked up, so the next
 * one has to look again. Only what no repetition can change is final.
 */
export function lookUpFailure(result: Exclude<ProviderResult<unknown>, { outcome: "done" }>): EffectOutcome {
  const settled = result.outcome === "unknown" || !result.retryable || result.retryAfterMs !== undefined;
  return settled ? failure(result) : { status: "unknown", message: `the look-up failed: ${result.message}` };
}

/** The context of one invocation of a consumer. */
export function sagaContext(env: Env, defer: (work: Promise<unknown>) => void): SagaContext {
  return {
    env,
    providers: providersOf(env, defer),
    now: Date.now,
    catalog: () => catalogOf(env, Date.now(), defer),
    ledger: (orderId) => ledgerStub(env, orderId),
    ...ledgerCalls(env, (name) => ledgerByName(env, name)),
    ...notificationCalls(env, Date.now),
    defer,
  };
}

/** The outside providers as this environment is configured. */
export function providersOf(env: Env, defer: (work: Promise<unknown>) => void): Providers {
  return createProviders({
    stripe: { secretKey: env.STRIPE_SECRET_KEY },
    paypal: { clientId: env.PAYPAL_CLIENT_ID, clientSecret: env.PAYPAL_CLIENT_SECRET },
    sendgrid: { apiKey: env.SENDGRID_API_KEY, from: { email: env.MAIL_FROM, name: "Holdfast" } },
    twilio: {
      accountSid: env.TWILIO_ACCOUNT_SID,
      authToken: env.TWILIO_AUTH_TOKEN,
      from: env.TWILIO_FROM,
      statusCallback: `${env.PUBLIC_URL}/api/v1/webhooks/twilio`,
    },
    fedex: {
      clientId: env.FEDEX_CLIENT_ID,
      clientSecret: env.FEDEX_CLIENT_SECRET,
      account: env.FEDEX_ACCOUNT,
      fallbackPhone: env.TWILIO_FROM,
    },
    simulators: env.SIMULATORS,
    gate: (provider) => providerGateStub(env.PROVIDER_GATE, provider),
    defer,
    onDown: (provider, since) => reportProviderDown({ env, now: Date.now(), defer }, provider, since),
  });
}
