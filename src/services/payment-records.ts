import type { Env } from "../platform/env.ts";
import type { PaymentRecords } from "../providers/payment-records.ts";
import { createPaymentRecords, createSavedMethods, type SavedMethodDesks } from "../providers/registry.ts";
import { providerGateStub } from "./provider-gate-stub.ts";

type Defer = (work: Promise<unknown>) => void;

/** The payment providers' own books, as this environment reaches them. */
export function paymentRecordsOf(env: Env, defer: Defer): readonly PaymentRecords[] {
  return createPaymentRecords(reachOf(env, defer));
}

/** Where customers' means of payment are kept, as this environment reaches it. */
export function savedMethodsOf(env: Env, defer: Defer): SavedMethodDesks {
  return createSavedMethods(reachOf(env, defer));
}

function reachOf(env: Env, defer: Defer): Parameters<typeof createPaymentRecords>[0] {
  return {
    stripe: { secretKey: env.STRIPE_SECRET_KEY },
    paypal: { clientId: env.PAYPAL_CLIENT_ID, clientSecret: env.PAYPAL_CLIENT_SECRET },
    simulators: env.SIMULATORS,
    gate: (provider) => providerGateStub(env.PROVIDER_GATE, provider),
    defer,
  };
}
