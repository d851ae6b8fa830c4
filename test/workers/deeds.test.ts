import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { HistoryEntry, OrderAnswer } from "../../src/contracts/orders.ts";
import type { OrderPaymentsAnswer, RefundAnswer } from "../../src/contracts/returns.ts";
import { ledgerOf } from "../../src/db/shard-map.ts";
import { type OrderId, virtualShardOf, type WarehouseId } from "../../src/domain/ids.ts";
import type { Env } from "../../src/platform/env.ts";
import { ledgerStub } from "../../src/services/stubs.ts";
import {
  addKey,
  json,
  KEYS,
  newStock,
  newWarehouse,
  orderForm,
  prepareWorld,
  problem,
  send,
  unique,
  workerEnv,
} from "./api-harness.ts";
import { deliverOrder } from "./deliver-order.ts";
import { losingAnswers, refusingOpsWrites } from "./lossy.ts";

const OTHER_CSR = "hf_test_of-another-csr";
let here: WarehouseId;

beforeAll(async () => {
  await prepareWorld();
  await addKey(OTHER_CSR, "csr");
  here = await newWarehouse();
});

interface Request {
  method: string;
  path: string;
  body?: unknown;
  /** Another request to the same endpoint. */
  other: unknown;
  headers?: Record<string, string>;
  /** The event that it makes, and which must be there once. */
  event: string;
  orderId: OrderId;
}

async function placed(): Promise<OrderAnswer> {
  const body = orderForm(await newStock({ units: 50, warehouseId: here }), 2, { shippingMethod: "free" });
  return json<OrderAnswer>(await send("POST", "/api/v1/orders", { key: KEYS.csr, body }), 201);
}

const ofDelivered = (make: (orderId: OrderId) => Omit<Request, "orderId">) => async (): Promise<Request> => {
  const orderId = await deliverOrder(here);
  return { ...make(orderId), orderId };
};

const ofPlaced = (make: (order: OrderAnswer) => Omit<Request, "orderId" | "headers">) => async (): Promise<Request> => {
  const order = await placed();
  return { ...make(order), orderId: order.orderId as OrderId, headers: { "If-Match": `"${order.version}"` } };
};

const euros = (amount: number) => ({ amount: { amount, currency: "EUR" } });
const oneUnit = [{ line: 1, quantity: 1 }];

/** Every kind of request that an order's ledger decides. */
const REQUESTS: Record<string, () => Promise<Request>> = {
  "a refund": ofDelivered((orderId) => ({
    method: "POST",
    path: `/api/v1/orders/${orderId}/refunds`,
    body: { ...euros(300), reason: "late" },
    other: { ...euros(301), reason: "late" },
    event: "RefundRequested",
  })),
  "a return": ofDelivered((orderId) => ({
    method: "POST",
    path: "/api/v1/returns",
    body: { orderId, lines: oneUnit, reason: "too small" },
    other: { orderId, lines: oneUnit, reason: "too large" },
    event: "ReturnRequested",
  })),
  "a message": ofDelivered((orderId) => ({
    method: "POST",
    path: "/api/v1/notifications",
    body: { orderId, message: "Sorry" },
    other: { orderId, message: "Sorry again" },
    event: "MessageRequested",
  })),
  "an edit": ofPlaced(({ orderId }) => ({
    method: "PUT",
    path: `/api/v1/orders/${orderId}`,
    body: { lines: [{ line: 1, quantity: 3 }] },
    other: { lines: [{ line: 1, quantity: 4 }] },
    event: "OrderEdited",
  })),
  "an addition of items": ofPlaced(({ orderId, lines }) => ({
    method: "POST",
    path: `/api/v1/orders/${orderId}/items`,
    body: { items: [{ sku: lines[0]?.sku, quantity: 1 }] },
    other: { items: [{ sku: lines[0]?.sku, quantity: 2 }] },
    event: "ItemsAdded",
  })),
  "a cancel of units": ofPlaced(({ orderId }) => ({
    method: "POST",
    path: `/api/v1/orders/${orderId}/cancel`,
    body: { reason: "too many", lines: oneUnit },
    other: { reason: "far too many", lines: oneUnit },
    event: "LinesCancelled",
  })),
  "a cancel": ofPlaced(({ orderId }) => ({
    method: "DELETE",
    path: `/api/v1/orders/${orderId}`,
    body: { reason: "changed my mind" },
    other: { reason: "other" },
    event: "OrderCancelled",
  })),
};

const sendIt = (
  { method, path, body, headers = {} }: Request,
  idempotencyKey: string,
  { key = KEYS.csr, env: bindings = workerEnv }: { key?: string; env?: Env } = {},
) => send(method, path, { key, body, headers: { ...headers, "Idempotency-Key": idempotencyKey }, env: bindings });

async function timesDone({ orderId, event }: Request): Promise<number> {
  const history = await json<{ data: HistoryEntry[] }>(await send("GET", `/api/v1/orders/${orderId}/history`));
  return history.data.filter(({ type }) => type === event).length;
}

const isReplayed = (answer: Response) => answer.headers.get("idempotent-replayed") === "true";

/** What a caller sees of an answer. */
const seen = async (answer: Response) => ({
  status: answer.status,
  body: await answer.json(),
  etag: answer.headers.get("etag"),
  location: answer.headers.get("location"),
});

/** Has the order end and leave for D1, as if all that it has called for were done. */
async function letLeave(orderId: OrderId): Promise<void> {
  const { ledger } = ledgerOf(env.SHARD_MAP, virtualShardOf(orderId));
  const stub = ledgerStub(workerEnv, orderId);
  const actor = { kind: "system", id: "saga" } as const;
  await stub.execute({ orderId, command: { type: "CancelOrder", reason: "over" }, actor });
  await vi.waitFor(
    async () => {
      // A change, so that it is projected after its effects have their outcomes.
      await stub.execute({ orderId, command: { type: "SendMessage", text: "goodbye" }, actor });
      await runInDurableObject(env.ORDER_LEDGER.getByName(ledger), (_object, { storage }) => {
        storage.sql.exec("UPDATE effects SET settled_at = 1, due_at = NULL, status = 'done'");
        storage.sql.exec("UPDATE orders SET timer_at = NULL WHERE id = ?", orderId);
      });
      await stub.drain();
      expect(await stub.get(orderId)).toBeNull();
    },
    { timeout: 10_000 },
  );
}

describe.each(Object.entries(REQUESTS))("%s under one Idempotency-Key", (_name, make) => {
  it("is done once, and a repeat gets the first answer, whatever has become of the order since", async () => {
    const request = await make();
    const key = unique("key");
    const first = await sendIt(request, key);
    expect(isReplayed(first)).toBe(false);
    await json(await send("POST", "/api/v1/notifications", { body: { orderId: request.orderId, message: "later" } }));
    const again = await sendIt(request, key);
    expect(isReplayed(again)).toBe(true);
    const answer = await seen(first);
    expect(answer.status).toBeLessThan(300);
    expect(await seen(again)).toEqual(answer);
  });

  it("is done once where the ledger's answer is lost", async () => {
    const request = await make();
    const key = unique("key");
    const unknown = await sendIt(request, key, { env: losingAnswers("ORDER_LEDGER", "execute") });
    expect(unknown.status).toBe(503);
    expect(await problem(unknown, "temporarily_unavailable")).toMatchObject({
      detail: expect.stringContaining("same Idempotency-Key"),
    });
    const again = await sendIt(request, key);
    expect(isReplayed(again)).toBe(true);
    expect(await timesDone(request)).toBe(1);
  });

  it("is done once and answered where one answer of the ledger is lost", async () => {
    const request = await make();
    const answer = await sendIt(request, unique("key"), { env: losingAnswers("ORDER_LEDGER", "execute", 1) });
    expect(answer.status, await answer.clone().text()).toBeLessThan(300);
    expect(await timesDone(request)).toBe(1);
  });

  it("is done once where OPS takes nothing", async () => {
    const request = await make();
    const key = unique("key");
    const bindings = refusingOpsWrites();
    const first = await seen(await sendIt(request, key, { env: bindings }));
    expect(first.status).toBeLessThan(300);
    expect(await seen(await sendIt(request, key, { env: bindings }))).toEqual(first);
    expect(await timesDone(request)).toBe(1);
  });

  it("is done once where two ask side by side", async () => {
    const request = await make();
    const key = unique("key");
    const answers = await Promise.all([sendIt(request, key), sendIt(request, key)]);
    expect(answers.filter(isReplayed)).toHaveLength(1);
    const [one, other] = await Promise.all(answers.map(seen));
    expect(one).toEqual(other);
    expect(await timesDone(request)).toBe(1);
  });

  it("is refused with another body, and that changes nothing", async () => {
    const request = await make();
    const key = unique("key");
    expect((await sendIt(request, key)).status).toBeLessThan(300);
    const answer = await sendIt({ ...request, body: request.other }, key);
    expect(answer.status).toBe(422);
    await problem(answer, "idempotency_mismatch");
    expect(await timesDone(request)).toBe(1);
  });

  it("is answered as at first after the order has left for D1", async () => {
    const request = await make();
    const key = unique("key");
    const first = await seen(await sendIt(request, key));
    await letLeave(request.orderId);
    const before = await timesDone(request);
    const again = await sendIt(request, key);
    expect(isReplayed(again)).toBe(true);
    expect(await seen(again)).toEqual(first);
    expect(await timesDone(request)).toBe(before);
  });
});

describe("an Idempotency-Key", () => {
  it("belongs to one endpoint: the same key at another endpoint is another deed", async () => {
    const orderId = await deliverOrder(here);
    const headers = { "Idempotency-Key": unique("key") };
    const body = { ...euros(100), reason: "late" };
    const refunded = await send("POST", `/api/v1/orders/${orderId}/refunds`, { key: KEYS.csr, body, headers });
    expect(await json<RefundAnswer>(refunded, 201)).toMatchObject({ number: 1 });
    const told = await send("POST", "/api/v1/notifications", {
      key: KEYS.csr,
      body: { orderId, message: "Sorry" },
      headers,
    });
    await json(told);
    expect(isReplayed(told)).toBe(false);
    const placing = await send("POST", "/api/v1/orders", {
      key: KEYS.csr,
      body: orderForm(await newStock({ warehouseId: here })),
      headers,
    });
    await json(placing, 201);
    expect(isReplayed(placing)).toBe(false);
  });

  it("belongs to one principal: the same key of another is another deed", async () => {
    const orderId = await deliverOrder(here);
    const headers = { "Idempotency-Key": unique("key") };
    const refund = (key: string, amount: number) =>
      send("POST", `/api/v1/orders/${orderId}/refunds`, { key, body: { ...euros(amount), reason: "late" }, headers });
    expect(await json<RefundAnswer>(await refund(KEYS.csr, 100), 201)).toMatchObject({ number: 1 });
    const other = await refund(OTHER_CSR, 200);
    expect(isReplayed(other)).toBe(false);
    expect(await json<RefundAnswer>(other, 201)).toMatchObject({ number: 2 });
    const { refunds } = await json<OrderPaymentsAnswer>(await send("GET", `/api/v1/orders/${orderId}/payments`));
    expect(refunds).toHaveLength(2);
  });

  it("of a refused request may try again: a refusal is not kept", async () => {
    const orderId = await deliverOrder(here);
    const headers = { "Idempotency-Key": unique("key") };
    const refund = (amount: number) =>
      send("POST", `/api/v1/orders/${orderId}/refunds`, { body: { ...euros(amount), reason: "late" }, headers });
    await problem(await refund(2_001), "refund_too_large");
    const made = await refund(2_000);
    expect(isReplayed(made)).toBe(false);
    await json(made, 201);
  });

  it("of two additions side by side leaves no stock held but the order's", async () => {
    const { orderId, version, lines } = await placed();
    const sku = lines[0]?.sku;
    const headers = { "Idempotency-Key": unique("key"), "If-Match": `"${version}"` };
    const add = () =>
      send("POST", `/api/v1/orders/${orderId}/items`, { body: { items: [{ sku, quantity: 5 }] }, headers });
    for (const answer of await Promise.all([add(), add(), add()])) await json(answer);
    const { stockLevels } = await json<{ stockLevels: { held: number }[] }>(
      await send("GET", `/api/v1/inventory?productId=${sku}`),
    );
    expect(stockLevels.map(({ held }) => held)).toEqual([7]);
  });
});
