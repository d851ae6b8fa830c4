import { expect } from "vitest";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { CustomerId, OrderId, WarehouseId } from "../../src/domain/ids.ts";
import { ledgerStub } from "../../src/services/stubs.ts";
import { placedNow } from "../support/order-books.ts";
import { json, send, unique, workerEnv } from "./api-harness.ts";

const SAGA = { kind: "system", id: "saga" } as const;

/** An order of this customer with two units at 10.00, delivered and paid; the test is its providers and its carrier. */
export async function deliveredOrder(customerId: CustomerId, here: WarehouseId): Promise<OrderId> {
  const placed = placedNow({ customerId }, [{ quantity: 2, held: { [here]: 2 } }]);
  const { id } = placed;
  const ledger = ledgerStub(workerEnv, id);
  expect(await ledger.create({ order: placed, fingerprint: unique("body"), actor: SAGA })).toMatchObject({ ok: true });
  const payment = { intentId: `pi_${id}` };
  const expiresAt = Date.now() + 7 * 24 * 3_600_000;
  await ledger.recordPayment(id, 1, { ...payment, status: "authorized", amount: 2_000, expiresAt });
  const allocated = placed.reservations.map((held) => held.id);
  await report(id, "AllocateStock", { kind: "AllocateStock", allocated, short: [] });
  const { shipments } = await json<OrderAnswer>(await send("GET", `/api/v1/orders/${id}`));
  const path = `/api/v1/shipments/${shipments[0]?.shipmentId}`;
  for (const step of ["start", "pack"]) await json(await send("POST", `${path}/${step}`));
  const tracking = { carrier: "dhl", service: "paket", trackingNumber: unique("OWN") };
  await json(await send("POST", `${path}/ship`, { body: { tracking } }));
  await json(await send("POST", `${path}/deliver`));
  await ledger.recordPayment(id, 1, { ...payment, status: "captured", captured: 2_000, refunded: 0 });
  return id;
}

type Report = Parameters<ReturnType<typeof ledgerStub>["report"]>[0][number];

/** Reports the order's newest effect of this kind as done, with what it found out. */
export async function report(
  orderId: OrderId,
  kind: string,
  result: Extract<Report["outcome"], { status: "done" }>["result"],
): Promise<void> {
  const ledger = ledgerStub(workerEnv, orderId);
  const effect = (await ledger.saga(orderId))?.findLast((one) => one.kind === kind);
  if (!effect) throw new Error(`${orderId} has asked for no ${kind}`);
  const { id: effectId, attempt } = effect;
  await ledger.report([{ orderId, effectId, attempt, outcome: { status: "done", result } }]);
}
