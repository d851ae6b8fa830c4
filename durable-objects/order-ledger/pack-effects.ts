import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import type { EffectBatch, EffectMessage } from "../../src/contracts/messages.ts";
import { byteLength, LIMITS } from "../../src/platform/limits.ts";
import { messageBytes, packBatches } from "../../src/platform/queue-batches.ts";

const EFFECTS_PER_MESSAGE = 25;
const ROOM = LIMITS.queue.messageBytes - messageBytes({ effects: [] });

/** One batch for the queue, with the leases that go with it. */
export interface PackedBatch {
  messages: EffectBatch[];
  leased: LeasedEffect[];
}

/**
 * Packs effects into messages and messages into batches that the queue takes, in their order. An effect that fills
 * more than a message is only named in it; whoever takes the effect is given it by the ledger.
 */
export function packEffects(effects: readonly LeasedEffect[]): PackedBatch[] {
  const packed: { message: EffectBatch; leased: LeasedEffect[] }[] = [];
  let bytes = 0;
  for (const leased of effects) {
    const { effect, size } = fitting(leased);
    const last = packed.at(-1);
    if (last && last.leased.length < EFFECTS_PER_MESSAGE && bytes + size <= ROOM) {
      last.message.effects.push(effect);
      last.leased.push(leased);
      bytes += size;
    } else {
      packed.push({ message: { effects: [effect] }, leased: [leased] });
      bytes = size;
    }
  }
  const leasesOf = new Map(packed.map(({ message, leased }) => [message, leased]));
  return packBatches([...leasesOf.keys()]).map((messages) => ({
    messages,
    leased: messages.flatMap((message) => leasesOf.get(message) ?? []),
  }));
}

function fitting(leased: LeasedEffect): { effect: EffectMessage; size: number } {
  const size = sizeOf(leased);
  if (size <= ROOM) return { effect: leased, size };
  const named: EffectMessage = { ...leased, effect: { kind: leased.effect.kind, isLeftOut: true } };
  return { effect: named, size: sizeOf(named) };
}

/** With the comma after it. */
function sizeOf(effect: EffectMessage): number {
  return byteLength(JSON.stringify(effect)) + 1;
}
