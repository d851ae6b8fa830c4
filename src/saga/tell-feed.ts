import { LIVE_QUIET_MS, type LiveItem } from "../contracts/live.ts";
import { logWarning } from "../platform/log.ts";
import { liveFeedStub } from "../services/stubs.ts";
import type { SagaContext } from "./saga-context.ts";

/** Until when (epoch milliseconds) this isolate leaves a feed alone, because nobody listened to it. */
const quietUntil = new Map<string, number>();

/** Tells whoever listens to the topic. Nobody waits for it, and nothing fails by it: screens read their lists again. */
export function tellFeed({ env, now, defer }: SagaContext, topic: string, items: LiveItem[]): void {
  if (now() < (quietUntil.get(topic) ?? 0)) return;
  defer(
    liveFeedStub(env, topic)
      .publish(items)
      .then(
        ({ listeners }) => {
          if (listeners === 0) quietUntil.set(topic, now() + LIVE_QUIET_MS);
        },
        (error: unknown) => logWarning("live_publish_failed", { error: String(error) }),
      ),
  );
}
