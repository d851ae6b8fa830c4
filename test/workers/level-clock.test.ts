import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { newRegistration } from "../support/level-books.ts";
import { accepted, crash, doubleStockQueue, holdCommand, levelOf } from "./level-harness.ts";

const QUARTER = 15 * 60_000;

beforeEach(() => {
  doubleStockQueue();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it.each([
  ["a quarter of an hour", QUARTER],
  ["two hours", 8 * QUARTER],
])("a clock that ran ahead by %s does no lasting harm, also across a crash", async (_name, ahead) => {
  const start = Date.now();
  vi.useFakeTimers({ toFake: ["Date"], now: start });
  const registration = newRegistration({ opening: 10 });
  const level = () => levelOf(registration);
  const early = holdCommand(registration, 4, { expiresAt: start + QUARTER - 1_000 });
  accepted(await level().hold(registration, early));

  vi.setSystemTime(start + ahead);
  accepted(await level().receive(registration, { quantity: 5, by: "ada", ref: "r1", occurredAt: Date.now() }));
  accepted(await level().count(registration, { quantity: 15, by: "ada", ref: "c1", asOf: Date.now() }));
  await crash(registration);

  vi.setSystemTime(start + 1_000);
  const late = holdCommand(registration, 6, { expiresAt: start + QUARTER });
  accepted(await level().hold(registration, late));
  expect(await level().view(registration), "what had run out stays so").toMatchObject({ held: 6, available: 9 });
  accepted(
    await level().release(registration, {
      reservationId: early.reservationId,
      owner: early.reservationId.split("~")[0]!.slice(4),
    }),
  );
  expect(await level().view(registration)).toMatchObject({ held: 6, available: 9 });
  vi.setSystemTime(start + 2_000);
  accepted(await level().receive(registration, { quantity: 3, by: "ada", ref: "r2", occurredAt: Date.now() }));
  expect(await level().view(registration), "the count has not seen what came after it").toMatchObject({ onHand: 18 });
  vi.setSystemTime(start + 3_000);
  expect(
    accepted(await level().count(registration, { quantity: 18, by: "ada", ref: "c2", asOf: Date.now() })).drift,
  ).toBe(0);
  await crash(registration);
  expect(await level().view(registration)).toMatchObject({ onHand: 18, held: 6, asOf: start + 3_000 });
});
