import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { createApp } from "../../src/api/app.ts";
import type { AuditAnswer } from "../../src/contracts/audit.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { openDeviations } from "../../src/db/ops/deviations.ts";
import { checkChain } from "../../src/services/audit-chain.ts";
import {
  FLOOR_WAREHOUSE,
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

beforeAll(prepareWorld);

type Page = { data: AuditAnswer[]; nextCursor: string | null };
const trail = async (query = "") => (await json<Page>(await send("GET", `/api/v1/audit?limit=100${query}`))).data;

/** The whole trail over all its pages, oldest first, as a walk along the chain wants it. */
async function chain(limit = 3) {
  const rows: AuditAnswer[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Page = await json(
      await send("GET", `/api/v1/audit?limit=${limit}${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`),
    );
    rows.push(...page.data);
    cursor = page.nextCursor;
  }
  return rows.toReversed().map((row) => ({ ...row, at: Date.parse(row.at) }));
}

const productForm = (name: string, price = 100) => ({
  name,
  category: "tests",
  unit: "each",
  price: { amount: price, currency: "EUR" },
  weightGrams: 10,
  taxClass: "standard",
  backorder: false,
  active: true,
});

async function newProduct() {
  const sku = unique("AUD");
  await json(await send("POST", "/api/v1/products", { body: { sku, ...productForm(sku) } }), 201);
  return sku;
}

describe("the audit trail", () => {
  it("says who did what, from where, and what was there before and after", async () => {
    const sku = await newProduct();
    const headers = { "If-Match": '"1"', "X-Request-Id": unique("req"), "CF-Ray": "8f00ba4-FRA" };
    await json(await send("PUT", `/api/v1/products/${sku}`, { body: productForm(sku, 250), headers }));
    const [replaced, created] = await trail(`&subject=product:${sku}`);
    expect(created).toMatchObject({ action: "product.created", before: null, after: { sku, price: 100 } });
    expect(replaced).toMatchObject({
      action: "product.replaced",
      actor: { kind: "key", name: "a admin", role: "admin" },
      before: { sku, price: 100 },
      after: { sku, price: 250 },
      origin: { requestId: headers["X-Request-Id"], ray: "8f00ba4-FRA" },
    });
  });

  it("has no entry of what was refused, or done by an earlier request with the same key", async () => {
    const sku = await newProduct();
    const stale = { body: productForm(sku, 1), headers: { "If-Match": '"9"' } };
    await problem(await send("PUT", `/api/v1/products/${sku}`, stale), "version_stale");
    const receipt = {
      body: { sku, warehouseId: FLOOR_WAREHOUSE, quantity: 5 },
      headers: { "Idempotency-Key": unique("key") },
    };
    for (let times = 0; times < 2; times += 1) await json(await send("POST", "/api/v1/inventory/receipts", receipt));
    expect((await trail(`&subject=product:${sku}`)).map(({ action }) => action)).toEqual(["product.created"]);
    const moved = await trail(`&subject=level:${sku}/${FLOOR_WAREHOUSE}`);
    expect(moved).toMatchObject([{ action: "stock.receipts", before: { onHand: 0 }, after: { onHand: 5, delta: 5 } }]);
    const adjustment = { sku, warehouseId: FLOOR_WAREHOUSE, delta: -2, reason: "broken" };
    await json(await send("POST", "/api/v1/inventory/adjustments", { body: adjustment }));
    const count = { sku, warehouseId: FLOOR_WAREHOUSE, quantity: 4 };
    await json(await send("POST", "/api/v1/inventory/counts", { body: { ...count, ref: unique("count") } }));
    expect(await trail(`&subject=level:${sku}/${FLOOR_WAREHOUSE}`)).toMatchObject([
      { action: "stock.counts", before: { onHand: 3 }, after: { onHand: 4, drift: 1 } },
      { action: "stock.adjustments", before: { onHand: 5 }, after: { onHand: 3, delta: -2 } },
      { action: "stock.receipts" },
    ]);
    const there = await newWarehouse();
    const transfer = { sku, from: FLOOR_WAREHOUSE, to: there, quantity: 1 };
    await json(await send("POST", "/api/v1/inventory/transfers", { body: transfer }));
    const [left] = await trail(`&subject=level:${sku}/${FLOOR_WAREHOUSE}`);
    expect(left).toMatchObject({ action: "stock.transfers", after: { delta: -1, to: there } });
    expect(await trail(`&subject=level:${sku}/${there}`)).toMatchObject([
      { action: "stock.transfers", before: { onHand: 0 }, after: { onHand: 1 } },
    ]);
  });

  it("has settings, reservations and templates too", async () => {
    const sku = await newStock();
    const level = `level:${sku}/${FLOOR_WAREHOUSE}`;
    const body = { safetyStock: 1, reorderPoint: 2 };
    await json(
      await send("PUT", `/api/v1/inventory/${sku}/${FLOOR_WAREHOUSE}/settings`, { body, headers: { "If-Match": "*" } }),
    );
    const hold = { productId: sku, warehouseId: FLOOR_WAREHOUSE, quantity: 1 };
    const { reservationId } = await json<{ reservationId: string }>(
      await send("POST", "/api/v1/inventory/reserve", { body: hold }),
      201,
    );
    await send("DELETE", `/api/v1/inventory/reservations/${encodeURIComponent(reservationId)}`);
    expect(await trail(`&subject=${encodeURIComponent(level)}`)).toMatchObject([
      { action: "stock.reserved", after: { reservationId } },
      { action: "level.configured", before: { safetyStock: 0 }, after: { safetyStock: 1 } },
    ]);
    expect(await trail(`&subject=${encodeURIComponent(`reservation:${reservationId}`)}`)).toMatchObject([
      { action: "stock.released" },
    ]);
    const template = { subject: "x", blocks: [{ type: "text", text: "y" }] };
    await json(
      await send("PUT", "/api/v1/notification-templates/cancelled/email/en", {
        body: template,
        headers: { "If-Match": '"0"' },
      }),
    );
    expect(await trail("&subject=notification_template:cancelled/email/en")).toMatchObject([
      { before: { version: 0 }, after: { version: 1, subject: "x" } },
    ]);
  });

  it("of an order is its events, by whom and from where, and the order writes nothing else", async () => {
    const before = (await trail()).length;
    const placed = await json<{ orderId: string }>(
      await send("POST", "/api/v1/orders", { key: KEYS.csr, body: orderForm(await newStock()) }),
      201,
    );
    const { orderId } = placed;
    const headers = { "X-Request-Id": unique("req") };
    await json(
      await send("POST", `/api/v1/orders/${orderId}/cancel`, { key: KEYS.csr, body: { reason: "typo" }, headers }),
    );
    const entries = await trail(`&order=${orderId}`);
    expect(await trail(`&subject=order:${orderId}`)).toEqual(entries);
    expect(entries.map(({ action }) => action)).toEqual([
      "order.OrderCancelled",
      "order.CancelRequested",
      "order.OrderPlaced",
    ]);
    expect(entries[0]).toMatchObject({
      actor: { kind: "key", role: "csr" },
      before: { status: "PENDING" },
      after: { status: "CANCELLED" },
      origin: { requestId: headers["X-Request-Id"] },
    });
    expect((await trail()).length).toBe(before);
  });

  it("has what became of a deviation, from what it was", async () => {
    const id = unique("dev_audit");
    await openDeviations(openOps(env.OPS), [
      { id, kind: "drift", subject: {}, summary: "books are wrong", tried: [], openedAt: Date.now() },
    ]);
    const path = `/api/v1/deviations/${id}`;
    await json(await send("POST", `${path}/assign`, { key: KEYS.csr, body: { assignee: "usr_7" } }));
    await json(await send("POST", `${path}/resolve`, { key: KEYS.csr, body: { resolution: "counted again" } }));
    expect(await trail(`&subject=deviation:${id}`)).toMatchObject([
      {
        action: "deviation.resolved",
        actor: { role: "csr" },
        before: { status: "assigned", assignee: "usr_7", resolution: null },
        after: { status: "resolved", resolution: "counted again" },
      },
      { action: "deviation.assigned", before: { status: "open", assignee: null }, after: { assignee: "usr_7" } },
    ]);
  });

  it("is written behind the answer to a reservation, and says in the log what could not be entered", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const body = { productId: await newStock(), warehouseId: FLOOR_WAREHOUSE, quantity: 1 };
    const answered = Promise.withResolvers<void>();
    const ctx = createExecutionContext();
    const request = new Request("https://holdfast.test/inventory/reserve", {
      method: "POST",
      headers: { Authorization: `Bearer ${KEYS.storefront}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const slow = { ...workerEnv, OPS: auditAfter(answered.promise) };
    const answer = await createApp().fetch(request, slow, ctx);
    const { reservationId } = await json<{ reservationId: string }>(answer, 201);
    answered.reject(new Error("OPS went away"));
    await waitOnExecutionContext(ctx);
    expect(await trail(`&subject=level:${body.productId}/${FLOOR_WAREHOUSE}`)).toEqual([]);
    expect(log.mock.calls.flat().map(String).join()).toMatch(/audit_not_recorded.*stock\.reserved/);
    expect(reservationId).toContain(body.productId);
    log.mockRestore();
  });

  it("is for administrators only", async () => {
    for (const key of [KEYS.csr, KEYS.customer, KEYS.storefront])
      expect(await problem(await send("GET", "/api/v1/audit", { key }), "forbidden")).toMatchObject({
        missingScope: "admin",
      });
  });
});

describe("the chain", () => {
  it("holds over everything that was written, also by many at once", async () => {
    await Promise.all(Array.from({ length: 8 }, () => newProduct()));
    const entries = await chain();
    const found = checkChain(entries);
    expect(found).toMatchObject({ ok: true, entries: entries.length, unsealed: 0 });
    expect(entries.length).toBeGreaterThan(8);
  });

  it("takes no change and no removal", async () => {
    await newProduct();
    for (const table of ["audit_entries", "audit_seals"]) {
      await expect(env.OPS.prepare(`DELETE FROM ${table}`).run()).rejects.toThrow("never removed");
      await expect(env.OPS.prepare(`UPDATE ${table} SET sequence = sequence + 1000`).run()).rejects.toThrow(
        "never changed",
      );
    }
  });

  it("breaks where somebody gets past that", async () => {
    await newProduct();
    const entries = await chain();
    const last = entries.length;
    const index = last - 2;
    const tampered = <Part extends object>(change: Part) =>
      entries.map((entry, at) => (at === index ? { ...entry, ...change } : entry));
    for (const change of [
      { at: 1 },
      { actor: { kind: "key", id: "somebody else", name: "x", role: "admin" } },
      { action: "product.deleted" },
      { subject: "product:other" },
      { before: { price: 1 } },
      { after: null },
      { origin: null },
      { hash: "0".repeat(64) },
    ])
      expect(checkChain(tampered(change)), JSON.stringify(change)).toMatchObject({ ok: false, sequence: index + 1 });
    expect(checkChain(tampered({ hash: null }))).toMatchObject({ ok: false, sequence: index + 1 });
    expect(checkChain(entries.toSpliced(index, 1))).toMatchObject({ ok: false, sequence: index + 1 });
    expect(checkChain(entries.slice(1))).toMatchObject({ ok: false, sequence: 1 });
  });

  it("shows by a noted head what was cut off at its end, or written anew", async () => {
    await newProduct();
    const entries = await chain();
    const found = checkChain(entries);
    if (!found.ok) throw new Error(found.problem);
    expect(checkChain(entries, found.head).ok).toBe(true);
    expect(checkChain(entries.slice(0, -1), found.head)).toMatchObject({ ok: false, sequence: entries.length });
    expect(checkChain(entries, { ...found.head, hash: "f".repeat(64) })).toMatchObject({ ok: false });
  });
});

/** OPS, where nothing gets into the trail before this. */
function auditAfter(moment: Promise<void>): D1Database {
  const waiting = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name);
        if (typeof value !== "function") return value;
        if (name === "bind") return (...values: unknown[]) => waiting(value.apply(of, values) as object);
        return async (...values: unknown[]) => {
          await moment;
          return value.apply(of, values) as unknown;
        };
      },
    });
  return new Proxy(env.OPS, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name);
      if (typeof value !== "function") return value;
      return (...values: unknown[]) => {
        const made = value.apply(of, values) as object;
        return name === "prepare" && /insert into "audit_entries"/i.test(String(values[0])) ? waiting(made) : made;
      };
    },
  });
}
