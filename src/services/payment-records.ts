import type { Env } from "../platform/env.ts";
import type { PaymentRecords } from "../providers/payment-records.ts";
import { createPaymentRecords } from "../providers/registry.ts";
import { providerGateStub } from "./provider-gate-stub.ts";

/** The payment providers' own books, as this environment reaches them. */
export function paymentRecordsOf(env: Env, defer: (work: Promise<unknown>) => void): readonly PaymentRecords[] {
  return createPaymentRecords({
    stripe: { secretKey: env.STRIPE_SECRET_KEY },
    simulators: env.SIMULATORS,
    gate: (provider) => providerGateStub(env.PROVIDER_GATE, provider),
    defer,
  });
}
