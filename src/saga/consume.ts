import type { EffectBatch, StockBatch, WebhookMessage } from "../contracts/messages.ts";
import type { Env } from "../platform/env.ts";
import { consumeDeadLetters } from "./consumers/dead-letters.ts";
import { consumeEffects } from "./consumers/effects.ts";
import { consumeStock } from "./consumers/stock.ts";
import { consumeWebhooks } from "./consumers/webhooks.ts";
import { sagaContext } from "./saga-context.ts";
import { sweepWebhooks } from "./sweep-webhooks.ts";

/** The Worker's queue handler: which consumer takes which queue. */
export async function consume(batch: MessageBatch, env: Env, ctx: ExecutionContext): Promise<void> {
  const context = sagaContext(env, (work) => ctx.waitUntil(work));
  sweepWebhooks(context);
  switch (batch.queue) {
    case "holdfast-effects":
    case "holdfast-notifications":
      return consumeEffects(batch as MessageBatch<EffectBatch>, context);
    case "holdfast-stock":
      return consumeStock(batch as MessageBatch<StockBatch>, context);
    case "holdfast-webhooks":
      return consumeWebhooks(batch as MessageBatch<WebhookMessage>, context);
    default:
      return consumeDeadLetters(batch, context);
  }
}
