import type { WebhookMessage } from "../contracts/messages.ts";
import { openOps } from "../db/ops/database.ts";
import { takeLostWebhookEvents } from "../db/ops/webhook-events.ts";
import { logError, logWarning } from "../platform/log.ts";
import { asMessages, packBatches } from "../platform/queue-batches.ts";
import type { SagaContext } from "./saga-context.ts";

const EVERY_MS = 60_000;

/** When this isolate has last looked, in epoch milliseconds. */
let sweptAt = 0;

/** Looks for lost webhooks behind the batch at hand, once a minute in each isolate: any queue that moves is the clock. */
export function sweepWebhooks(context: SagaContext): void {
  if (context.now() - sweptAt < EVERY_MS) return;
  sweptAt = context.now();
  context.defer(queueLostWebhooks(context).catch((error: unknown) => logError("webhooks_not_swept", error)));
}

/**
 * Queues again the webhooks that were stored, and whose message never came to be acted on: a provider that was told
 * 200 does not deliver them again.
 */
export async function queueLostWebhooks({ env, now }: Pick<SagaContext, "env" | "now">): Promise<void> {
  const lost = (await takeLostWebhookEvents(openOps(env.OPS), now())) as WebhookMessage[];
  if (lost.length > 0) logWarning("webhooks_queued_again", { events: lost.length });
  for (const batch of packBatches(lost)) await env.WEBHOOKS.sendBatch(asMessages(batch));
}
