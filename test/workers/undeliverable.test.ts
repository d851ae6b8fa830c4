import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { listDeviations } from "../../src/db/ops/deviations.ts";
import { findLabel } from "../../src/db/ops/labels.ts";
import type { EffectId, OrderId, ShipmentId } from "../../src/domain/ids.ts";
import type { OrderCommand } from "../../src/domain/order/commands.ts";
import { runEffect } from "../../src/saga/run-effect.ts";
import { placedNow } from "../support/order-books.ts";
import { contentOf } from "../support/order-content.ts";
import {
  ACTOR,
  allocatedAll,
  authorized,
  EffectQueueDouble,
  migrateOrders,
  pick,
  TestLedger,
} from "./ledger-harness.ts";
import { migrateOps } from "./migrate-ops.ts";
import { leaseOf, SagaWorld } from "./saga-harness.ts";

const ops = openOps(env.OPS);
const MENDED = { line1: "Torstraße 140", city: "Berlin", postalCode: "10119", country: "DE" };
let queue: EffectQueueDouble;
let ledger: TestLedger;
let world: SagaWorld;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  queue = new EffectQueueDouble();
  ledger = new TestLedger();
  world = new SagaWorld(ledger);
  await migrateOps();
  await migrateOrders();
});
afterEach(async () => {
  await world.settled();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const execute = (orderId: OrderId, command: OrderCommand) => ledger.execute({ orderId, command, actor: ACTOR });

/** Does what the order has called for of this kind and not done yet, as the consumer does. */
async function run(id: OrderId, kind: LeasedEffect["effect"]["kind"]): Promise<void> {
  const open = ((await ledger.stub.saga(id)) ?? []).filter(
    (effect) => effect.kind === kind && effect.settledAt === null,
  );
  for (const { id: effectId, effect, attempt } of open) {
    const leased = leaseOf({ id }, effect, { id: effectId, attempt: Math.max(1, attempt) });
    const outcome = await runEffect(world.context, leased);
    if (outcome !== null) await ledger.report(leased, outcome);
  }
}

const deviations = async (orderId: OrderId) =>
  (await listDeviations(ops, { orderId }, { limit: 10 })).rows.filter(({ kind }) => kind !== "notification_failed");

/** An order whose packed parcel the carrier has refused to label. */
async function undeliverable() {
  const order = placedNow({ address: { ...MENDED, line1: "Undeliverable Street 1" } });
  const { id } = order;
  await ledger.create(order);
  const allocation = pick(
    await ledger.done(await queue.leased(id, "AuthorizePayment"), authorized(1, 2000)),
    "AllocateStock",
  );
  await ledger.done(allocation, allocatedAll(allocation));
  const shipmentId = `${id.replace("ord_", "shp_")}-1` as ShipmentId;
  for (const type of ["StartPicking", "PackShipment"] as const) await execute(id, { type, shipmentId });
  const asked = ((await ledger.stub.saga(id)) ?? []).find(({ kind }) => kind === "RequestFulfillment");
  if (asked === undefined) throw new Error("no warehouse was asked");
  const nothing = { status: "done", result: { kind: "nothing" } } as const;
  await ledger.stub.report([{ effectId: asked.id, orderId: id, attempt: asked.attempt, outcome: nothing }]);
  world.carrier.undeliverable = "Undeliverable";
  await run(id, "CreateLabel");
  await run(id, "OpenDeviation");
  return { id, shipmentId };
}

it("an undeliverable parcel is one deviation, however often it is tried, and goes on once its address is mended", async () => {
  const { id, shipmentId } = await undeliverable();
  const [first, ...others] = await deviations(id);
  expect(others).toEqual([]);
  expect(first).toMatchObject({ kind: "address_invalid", status: "open", subject: { orderId: id, shipmentId } });

  const effectId = (await ledger.order(id)).failedEffects[0] as EffectId | undefined;
  if (effectId === undefined) throw new Error("nothing has failed");
  expect(await execute(id, { type: "RetryEffect", effectId })).toMatchObject({ ok: true });
  await run(id, "CreateLabel");
  await run(id, "OpenDeviation");
  expect(await deviations(id)).toMatchObject([{ id: first?.id, kind: "address_invalid", status: "open" }]);

  const content = contentOf(await ledger.order(id), {});
  expect(await execute(id, { type: "EditOrder", edit: { address: MENDED, content } })).toMatchObject({ ok: true });
  await run(id, "CreateLabel");
  const { shipments } = await ledger.order(id);
  expect(shipments[0]?.label?.trackingNumber).toBe(`T1-${shipmentId}`);
  expect(await findLabel(ops, shipmentId)).toMatchObject({ trackingNumber: `T1-${shipmentId}` });
  expect(world.carrier.requests.at(-1)?.to.address).toEqual(MENDED);
  expect(await deviations(id)).toMatchObject([{ id: first?.id, status: "resolved", resolvedBy: "system" }]);
});

it("an order whose parcel is undeliverable can be cancelled", async () => {
  const { id } = await undeliverable();
  expect(await execute(id, { type: "CancelOrder", reason: "nobody lives there" })).toMatchObject({ ok: true });
  expect(await ledger.order(id)).toMatchObject({ state: "CANCELLED", shipments: [{ state: "CANCELLED" }] });
});
