import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import type { EffectBatch } from "../../src/contracts/messages.ts";

const EFFECTS_PER_MESSAGE = 25;
/** The queue takes 128 KB a message and 256 KB a batch, in bytes; a character is up to three of them. */
const MESSAGE_LENGTH = 40_000;
const BATCH_LENGTH = 80_000;

/**
 * Packs effects into messages and messages into batches that the queue takes: an order of many lines makes an effect
 * of many kilobytes, and a message that is too long would be refused again each time. Keeps the order.
 */
export function packEffects(effects: readonly LeasedEffect[]): EffectBatch[][] {
  const batches: EffectBatch[][] = [];
  let message: LeasedEffect[] = [];
  let messageLength = 0;
  let batchLength = 0;
  for (const effect of effects) {
    const { length } = JSON.stringify(effect);
    const startsBatch = batches.length === 0 || (batchLength > 0 && batchLength + length > BATCH_LENGTH);
    const startsMessage =
      startsBatch || message.length === EFFECTS_PER_MESSAGE || messageLength + length > MESSAGE_LENGTH;
    if (startsBatch) {
      batches.push([]);
      batchLength = 0;
    }
    if (startsMessage) {
      message = [];
      messageLength = 0;
      batches.at(-1)?.push({ effects: message });
    }
    message.push(effect);
    messageLength += length;
    batchLength += length;
  }
  return batches;
}
