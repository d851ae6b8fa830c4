import { proxyDurable } from "itty-durable";
import type { GatedProvider, ProviderGateRpc } from "../../src/contracts/provider-gate-rpc.ts";

/** The gate of a provider, one object each. The stub belongs to the request that made it. */
export function connectProviderGate(namespace: DurableObjectNamespace, provider: GatedProvider): ProviderGateRpc {
  return proxyDurable(namespace, { name: "PROVIDER_GATE", parse: true }).get(provider);
}
