import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { env } from "cloudflare:workers";
import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { findLabel } from "../../src/db/ops/labels.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { runEffect } from "../../src/saga/run-effect.ts";
import { newRegistration } from "../support/level-books.ts";
import { OrderBooks } from "../support/order-books.ts";
import { TestLedger } from "./ledger-harness.ts";
import { levelOf } from "./level-harness.ts";
import { migrateOps } from "./migrate-ops.ts";
import { leaseOf, SagaWorld } from "./saga-harness.ts";

let world: SagaWorld;

beforeEach(async () => {
  world = new SagaWorld(new TestLedger());
  await migrateOps();
});
afterEach(async () => {
  await world.settled();
  vi.restoreAllMocks();
});

const run = (leased: LeasedEffect) => runEffect(world.context, leased);

/** An order with a return that was approved and has no label yet. */
function approved(): { order: Order; leased: LeasedEffect } {
  const books = new OrderBooks().authorized().allocated().delivered();
  const lines = [{ line: 1, quantity: 1 }];
  books.accept({ type: "RequestReturn", lines, reason: "too small", condition: "unused", by: "customer" });
  return { order: books.order, leased: leaseOf(books.order, books.effect("CreateReturnLabel").effect) };
}

describe("a return's label", () => {
  it("goes from the customer's door to the warehouse, is kept, and is answered with its number", async () => {
    const { order, leased } = approved();
    vi.spyOn(world.context, "order").mockResolvedValue(order);
    const create = vi.spyOn(world.carrier, "createLabel");
    const [id = ""] = order.returns.map((returned) => returned.id);
    expect(await run(leased)).toEqual({
      status: "done",
      result: { kind: "CreateReturnLabel", carrier: "fake", service: "FEDEX_GROUND", trackingNumber: `T1-${id}` },
    });
    expect(create.mock.calls).toMatchObject([
      [
        {
          reference: id,
          from: { address: order.address },
          to: { contact: { name: "Berlin" } },
          parcel: { weightGrams: 250 },
        },
      ],
    ]);
    expect(await findLabel(openOps(env.OPS), id)).toMatchObject({ trackingNumber: `T1-${id}`, document: "AAAA" });
  });

  it("whose reply was lost stays one", async () => {
    const { order, leased } = approved();
    vi.spyOn(world.context, "order").mockResolvedValue(order);
    world.carrier.will("lost");
    expect(await run(leased)).toMatchObject({ status: "unknown" });
    world.carrier.lookUps.will("silent");
    expect(await run({ ...leased, uncertain: true })).toMatchObject({ status: "unknown" });
    expect(await run({ ...leased, uncertain: true })).toMatchObject({ status: "done" });
    expect(world.carrier.labels).toHaveLength(1);
  });

  it("that is there already is not made again", async () => {
    const { order, leased } = approved();
    const label = { carrier: "fake", service: "ground", trackingNumber: "R1" };
    const returns = order.returns.map((returned) => ({ ...returned, label }));
    vi.spyOn(world.context, "order").mockResolvedValue({ ...order, returns });
    expect(await run(leased)).toEqual({ status: "done", result: { kind: "nothing" } });
    expect(world.carrier.labels).toEqual([]);
  });
});

describe("units that came back", () => {
  it("are received once, however often it is tried", async () => {
    const registration = newRegistration({ opening: 5 });
    const { sku, warehouseId } = registration;
    const catalog = await world.context.catalog();
    vi.spyOn(world.context, "catalog").mockResolvedValue({ ...catalog, level: () => registration });
    const units = [
      { line: 1, sku, warehouseId, quantity: 2 },
      { line: 2, sku, warehouseId, quantity: 1 },
    ];
    const leased = leaseOf(approved().order, { kind: "RestockReturn", ref: "rtn_1", units });
    for (let tries = 0; tries < 2; tries += 1)
      expect(await run(leased)).toEqual({ status: "done", result: { kind: "nothing" } });
    expect(await levelOf(registration).view(registration)).toMatchObject({ onHand: 8, available: 8 });
  });

  it("of a SKU that nobody knows any more are put in front of a person", async () => {
    const { sku, warehouseId } = newRegistration();
    const catalog = await world.context.catalog();
    vi.spyOn(world.context, "catalog").mockResolvedValue({ ...catalog, level: () => undefined });
    const units = [{ line: 1, sku, warehouseId, quantity: 1 }];
    expect(await run(leaseOf(approved().order, { kind: "RestockReturn", ref: "rtn_1", units }))).toMatchObject({
      status: "failed",
      code: "unknown_sku",
      retryable: false,
    });
  });
});
