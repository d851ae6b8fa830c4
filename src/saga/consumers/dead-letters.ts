import { reportDeviations } from "../../services/report-deviations.ts";
import type { SagaContext } from "../saga-context.ts";

/**
 * A message that no consumer could take, put in front of a person. The message's own id is the deviation's, so a
 * second delivery opens no second one. What it was about is not lost: ledgers and levels send again what was not
 * acknowledged, and webhooks are stored.
 */
export async function consumeDeadLetters(batch: MessageBatch, context: SagaContext): Promise<void> {
  const now = context.now();
  await reportDeviations(
    { env: context.env, now, defer: context.defer },
    batch.messages.map(({ id, attempts, timestamp }) => ({
      id: `dev_dead:${batch.queue}:${id}`,
      kind: "dead_letter" as const,
      subject: { reference: id },
      summary: `A message of ${batch.queue.replace(/-dead$/, "")} could not be processed.`,
      tried: [`sent ${timestamp.toISOString()}`, `delivered ${attempts} times here after its queue had given up`],
      openedAt: now,
    })),
  );
  batch.ackAll();
}
