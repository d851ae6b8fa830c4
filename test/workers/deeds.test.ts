import { beforeAll, describe, expect, it } from "vitest";
import type { WarehouseId } from "../../src/domain/ids.ts";
import type { RefundAnswer } from "../../src/contracts/returns.ts";
import { json, KEYS, newWarehouse, prepareWorld, send, unique } from "./api-harness.ts";
import { deliverOrder } from "./deliver-order.ts";

let here: WarehouseId;

beforeAll(async () => {
  await prepareWorld();
  here = await newWarehouse();
});

describe("an Idempotency-Key", () => {
  it("belongs to one endpoint: the same key at another endpoint is another deed", async () => {
    const orderId = await deliverOrder(here);
    const headers = { "Idempotency-Key": unique("key") };
    const body = { amount: { amount: 100, currency: "EUR" }, reason: "late" };
    const refunded = await send("POST", `/api/v1/orders/${orderId}/refunds`, { key: KEYS.csr, body, headers });
    expect(await json<RefundAnswer>(refunded, 201)).toMatchObject({ number: 1 });
    const told = await send("POST", "/api/v1/notifications", {
      key: KEYS.csr,
      body: { orderId, message: "Sorry" },
      headers,
    });
    await json(told);
    expect(told.headers.get("idempotent-replayed")).toBeNull();
  });
});
