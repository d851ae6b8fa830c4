import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { ProblemCode } from "../../src/contracts/problem.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { addOrderRefusals, countOrderRefusals } from "../../src/db/ops/order-refusals.ts";
import { orderRefusals } from "../../src/db/ops/schema/operations.ts";
import { countRefusedOrder } from "../../src/services/count-refused-order.ts";
import { KEYS, newStock, orderForm, prepareWorld, problem, send, workerEnv } from "./api-harness.ts";

const MINUTE = 60_000;
const ops = openOps(env.OPS);

beforeAll(prepareWorld);

async function refusedByReason(): Promise<Record<string, number>> {
  const text = await (await send("GET", "/api/v1/metrics")).text();
  const samples = text.matchAll(/^holdfast_orders_refused\{reason="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...samples].map(([, reason, count]) => [reason ?? "", Number(count)]));
}

function place(body: unknown): Promise<Response> {
  return send("POST", "/orders", { key: KEYS.storefront, body });
}

describe("refused orders", () => {
  it("are counted by their reason, and those that are taken are not", async () => {
    expect(await refusedByReason(), "the usual reason is told from the start").toEqual({ insufficient_stock: 0 });
    const sku = await newStock({ units: 1 });
    expect((await place(orderForm(sku))).status).toBe(201);
    await problem(await place(orderForm(sku)), "insufficient_stock");
    await problem(await place(orderForm(sku)), "insufficient_stock");
    await problem(await place(orderForm(sku, 0)), "invalid_request");
    await problem(await place("{"), "invalid_json");
    await problem(await send("POST", "/api/v1/orders/quote", { body: {} }), "invalid_request");
    await problem(await send("POST", "/orders", { key: KEYS.floor, body: orderForm(sku) }), "forbidden");
    expect(await refusedByReason()).toEqual({ insufficient_stock: 2, invalid_request: 1, invalid_json: 1 });
  });

  it("of an hour are told, and forgotten after it", async () => {
    const now = 40_000_000 * MINUTE;
    await addOrderRefusals(ops, new Map<ProblemCode, number>([["unknown_sku", 3]]), now);
    await addOrderRefusals(ops, new Map<ProblemCode, number>([["unknown_sku", 2]]), now + MINUTE - 1);
    const later = now + 59 * MINUTE;
    await addOrderRefusals(ops, new Map<ProblemCode, number>([["not_deliverable", 1]]), later);
    const counted = async (at: number) => Object.fromEntries(await countOrderRefusals(ops, at));
    expect(await counted(later)).toEqual({ unknown_sku: 5, not_deliverable: 1 });
    expect(await counted(later + MINUTE)).toEqual({ not_deliverable: 1 });
    await addOrderRefusals(ops, new Map<ProblemCode, number>([["not_deliverable", 1]]), later + MINUTE);
    const minutes = (await ops.select().from(orderRefusals)).map(({ minute }) => minute * MINUTE);
    expect(minutes.sort()).toEqual([later, later + MINUTE]);
  });

  it("of one moment are written together, and lost by no failed write", async () => {
    const before = (await countOrderRefusals(ops, Date.now())).get("reservation_state") ?? 0;
    const batch = vi.fn((statements: D1PreparedStatement[]) => env.OPS.batch(statements));
    batch.mockRejectedValueOnce(new Error("D1_ERROR: Network connection lost."));
    const OPS = new Proxy(env.OPS, {
      get: (target, name) => (name === "batch" ? batch : Reflect.get(target, name).bind(target)),
    });
    const works: Promise<unknown>[] = [];
    const refuseMany = async (times: number, now: number) => {
      for (let n = 0; n < times; n += 1)
        countRefusedOrder(
          { env: { ...workerEnv, OPS }, now, defer: (work) => works.push(work) },
          { code: "reservation_state", detail: "" },
        );
      await Promise.all(works.splice(0));
    };
    const start = Date.now();
    await refuseMany(1, start);
    await refuseMany(1, start);
    expect(batch, "a database that is away is left alone for a while").toHaveBeenCalledTimes(1);
    await refuseMany(99, start + 60_000);
    expect(batch, "what it found, and what came while it wrote").toHaveBeenCalledTimes(3);
    const after = (await countOrderRefusals(ops, Date.now())).get("reservation_state") ?? 0;
    expect(after - before).toBe(101);
  });
});
