import fc from "fast-check";
import { expect, it } from "vitest";
import { packEffects } from "../../durable-objects/order-ledger/pack-effects.ts";
import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import type { EffectId } from "../../src/domain/ids.ts";
import { LIMITS } from "../../src/platform/limits.ts";
import { newOrderId } from "../support/order-books.ts";

function leased(number: number, textLength: number): LeasedEffect {
  const orderId = newOrderId();
  const effect = {
    kind: "Notify",
    notification: "message",
    subject: `n${number}`,
    text: "ü".repeat(textLength),
  } as const;
  const id = `${orderId}:${number}:Notify` as EffectId;
  return { id, orderId, effect, attempt: 1, generation: 1, leaseUntil: 0, uncertain: false, generationStartedAt: 0 };
}

it("effects of every size fit what the queue takes, in their order, and none is left out", () => {
  const sizes = fc.array(fc.oneof(fc.nat(300), fc.nat(39_000), fc.nat(200_000)), { maxLength: 120 });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const effects = lengths.map((length, index) => leased(index, length));
      const batches = packEffects(effects);
      expect(batches.flatMap((batch) => batch.leased)).toEqual(effects);
      const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;
      for (const { messages, leased: inside } of batches) {
        expect(messages.flatMap((message) => message.effects.map(({ id }) => id))).toEqual(inside.map(({ id }) => id));
        expect(messages.length).toBeGreaterThan(0);
        expect(messages.length).toBeLessThanOrEqual(LIMITS.queue.batchMessages);
        expect(bytes(messages)).toBeLessThanOrEqual(LIMITS.queue.batchBytes);
        for (const message of messages) {
          expect(message.effects.length).toBeGreaterThan(0);
          expect(message.effects.length).toBeLessThanOrEqual(25);
          expect(bytes(message)).toBeLessThanOrEqual(LIMITS.queue.messageBytes - LIMITS.queue.metadataBytes);
        }
      }
    }),
    { numRuns: 60 },
  );
});

it("an effect is only named where it does not fit into a message, measured in bytes", () => {
  const room = LIMITS.queue.messageBytes - LIMITS.queue.metadataBytes;
  const around = (length: number) => packEffects([leased(1, length)])[0]?.messages[0]?.effects[0]?.effect;
  expect(around(room / 2 - 500)).toMatchObject({ kind: "Notify", subject: "n1" });
  expect(around(room / 2)).toEqual({ kind: "Notify", isLeftOut: true });
});

it("small effects share messages", () => {
  const [batch, ...others] = packEffects(Array.from({ length: 60 }, (_, index) => leased(index, 10)));
  expect(batch?.messages.map(({ effects }) => effects.length)).toEqual([25, 25, 10]);
  expect(others).toEqual([]);
});
