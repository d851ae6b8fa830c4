import type { GatedProvider, ProviderGateRpc } from "../contracts/provider-gate-rpc.ts";

/** The gate of a provider, one object each. What is returned belongs to the request that asked for it. */
export function providerGateStub(namespace: DurableObjectNamespace, provider: GatedProvider): ProviderGateRpc {
  const connect = async (): Promise<{ gate: ProviderGateRpc }> => {
    // Loaded when it is needed: the package's files are no modules to Node, which runs the tests of those who import us.
    const { proxyDurable } = await import("itty-durable");
    // In an object of its own, because the library's stub answers to every name, `then` among them.
    return { gate: proxyDurable(namespace, { name: "PROVIDER_GATE", parse: true }).get(provider) };
  };
  return {
    lease: async (request) => (await connect()).gate.lease(request),
    report: async (report) => (await connect()).gate.report(report),
    status: async () => (await connect()).gate.status(),
  };
}
