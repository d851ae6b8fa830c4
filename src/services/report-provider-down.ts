import type { GatedProvider } from "../contracts/provider-gate-rpc.ts";
import type { ServiceContext } from "./context.ts";
import { reportDeviations } from "./report-deviations.ts";

/**
 * Puts a provider that is down for long in front of a person, once for each time that it is. Throws where that could not
 * be written down: then nobody has been told.
 */
export async function reportProviderDown(
  ctx: Pick<ServiceContext, "env" | "now" | "defer">,
  provider: GatedProvider,
  since: number,
): Promise<void> {
  const report = {
    id: `dev_provider:${provider}:${since}`,
    kind: "provider_down" as const,
    subject: { provider },
    summary: `${provider} has not answered as it should since ${new Date(since).toISOString()}: what needs it waits.`,
    tried: ["one call at a time, to see whether it is back"],
    openedAt: ctx.now,
  };
  await reportDeviations(ctx, [report]);
}
