import fc from "fast-check";
import { expect, it } from "vitest";
import { packEffects } from "../../durable-objects/order-ledger/pack-effects.ts";
import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import type { EffectId } from "../../src/domain/ids.ts";
import { newOrderId } from "../support/order-books.ts";

/** What the queue takes. */
const MOST_OF_MESSAGE = 128_000;
const MOST_OF_BATCH = 256_000;

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
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(300), fc.nat(39_000)), { maxLength: 120 }), (sizes) => {
      const effects = sizes.map((size, index) => leased(index, size));
      const batches = packEffects(effects);
      expect(batches.flat().flatMap((message) => message.effects)).toEqual(effects);
      const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(100);
        expect(bytes(batch)).toBeLessThanOrEqual(MOST_OF_BATCH);
        for (const message of batch) {
          expect(message.effects.length).toBeGreaterThan(0);
          expect(message.effects.length).toBeLessThanOrEqual(25);
          expect(bytes(message)).toBeLessThanOrEqual(MOST_OF_MESSAGE);
        }
      }
    }),
    { numRuns: 60 },
  );
});

it("small effects share messages", () => {
  const batches = packEffects(Array.from({ length: 60 }, (_, index) => leased(index, 10)));
  expect(batches.map((batch) => batch.map(({ effects }) => effects.length))).toEqual([[25, 25, 10]]);
});
