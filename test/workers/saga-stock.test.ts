import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import { reservationId } from "../../src/domain/ids.ts";
import { runEffect } from "../../src/saga/run-effect.ts";
import { newRegistration, newReservationId } from "../support/level-books.ts";
import { placedOrder } from "../support/order-books.ts";
import { TestLedger } from "./ledger-harness.ts";
import { accepted, holdCommand, levelOf } from "./level-harness.ts";
import { migrateOps } from "./migrate-ops.ts";
import { leaseOf, SagaWorld } from "./saga-harness.ts";

const MINUTE = 60_000;
let world: SagaWorld;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  world = new SagaWorld(new TestLedger());
  await migrateOps();
});
afterEach(async () => {
  await world.settled();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const run = (leased: LeasedEffect) => runEffect(world.context, leased);

describe("stock", () => {
  it("is allocated where it is held, short where it has run out and is gone, and both again when asked again", async () => {
    const [there, gone] = [newRegistration({ opening: 5 }), newRegistration({ opening: 1 })];
    const order = placedOrder();
    const hold = async (registration: typeof there) => {
      const command = holdCommand(registration, 1, {
        reservationId: reservationId({ owner: order.id, line: 1, attempt: "a", round: 1, ...registration }),
        expiresAt: Date.now() + MINUTE,
      });
      accepted(await levelOf(registration).hold(registration, command));
      return { id: command.reservationId, sku: registration.sku, warehouseId: registration.warehouseId, quantity: 1 };
    };
    vi.spyOn(world.context, "catalog").mockResolvedValue({
      ...(await world.context.catalog()),
      level: (sku) => [there, gone].find((registration) => registration.sku === sku),
    });
    const reservations = [await hold(there), await hold(gone)];
    vi.setSystemTime(Date.now() + 2 * MINUTE);
    accepted(await levelOf(gone).hold(gone, holdCommand(gone, 1)));
    const leased = leaseOf(order, { kind: "AllocateStock", reservations });
    const expected = {
      status: "done",
      result: { kind: "AllocateStock", allocated: [reservations[0]!.id], short: [reservations[1]!.id] },
    };
    expect(await run(leased)).toEqual(expected);
    expect(await run(leased)).toEqual(expected);
    expect(await run(leaseOf(order, { kind: "ReleaseStock", reservations }))).toMatchObject({ status: "done" });
    expect(await levelOf(there).view(there)).toMatchObject({ allocated: 0, available: 5 });
  });

  it("that is somebody else's is not freed, and a person is told", async () => {
    const registration = newRegistration({ opening: 5 });
    const { sku, warehouseId } = registration;
    const command = holdCommand(registration, 1, { reservationId: newReservationId(registration) });
    accepted(await levelOf(registration).hold(registration, command));
    vi.spyOn(world.context, "catalog").mockResolvedValue({
      ...(await world.context.catalog()),
      level: () => registration,
    });
    const reservations = [{ id: command.reservationId, sku, warehouseId, quantity: 1 }];
    expect(await run(leaseOf(placedOrder(), { kind: "ReleaseStock", reservations }))).toMatchObject({
      status: "failed",
      code: "reservation_taken",
      retryable: false,
    });
    expect(await levelOf(registration).view(registration)).toMatchObject({ held: 1, available: 4 });
  });
});
