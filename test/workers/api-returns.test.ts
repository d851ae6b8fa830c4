import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type {
  OrderPaymentsAnswer,
  RefundAnswer,
  ReturnAnswer,
  ReturnSummaryAnswer,
} from "../../src/contracts/returns.ts";
import { databaseOf } from "../../src/db/orders/databases.ts";
import type { OrderId, WarehouseId } from "../../src/domain/ids.ts";
import { ledgerStub } from "../../src/services/stubs.ts";
import { json, KEYS, newWarehouse, prepareWorld, problem, send, unique, workerEnv } from "./api-harness.ts";
import { deliverOrder } from "./deliver-order.ts";

let here: WarehouseId;

beforeAll(async () => {
  await prepareWorld();
  here = await newWarehouse();
});

const deliveredOrder = () => deliverOrder(here);

const form = (orderId: OrderId, change: Record<string, unknown> = {}) => ({
  orderId,
  lines: [{ line: 1, quantity: 1 }],
  reason: "too small",
  ...change,
});

async function requested(orderId: OrderId, change: Record<string, unknown> = {}): Promise<ReturnAnswer> {
  const answer = await send("POST", "/api/v1/returns", { key: KEYS.customer, body: form(orderId, change) });
  return json<ReturnAnswer>(answer, 201);
}

describe("a return", () => {
  it("goes from the customer's request over another warehouse to its refund", async () => {
    const orderId = await deliveredOrder();
    const answer = await send("POST", "/api/v1/returns", { key: KEYS.customer, body: form(orderId) });
    const returned = await json<ReturnAnswer>(answer, 201);
    expect(answer.headers.get("location")).toBe(`/api/v1/returns/${returned.returnId}`);
    expect(returned).toMatchObject({ orderId, status: "APPROVED", warehouseId: here, refund: null });
    const path = `/api/v1/returns/${returned.returnId}`;
    const there = await newWarehouse();
    expect(await json(await send("POST", `${path}/receive`, { body: { warehouseId: there } }))).toMatchObject({
      status: "RECEIVED",
      receivedAt: there,
    });
    const inspected = await send("POST", `${path}/inspect`, {
      body: { units: [{ line: 1, quantity: 1, outcome: "quarantine" }] },
    });
    expect(await json(inspected)).toMatchObject({
      status: "INSPECTED",
      refund: { number: 1, status: "pending", amount: { amount: 1_000, currency: "EUR" } },
    });
    expect(await json(await send("GET", path, { key: KEYS.customer }))).toMatchObject({
      status: "INSPECTED",
      inspected: [{ line: 1, quantity: 1, outcome: "quarantine" }],
    });
    const order = await json<OrderAnswer>(await send("GET", `/api/v1/orders/${orderId}`));
    expect(order).toMatchObject({ status: "DELIVERED", fulfillmentState: "partially_returned" });
    expect(await json<OrderPaymentsAnswer>(await send("GET", `/api/v1/orders/${orderId}/payments`))).toMatchObject({
      captured: { amount: 2_000 },
      refundable: { amount: 1_000 },
      refunds: [{ returnId: returned.returnId, parts: [{ payment: 1, status: "pending" }] }],
    });
  });

  it("shows staff what an inspection would give back, and changes nothing by showing it", async () => {
    const { returnId } = await requested(await deliveredOrder(), { condition: "used" });
    const path = `/api/v1/returns/${returnId}`;
    await json(await send("POST", `${path}/approve`, { key: KEYS.csr, body: {} }));
    const preview = (outcome: string, key: string = KEYS.csr) =>
      send("POST", `${path}/inspect/preview`, { key, body: { units: [{ line: 1, quantity: 1, outcome }] } });
    await problem(await preview("restock"), "return_state");
    await json(await send("POST", `${path}/receive`, { body: { warehouseId: here } }));
    const none = { amount: 0, currency: "EUR" };
    expect(await json(await preview("write_off"))).toEqual({
      refund: { amount: 1_000, currency: "EUR" },
      credit: none,
    });
    expect(await json(await preview("missing"))).toEqual({ refund: none, credit: none });
    for (const key of [KEYS.customer, KEYS.floor])
      expect(await problem(await preview("restock", key), "forbidden")).toMatchObject({
        missingScope: "returns:write",
      });
    const before = await json<ReturnAnswer>(await send("GET", path));
    expect(before).toMatchObject({ status: "RECEIVED", refund: null });
    const inspected = await send("POST", `${path}/inspect`, {
      body: { units: [{ line: 1, quantity: 1, outcome: "write_off" }] },
    });
    expect(await json(inspected)).toMatchObject({ refund: { amount: { amount: 1_000 } } });
  });

  it("is made once for each idempotency key", async () => {
    const orderId = await deliveredOrder();
    const headers = { "Idempotency-Key": unique("return") };
    const ask = () => send("POST", "/api/v1/returns", { key: KEYS.customer, body: form(orderId), headers });
    const first = await json<ReturnAnswer>(await ask(), 201);
    const again = await ask();
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect((await json<ReturnAnswer>(again, 201)).returnId).toBe(first.returnId);
  });

  it("that the policy does not allow by itself is a person's to approve or to reject, and no customer's", async () => {
    const orderId = await deliveredOrder();
    const [one, other] = [
      await requested(orderId, { condition: "used" }),
      await requested(orderId, { condition: "used" }),
    ];
    const judge = (returnId: string, verdict: string, key: string, body: unknown) =>
      send("POST", `/api/v1/returns/${returnId}/${verdict}`, { key, body });
    expect(await problem(await judge(one.returnId, "approve", KEYS.customer, {}), "forbidden")).toMatchObject({
      missingScope: "returns:write",
    });
    expect(await json(await judge(one.returnId, "approve", KEYS.csr, {}))).toMatchObject({ status: "APPROVED" });
    expect(await json(await judge(other.returnId, "reject", KEYS.csr, { reason: "worn" }))).toMatchObject({
      status: "REJECTED",
      rejection: "worn",
    });
    await problem(await judge(other.returnId, "approve", KEYS.csr, {}), "return_state");
  });

  it("is refused with a pointer where its lines are wrong, and changes nothing", async () => {
    const orderId = await deliveredOrder();
    const version = async () => (await json<OrderAnswer>(await send("GET", `/api/v1/orders/${orderId}`))).version;
    const before = await version();
    for (const [lines, pointer] of [
      [[], "/lines"],
      [[{ line: 0, quantity: 1 }], "/lines/0/line"],
      [[{ line: 1, quantity: 0 }], "/lines/0/quantity"],
      [[{ line: 1, quantity: 3 }], "/lines"],
      [[{ line: 9, quantity: 1 }], "/lines"],
    ] as const) {
      const answer = await send("POST", "/api/v1/returns", { key: KEYS.customer, body: form(orderId, { lines }) });
      expect(answer.status).toBe(422);
      expect((await problem(answer, "invalid_request")).errors?.map((error) => error.pointer)).toEqual([pointer]);
    }
    expect(await version()).toBe(before);
  });

  it("is its customer's alone, and the floor's once the parcel may be there", async () => {
    const { returnId } = await requested(await deliveredOrder());
    const path = `/api/v1/returns/${returnId}`;
    const body = form(`ord_${returnId.slice(4, 26)}` as OrderId);
    await problem(await send("POST", "/api/v1/returns", { key: KEYS.otherCustomer, body }), "not_found");
    await problem(await send("GET", path, { key: KEYS.otherCustomer }), "not_found");
    await json(await send("GET", path, { key: KEYS.floor }));
    const elsewhere = { key: KEYS.floor, body: { warehouseId: here } };
    await problem(await send("POST", `${path}/receive`, elsewhere), "forbidden");
    await json(await send("POST", `${path}/receive`, { body: { warehouseId: here } }));
    await problem(await send("GET", path, { key: KEYS.floor }), "not_found");
    await problem(await send("POST", `${path}/receive`, { body: { warehouseId: "nowhere" } }), "unknown_warehouse");
    await problem(await send("GET", "/api/v1/returns/rtn_0000000000000000000000-1"), "not_found");
    expect((await send("GET", "/api/v1/returns/whatever")).status).toBe(404);
  });

  it("is listed newest first, by order and by status, and only for those it concerns", async () => {
    const orderId = await deliveredOrder();
    const first = await requested(orderId);
    const second = await requested(orderId, { condition: "used" });
    await ledgerStub(workerEnv, orderId).drain();
    const list = async (query: string, key: string = KEYS.admin) =>
      json<{ data: ReturnSummaryAnswer[]; nextCursor: string | null }>(
        await send("GET", `/api/v1/returns?${query}`, { key }),
      );
    const ids = ({ data }: { data: ReturnSummaryAnswer[] }) => data.map(({ returnId }) => returnId);
    expect(ids(await list(`order=${orderId}`)).toSorted()).toEqual([first.returnId, second.returnId].toSorted());
    expect((await list(`order=${orderId}&status=REQUESTED,REJECTED`)).data).toMatchObject([
      { returnId: second.returnId, orderId, status: "REQUESTED", units: 1, reason: "too small", warehouseId: here },
    ]);
    expect(ids(await list(`order=${orderId}`, KEYS.customer))).toHaveLength(2);
    expect(ids(await list(`order=${orderId}`, KEYS.otherCustomer))).toEqual([]);
    expect(ids(await list(`order=${orderId}`, KEYS.floor))).toEqual([]);
    const page = await list(`order=${orderId}&limit=1`);
    const rest = await list(`order=${orderId}&limit=1&cursor=${page.nextCursor}`);
    expect([...ids(page), ...ids(rest)].toSorted()).toEqual([first.returnId, second.returnId].toSorted());
    expect(rest.nextCursor).toBeNull();
    const { results } = await databaseOf(env, orderId)
      .prepare("SELECT id FROM returns WHERE order_id = ?")
      .bind(orderId)
      .all();
    expect(results).toHaveLength(2);
  });
});

describe("a refund by a person", () => {
  const refund = (orderId: OrderId, body: Record<string, unknown>, key: string = KEYS.csr) =>
    send("POST", `/api/v1/orders/${orderId}/refunds`, { key, body: { reason: "late", ...body } });
  const euros = (amount: number) => ({ amount: { amount, currency: "EUR" } });

  it("pays back an amount or lines, up to what was captured", async () => {
    const orderId = await deliveredOrder();
    expect(await json<RefundAnswer>(await refund(orderId, euros(300)), 201)).toMatchObject({
      number: 1,
      status: "pending",
      amount: { amount: 300, currency: "EUR" },
    });
    const lines = [{ line: 1, quantity: 1 }];
    expect(await json<RefundAnswer>(await refund(orderId, { lines, restock: true }), 201)).toMatchObject({
      amount: { amount: 1_000 },
      lines: [{ line: 1, quantity: 1, price: { amount: 1_000 } }],
    });
    expect(await problem(await refund(orderId, euros(701)), "refund_too_large")).toMatchObject({
      refundable: { amount: 700, currency: "EUR" },
    });
  });

  it("is staff's to give, in the order's currency, as an amount or as lines", async () => {
    const orderId = await deliveredOrder();
    expect(await problem(await refund(orderId, euros(1), KEYS.customer), "forbidden")).toMatchObject({
      missingScope: "refunds:write",
    });
    const lines = [{ line: 1, quantity: 1 }];
    for (const [body, pointer] of [
      [{}, "/amount"],
      [{ ...euros(1), lines }, "/amount"],
      [{ ...euros(1), restock: true }, "/restock"],
      [{ amount: { amount: 1, currency: "USD" } }, "/amount/currency"],
      [euros(0), "/amount/amount"],
      [euros(-300), "/amount/amount"],
      [euros(1.5), "/amount/amount"],
      [{ lines: [{ line: 1, quantity: 3 }] }, "/lines"],
    ] as const) {
      const document = await problem(await refund(orderId, body), "invalid_request");
      expect(document.errors?.map((error) => error.pointer)).toEqual([pointer]);
    }
    const payments = await json<OrderPaymentsAnswer>(await send("GET", `/api/v1/orders/${orderId}/payments`));
    expect(payments.refunds).toEqual([]);
  });
});
