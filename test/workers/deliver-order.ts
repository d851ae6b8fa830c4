import { expect } from "vitest";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { OrderId, WarehouseId } from "../../src/domain/ids.ts";
import type { PlacedOrder } from "../../src/domain/order/events.ts";
import { ledgerStub } from "../../src/services/stubs.ts";
import { placedNow } from "../support/order-books.ts";
import { CUSTOMER, json, send, unique, workerEnv } from "./api-harness.ts";

/** An order of a customer with two units at 10.00, delivered and paid; the test is its providers and its carrier. */
export async function deliverOrder(here: WarehouseId, change: Partial<PlacedOrder> = {}): Promise<OrderId> {
  const placed = placedNow({ customerId: CUSTOMER, ...change }, [{ quantity: 2, held: { [here]: 2 } }]);
  const ledger = ledgerStub(workerEnv, placed.id);
  const actor = { kind: "system", id: "saga" } as const;
  expect(await ledger.create({ order: placed, fingerprint: unique("body"), actor })).toMatchObject({ ok: true });
  const fact = { intentId: `pi_${placed.id}` };
  await ledger.recordPayment(placed.id, 1, {
    ...fact,
    status: "authorized",
    amount: 2_000,
    expiresAt: Date.now() + 7 * 24 * 3_600_000,
  });
  const allocate = (await ledger.saga(placed.id))?.find(({ kind }) => kind === "AllocateStock");
  if (!allocate) throw new Error("nothing was allocated");
  await ledger.report([
    {
      orderId: placed.id,
      effectId: allocate.id,
      attempt: allocate.attempt,
      outcome: {
        status: "done",
        result: { kind: "AllocateStock", allocated: placed.reservations.map(({ id }) => id), short: [] },
      },
    },
  ]);
  const { shipments } = await json<OrderAnswer>(await send("GET", `/api/v1/orders/${placed.id}`));
  const path = `/api/v1/shipments/${shipments[0]?.shipmentId}`;
  for (const step of ["start", "pack"]) await json(await send("POST", `${path}/${step}`));
  const tracking = { carrier: "dhl", service: "paket", trackingNumber: unique("OWN") };
  await json(await send("POST", `${path}/ship`, { body: { tracking } }));
  await json(await send("POST", `${path}/deliver`));
  await ledger.recordPayment(placed.id, 1, { ...fact, status: "captured", captured: 2_000, refunded: 0 });
  return placed.id;
}
