import type { GatedProvider, ProviderGateRpc, RateBudget } from "../contracts/provider-gate-rpc.ts";
import type { PaymentProviderName } from "../domain/order/payment-provider.ts";
import type { CarrierProvider } from "./carrier.ts";
import { FedexCarrier, type FedexToken } from "./fedex.ts";
import { createGatedFetch, GateMemory } from "./gate.ts";
import { type FetchFunction, outsideFetch } from "./http.ts";
import type { MailProvider, SmsProvider } from "./message.ts";
import type { PaymentProvider } from "./payment.ts";
import type { DisputeDesk } from "./payment-disputes.ts";
import type { PaymentRecords } from "./payment-records.ts";
import { type EventDesk, PaypalEvents } from "./paypal-events.ts";
import { PaypalDisputes } from "./paypal-disputes.ts";
import { PaypalPayments } from "./paypal.ts";
import type { PaypalConfig, PaypalToken } from "./paypal-client.ts";
import { PaypalRecords } from "./paypal-records.ts";
import { PaypalSavedAccounts } from "./paypal-saved-accounts.ts";
import type { FinishedByReturn, SavedAccount, SavedCard, SavedMethods } from "./saved-methods.ts";
import { SendgridMail } from "./sendgrid.ts";
import { type StripeConfig, StripePayments } from "./stripe.ts";
import { StripeDisputes } from "./stripe-disputes.ts";
import { StripeRecords } from "./stripe-records.ts";
import { StripeSavedCards } from "./stripe-saved-cards.ts";
import { TwilioSms } from "./twilio.ts";

/** Every outside provider, each behind its interface. */
export interface Providers {
  payments: Readonly<Record<PaymentProviderName, PaymentProvider>>;
  disputes: Readonly<Record<PaymentProviderName, DisputeDesk>>;
  /** PayPal's events are fetched before they are acted on. */
  paypalEvents: EventDesk;
  mail: MailProvider;
  sms: SmsProvider;
  carrier: CarrierProvider;
}

export interface ProvidersConfig {
  stripe: { secretKey: string };
  paypal: { clientId: string; clientSecret: string };
  sendgrid: { apiKey: string; from: { email: string; name: string } };
  twilio: { accountSid: string; authToken: string; from: string; statusCallback: string };
  fedex: {
    clientId: string;
    clientSecret: string;
    account: string;
    fallbackPhone?: string;
    labelFormat?: "PDF" | "ZPL";
  };
  /** Stands where the outside providers are (locally and in tests); without it calls go to the real hosts. */
  simulators?: { fetch: FetchFunction } | undefined;
  /** The gate of a provider; without it calls are not gated. */
  gate?: (provider: GatedProvider) => ProviderGateRpc;
  /** A request's `waitUntil`, so that failures reach the gate at once. */
  defer?: (task: Promise<unknown>) => void;
  /** Tells a person of a provider that has been down for long, with since when (epoch milliseconds); throws where it could not. */
  onDown?: (provider: GatedProvider, since: number) => Promise<void>;
}

const BUDGETS: Readonly<Record<GatedProvider, { budget: RateBudget | null; block: number }>> = {
  stripe: { budget: null, block: 50 },
  paypal: { budget: null, block: 50 },
  sendgrid: { budget: null, block: 50 },
  twilio: { budget: null, block: 20 },
  // Small blocks: with 100 calls a minute, tokens that lie unused in one isolate are missed in another.
  fedex: { budget: { calls: 100, windowMs: 60_000 }, block: 4 },
};

const gateMemories: Readonly<Record<GatedProvider, GateMemory>> = {
  stripe: new GateMemory(),
  paypal: new GateMemory(),
  sendgrid: new GateMemory(),
  twilio: new GateMemory(),
  fedex: new GateMemory(),
};
const paypalTokens = new Map<string, PaypalToken>();
const fedexTokens = new Map<string, FedexToken>();

/**
 * The providers as configured. Cheap enough for every request or batch, and to be made anew for each, because the
 * gate's stubs belong to the request; leases and tokens are kept by the isolate.
 */
export function createProviders(config: ProvidersConfig): Providers {
  const reach = reachOf(config);
  const { stripe, paypal } = payersOf(config, reach);
  return {
    payments: { stripe: new StripePayments(stripe), paypal: new PaypalPayments(paypal) },
    disputes: { stripe: new StripeDisputes(stripe), paypal: new PaypalDisputes(paypal) },
    paypalEvents: new PaypalEvents(paypal),
    mail: new SendgridMail({ ...config.sendgrid, fetch: reach("sendgrid") }),
    sms: new TwilioSms({ ...config.twilio, fetch: reach("twilio") }),
    carrier: new FedexCarrier({ ...config.fedex, fetch: reach("fedex"), tokens: fedexTokens }),
  };
}

/** The books of every provider that keeps payments of ours; as cheap as the providers, and to be made as they are. */
export function createPaymentRecords(config: PayersConfig): readonly PaymentRecords[] {
  const { stripe, paypal } = payersOf(config);
  return [new StripeRecords(stripe), new PaypalRecords(paypal)];
}

/** Where customers' means of payment are kept, at each provider. */
export interface SavedMethodDesks {
  stripe: SavedMethods<SavedCard>;
  paypal: SavedMethods<SavedAccount> & FinishedByReturn;
}

/** Where customers' means of payment are kept. */
export function createSavedMethods(config: PayersConfig): SavedMethodDesks {
  const { stripe, paypal } = payersOf(config);
  return { stripe: new StripeSavedCards(stripe), paypal: new PaypalSavedAccounts(paypal) };
}

type PayersConfig = ReachConfig & Pick<ProvidersConfig, "stripe" | "paypal">;

/** How each payment provider is spoken to, by whichever of its adapters. */
function payersOf(
  config: PayersConfig,
  reach: (provider: GatedProvider) => FetchFunction = reachOf(config),
): { stripe: StripeConfig; paypal: PaypalConfig } {
  return {
    stripe: { ...config.stripe, fetch: reach("stripe") },
    paypal: { ...config.paypal, fetch: reach("paypal"), tokens: paypalTokens },
  };
}

type ReachConfig = Pick<ProvidersConfig, "simulators" | "gate" | "defer" | "onDown">;

/** How the providers are reached: through their gates, and at the simulators where those are. */
function reachOf({ simulators, gate, defer, onDown }: ReachConfig): (provider: GatedProvider) => FetchFunction {
  const direct = outsideFetch(simulators);
  return (provider) => {
    if (gate === undefined) return direct;
    return createGatedFetch(direct, {
      gate: gate(provider),
      memory: gateMemories[provider],
      ...BUDGETS[provider],
      ...(defer === undefined ? {} : { defer }),
      ...(onDown !== undefined && { onDown: (since: number) => onDown(provider, since) }),
    });
  };
}
