import { beforeAll, describe, expect, it, vi } from "vitest";
import type { AvailabilityAnswer } from "../../src/contracts/inventory.ts";
import type { HistoryEntry, OrderAnswer } from "../../src/contracts/orders.ts";
import type { OrderId, Sku } from "../../src/domain/ids.ts";
import type { EffectResult } from "../../src/domain/order/effects.ts";
import { ledgerStub } from "../../src/services/stubs.ts";
import {
  CUSTOMER,
  json,
  KEYS,
  newStock,
  orderForm,
  prepareWorld,
  problem,
  send,
  unique,
  workerEnv,
} from "./api-harness.ts";

beforeAll(prepareWorld);

async function place(sku: Sku, quantity = 1): Promise<OrderAnswer> {
  const body = orderForm(sku, quantity, { shippingMethod: "free" });
  return json<OrderAnswer>(await send("POST", "/api/v1/orders", { key: KEYS.csr, body }), 201);
}

async function read(orderId: string): Promise<OrderAnswer> {
  return json<OrderAnswer>(await send("GET", `/api/v1/orders/${orderId}`));
}

async function heldOf(sku: Sku): Promise<number> {
  const { stockLevels } = await json<AvailabilityAnswer>(await send("GET", `/api/v1/inventory?productId=${sku}`));
  return stockLevels.reduce((sum, { held = 0 }) => sum + held, 0);
}

/** An edit of the order as it is now, unless a version is given. */
async function put(orderId: string, body: unknown, ifMatch?: string | null): Promise<Response> {
  const tag = ifMatch === undefined ? `"${(await read(orderId)).version}"` : ifMatch;
  return send("PUT", `/api/v1/orders/${orderId}`, { body, headers: tag === null ? {} : { "If-Match": tag } });
}

async function post(orderId: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const { version } = await read(orderId);
  return send("POST", `/api/v1/orders/${orderId}/items`, { body, headers: { "If-Match": `"${version}"`, ...headers } });
}

const paid = (orderId: string, amount: number) =>
  ledgerStub(workerEnv, orderId as OrderId).recordPayment(orderId as OrderId, 1, {
    status: "authorized",
    intentId: `pi_${orderId}`,
    amount,
    expiresAt: Date.now() + 7 * 24 * 3_600_000,
  });

/** Lets the levels and then the warehouses answer as if all went well; `picksAtOnce`: as a WMS does. */
async function withWarehouse(orderId: string, picksAtOnce: boolean): Promise<void> {
  const id = orderId as OrderId;
  const stub = ledgerStub(workerEnv, id);
  for (const { id: effectId, effect, attempt } of (await stub.saga(id)) ?? []) {
    if (effect.kind !== "AllocateStock") continue;
    const allocated = effect.reservations.map((reservation) => reservation.id);
    const result: EffectResult = { kind: "AllocateStock", allocated, short: [] };
    await stub.report([{ effectId, orderId: id, attempt, outcome: { status: "done", result } }]);
  }
  for (const { id: effectId, kind, attempt } of (await stub.saga(id)) ?? []) {
    if (kind !== "RequestFulfillment") continue;
    const result = { kind, accepted: true, reference: "r", picksAtOnce } as const;
    await stub.report([{ effectId, orderId: id, attempt, outcome: { status: "done", result } }]);
  }
}

describe("PUT /orders/{id}", () => {
  it("holds what is more, prices all of it anew, and asks for the whole by one payment while none is secured", async () => {
    const sku = await newStock({ price: 1_000 });
    const { orderId, totals } = await place(sku, 2);
    const edited = await json<OrderAnswer>(await put(orderId, { lines: [{ line: 1, quantity: 3 }] }));
    expect(edited).toMatchObject({
      lines: [{ quantity: 3 }],
      totals: { total: { amount: (totals.total.amount / 2) * 3 } },
      pendingEdit: null,
    });
    expect(edited.payments.map(({ status }) => status)).toEqual(["voided", "requested"]);
    expect(edited.payments[1]?.amount).toEqual(edited.totals.total);
    expect(await heldOf(sku)).toBe(3);
  });

  it("waits for the payment of the difference once money is secured, and the order is as before until then", async () => {
    const sku = await newStock({ price: 1_000 });
    const { orderId, totals } = await place(sku, 2);
    await paid(orderId, totals.total.amount);
    const waiting = await json<OrderAnswer>(await put(orderId, { lines: [{ line: 1, quantity: 3 }] }), 202);
    expect(waiting).toMatchObject({
      lines: [{ quantity: 2 }],
      totals,
      pendingEdit: { payment: 2, lines: [{ line: 1, quantity: 3 }], total: { amount: (totals.total.amount / 2) * 3 } },
      payments: [{ status: "authorized" }, { status: "requested", amount: { amount: totals.total.amount / 2 } }],
    });
    await problem(await put(orderId, { lines: [{ line: 1, quantity: 1 }] }), "order_state");
  });

  it("of what a warehouse outside has is asked for, and shows what it waits for", async () => {
    const sku = await newStock({ price: 1_000 });
    const { orderId, totals } = await place(sku, 2);
    await paid(orderId, totals.total.amount);
    await withWarehouse(orderId, true);
    const address = { line1: "Jungfernstieg 1", city: "Hamburg", postalCode: "20095", country: "DE" };
    const waiting = await json<OrderAnswer>(await put(orderId, { address }), 202);
    expect(waiting).toMatchObject({
      address: { city: "Berlin" },
      pendingEdit: {
        payment: null,
        waitsFor: "warehouse",
        shipments: [waiting.shipments[0]?.shipmentId],
        address: { city: "Hamburg" },
        lines: [{ line: 1, quantity: 2 }],
      },
    });
    await problem(await put(orderId, { lines: [{ line: 1, quantity: 1 }] }), "order_state");
  });

  it("changes address and contact without touching reservations, and checks them", async () => {
    const sku = await newStock();
    const before = await place(sku);
    const address = { line1: "Jungfernstieg 1", city: "Hamburg", postalCode: "20095", country: "DE" };
    const contact = { name: "Ben Example", phone: "+4930123456" };
    const edited = await json<OrderAnswer>(await put(before.orderId, { address, contact }));
    expect(edited).toMatchObject({ address, contact, reservations: before.reservations, totals: before.totals });
    const bad = await put(before.orderId, { address: { ...address, postalCode: "x" } });
    expect((await problem(bad, "address_invalid")).errors?.[0]?.pointer).toBe("/address/postalCode");
    const nobody = await put(before.orderId, { contact: { name: "Ben" } });
    expect((await problem(nobody, "invalid_request")).errors?.[0]?.pointer).toBe("/contact/email");
    expect(await read(before.orderId)).toEqual(edited);
  });

  it("needs the version that was read: 428 without one, 412 with what has changed since", async () => {
    const sku = await newStock();
    const { orderId, version } = await place(sku, 2);
    const missing = await put(orderId, { shippingMethod: "standard" }, null);
    expect(missing.status).toBe(428);
    await problem(missing, "version_required");
    await json(await put(orderId, { contact: { name: "Ben", email: "ben@example.com" } }, `"${version}"`));
    const stale = await put(orderId, { lines: [{ line: 1, quantity: 3 }] }, `"${version}"`);
    expect(stale.status).toBe(412);
    expect(await problem(stale, "version_stale")).toMatchObject({
      currentVersion: version + 1,
      changes: [{ sequence: version + 1, type: "OrderEdited", data: { edit: { contact: { name: "Ben" } } } }],
    });
    expect(await heldOf(sku), "the loser holds nothing").toBe(2);
  });

  it("of two at once lets one win, and gives back what the other held", async () => {
    const sku = await newStock();
    const { orderId, version } = await place(sku, 1);
    const answers = await Promise.all(
      [2, 3].map((quantity) => put(orderId, { lines: [{ line: 1, quantity }] }, `"${version}"`)),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 412]);
    const { lines } = await read(orderId);
    expect(await heldOf(sku)).toBe(lines[0]?.quantity);
  });

  it("refuses what can't be, and changes and holds nothing", async () => {
    const sku = await newStock({ units: 3, price: 300 });
    const { orderId } = await place(sku, 2);
    const before = await read(orderId);
    const short = await problem(await put(orderId, { lines: [{ line: 1, quantity: 9 }] }), "insufficient_stock");
    expect(JSON.stringify(short["availability"])).toContain(sku);
    const other = await problem(await put(orderId, { lines: [{ line: 7, quantity: 1 }] }), "invalid_request");
    expect(other.errors).toEqual([{ pointer: "/lines/0/line", detail: "must be a line of the order: 1" }]);
    await problem(await put(orderId, { lines: [{ line: 1, quantity: 1 }] }), "total_too_small");
    await problem(await put(orderId, { lines: [{ line: 1, quantity: 0 }] }), "invalid_request");
    await problem(await put(orderId, { shippingMethod: "by-pigeon" }), "unknown_shipping_method");
    await problem(await put(orderId, {}), "invalid_request");
    expect(await read(orderId)).toEqual(before);
    expect(await heldOf(sku)).toBe(2);
  });

  it("is for who may see the order", async () => {
    const { orderId } = await place(await newStock());
    const headers = { "If-Match": "*" };
    const body = { lines: [{ line: 1, quantity: 2 }] };
    const theirs = await send("PUT", `/api/v1/orders/${orderId}`, { key: KEYS.otherCustomer, body, headers });
    await problem(theirs, "not_found");
    await problem(await send("PUT", `/api/v1/orders/${orderId}`, { key: KEYS.floor, body, headers }), "forbidden");
  });
});

describe("POST /orders/{id}/items", () => {
  it("adds to the line that sells the SKU, or a line of its own, and says which stock it holds", async () => {
    const [first, second] = [await newStock({ price: 1_000 }), await newStock({ price: 500 })];
    const { orderId } = await place(first);
    const items = [
      { sku: second, quantity: 2 },
      { sku: first, quantity: 1 },
    ];
    const edited = await json<OrderAnswer>(await post(orderId, { items }));
    expect(edited.lines).toMatchObject([
      { number: 1, sku: first, quantity: 2 },
      { number: 2, sku: second, quantity: 2, unitPrice: { amount: 500 } },
    ]);
    expect([await heldOf(first), await heldOf(second)]).toEqual([2, 2]);
    const history = await json<{ data: { type: string }[] }>(await send("GET", `/api/v1/orders/${orderId}/history`));
    expect(history.data.at(-1)?.type).toBe("ItemsAdded");
  });

  it("adds once for one key, and points at what is not in the catalogue", async () => {
    const sku = await newStock();
    const { orderId } = await place(sku);
    const headers = { "Idempotency-Key": unique("key") };
    const version = { "If-Match": `"${(await read(orderId)).version}"` };
    for (let time = 0; time < 2; time += 1)
      await json(await post(orderId, { items: [{ sku, quantity: 1 }] }, { ...headers, ...version }));
    expect((await read(orderId)).lines).toMatchObject([{ quantity: 2 }]);
    const unknown = await problem(await post(orderId, { items: [{ sku: "NONE", quantity: 1 }] }), "unknown_sku");
    expect(unknown.errors?.[0]?.pointer).toBe("/items/0/sku");
  });

  it("needs the version that was read", async () => {
    const sku = await newStock();
    const { orderId } = await place(sku);
    const path = `/api/v1/orders/${orderId}/items`;
    await problem(await send("POST", path, { body: { items: [{ sku, quantity: 1 }] } }), "version_required");
  });
});

describe("cancelling by line", () => {
  const cancel = (orderId: string, lines: unknown) =>
    send("POST", `/api/v1/orders/${orderId}/cancel`, { body: { reason: "one is enough", lines } });

  it("takes the units out, with their price and tax", async () => {
    const sku = await newStock({ price: 1_000 });
    const { orderId, totals } = await place(sku, 2);
    const edited = await json<OrderAnswer>(await cancel(orderId, [{ line: 1, quantity: 1 }]));
    expect(edited).toMatchObject({
      status: "PENDING",
      lines: [{ quantity: 1, net: { amount: 1_000 } }],
      totals: { total: { amount: totals.total.amount / 2 } },
    });
  });

  it("is asked for where a warehouse outside has the parcel, and shows what will be left", async () => {
    const sku = await newStock({ price: 1_000 });
    const { orderId, totals } = await place(sku, 2);
    await paid(orderId, totals.total.amount);
    await withWarehouse(orderId, true);
    const asked = await json<OrderAnswer>(await cancel(orderId, [{ line: 1, quantity: 1 }]), 202);
    expect(asked).toMatchObject({
      lines: [{ quantity: 2 }],
      pendingEdit: { waitsFor: "warehouse", lines: [{ line: 1, quantity: 1 }] },
    });
    expect(asked.pendingEdit?.total.amount).toBe(totals.total.amount / 2);
  });

  it("of all units is a cancel of the order", async () => {
    const { orderId } = await place(await newStock(), 2);
    const edited = await json<OrderAnswer>(await cancel(orderId, [{ line: 1, quantity: 2 }]));
    expect(edited).toMatchObject({ status: "CANCELLED", ended: { reason: "one is enough" } });
  });

  it("refuses units that are not there, and changes nothing", async () => {
    const { orderId } = await place(await newStock(), 2);
    const before = await read(orderId);
    await problem(await cancel(orderId, [{ line: 1, quantity: 3 }]), "order_state");
    const other = await problem(await cancel(orderId, [{ line: 2, quantity: 1 }]), "invalid_request");
    expect(other.errors?.[0]?.pointer).toBe("/lines/0/line");
    expect(await read(orderId)).toEqual(before);
  });
});

describe("what a customer learns of who changed their order", () => {
  it("is that staff did, and not who of them", async () => {
    const body = orderForm(await newStock(), 1, { customer: undefined });
    const { orderId } = await json<OrderAnswer>(
      await send("POST", "/api/v1/orders", { key: KEYS.customer, body }),
      201,
    );
    const contact = { contact: { name: "Ada", email: "ada@example.com" } };
    const edit = (key: string, ifMatch: string) =>
      send("PUT", `/api/v1/orders/${orderId}`, { key, body: contact, headers: { "If-Match": ifMatch } });
    await json(await edit(KEYS.csr, "*"));
    const edited = async (key: string) => {
      const answer = await send("GET", `/api/v1/orders/${orderId}/history`, { key });
      const { data } = await json<{ data: HistoryEntry[] }>(answer);
      return data.find(({ type }) => type === "OrderEdited")?.actor;
    };
    const staff = await edited(KEYS.csr);
    const unnamed = { kind: "key", id: "staff", name: "Holdfast", role: "csr" };
    expect(staff).toMatchObject({ kind: "key", role: "csr" });
    expect(await edited(KEYS.customer)).toEqual(unnamed);
    const { changes } = await problem(await edit(KEYS.customer, '"1"'), "version_stale");
    expect(changes).toMatchObject([{ type: "OrderEdited", actor: unnamed }]);
    await vi.waitFor(
      async () => {
        const told = await send("GET", `/api/v1/customers/${CUSTOMER}/history`, { key: KEYS.customer });
        const { data } = await json<{ data: { type: string; actor: unknown }[] }>(told);
        expect(data.find(({ type }) => type === "OrderEdited")?.actor).toEqual(unnamed);
      },
      { timeout: 10_000, interval: 50 },
    );
  });
});
