import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { LOCAL_PASSWORD, USERS } from "../../seed/access.ts";
import type { SignInAnswer } from "../../src/contracts/auth.ts";
import type { DeviationAnswer } from "../../src/contracts/deviations.ts";
import type { LevelAnswer, StockResultRow } from "../../src/contracts/inventory.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { webhookEvents } from "../../src/db/ops/schema/operations.ts";
import { users } from "../../src/db/ops/schema/people.ts";
import type { Sku, WarehouseId } from "../../src/domain/ids.ts";
import {
  FLOOR_WAREHOUSE,
  json,
  KEYS,
  newStock,
  newWarehouse,
  prepareWorld,
  problem,
  send,
  unique,
} from "./api-harness.ts";

beforeAll(async () => {
  await prepareWorld();
  await openOps(env.OPS)
    .insert(users)
    .values(
      USERS.map(({ warehouseId, ...user }) => ({
        ...user,
        warehouseId: warehouseId as WarehouseId | null,
        active: true,
        createdAt: 0,
      })),
    );
});

async function level(sku: Sku, warehouseId: string = FLOOR_WAREHOUSE): Promise<LevelAnswer> {
  return json<LevelAnswer>(await send("GET", `/api/v1/inventory/${sku}/${warehouseId}`));
}

interface Results {
  data: StockResultRow[];
}

describe("stock commands", () => {
  it("reserve once for each idempotency key, and give back once", async () => {
    const sku = await newStock({ units: 5 });
    const body = { productId: sku, warehouseId: FLOOR_WAREHOUSE, quantity: 2 };
    const headers = { "Idempotency-Key": unique("reserve") };
    const first = await send("POST", "/inventory/reserve", { key: KEYS.storefront, body, headers });
    const reserved = await json<Record<string, string>>(first, 201);
    expect(reserved).toEqual({
      status: "success",
      message: "Stock reserved successfully",
      reservationId: expect.any(String),
      expiresAt: expect.any(String),
    });
    const again = await send("POST", "/inventory/reserve", { key: KEYS.storefront, body, headers });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await json(again, 201)).toEqual(reserved);
    expect(await level(sku)).toMatchObject({ held: 2, available: 3 });
    await problem(
      await send("POST", "/inventory/reserve", { key: KEYS.storefront, body: { ...body, quantity: 1 }, headers }),
      "idempotency_mismatch",
    );
    const path = `/api/v1/inventory/reservations/${reserved["reservationId"]}`;
    expect((await send("DELETE", path, { key: KEYS.storefront })).status).toBe(204);
    expect((await send("DELETE", path, { key: KEYS.storefront })).status).toBe(204);
    expect(await level(sku)).toMatchObject({ held: 0, available: 5 });
  });

  it("do not remember a refusal under its key", async () => {
    const sku = await newStock({ units: 1 });
    const headers = { "Idempotency-Key": unique("later") };
    const body = { productId: sku, warehouseId: FLOOR_WAREHOUSE, quantity: 2 };
    expect((await send("POST", "/inventory/reserve", { key: KEYS.storefront, body, headers })).status).toBe(409);
    await json(
      await send("POST", "/api/v1/inventory/receipts", { body: { sku, warehouseId: FLOOR_WAREHOUSE, quantity: 1 } }),
    );
    await json(await send("POST", "/inventory/reserve", { key: KEYS.storefront, body, headers }), 201);
  });

  it("hide a hold from whoever did not make it", async () => {
    const sku = await newStock();
    const { reservationId } = await json<{ reservationId: string }>(
      await send("POST", "/inventory/reserve", { body: { productId: sku, warehouseId: FLOOR_WAREHOUSE, quantity: 1 } }),
      201,
    );
    await problem(
      await send("DELETE", `/api/v1/inventory/reservations/${reservationId}`, { key: KEYS.storefront }),
      "not_found",
    );
    expect(await level(sku)).toMatchObject({ held: 1 });
  });

  it("book a receipt once for each reference, and refuse the reference for another", async () => {
    const sku = await newStock({ units: 0 });
    const body = { sku, warehouseId: FLOOR_WAREHOUSE, quantity: 7, ref: unique("po") };
    for (let n = 0; n < 2; n++) await json(await send("POST", "/api/v1/inventory/receipts", { body }));
    expect((await level(sku)).onHand).toBe(7);
    await problem(
      await send("POST", "/api/v1/inventory/receipts", { body: { ...body, quantity: 8 } }),
      "reference_reused",
    );
  });

  it("make a level exist by a receipt, and adjust only what exists", async () => {
    const sku = await newStock();
    const warehouseId = await newWarehouse();
    await problem(
      await send("POST", "/api/v1/inventory/adjustments", { body: { sku, warehouseId, delta: 1, reason: "found" } }),
      "not_found",
    );
    await json(await send("POST", "/api/v1/inventory/receipts", { body: { sku, warehouseId, quantity: 3 } }));
    await json(
      await send("POST", "/api/v1/inventory/adjustments", { body: { sku, warehouseId, delta: -1, reason: "broken" } }),
    );
    expect((await level(sku, warehouseId)).onHand).toBe(2);
    const ledger = await json<{ data: { kind: string; delta: number; reason: string }[] }>(
      await send("GET", `/api/v1/inventory/${sku}/${warehouseId}/ledger`),
    );
    expect(ledger.data[0]).toMatchObject({ kind: "adjustment", delta: -1, reason: "broken" });
  });

  it("move units between warehouses without losing or inventing one", async () => {
    const sku = await newStock({ units: 5 });
    const to = await newWarehouse();
    const body = { sku, from: FLOOR_WAREHOUSE, to, quantity: 2, ref: unique("transfer") };
    for (let n = 0; n < 2; n++) await json(await send("POST", "/api/v1/inventory/transfers", { body }));
    expect([(await level(sku)).onHand, (await level(sku, to)).onHand]).toEqual([3, 2]);
    await problem(
      await send("POST", "/api/v1/inventory/transfers", { body: { ...body, quantity: 9, ref: unique("transfer") } }),
      "insufficient_stock",
    );
    await problem(
      await send("POST", "/api/v1/inventory/transfers", { body: { ...body, to: FLOOR_WAREHOUSE } }),
      "invalid_request",
    );
  });

  it("tell row by row what became of many, and do the good ones", async () => {
    const sku = await newStock({ units: 0 });
    const rows = [
      { sku, warehouseId: FLOOR_WAREHOUSE, quantity: 1, ref: unique("po") },
      { sku: "NO-SUCH-SKU", warehouseId: FLOOR_WAREHOUSE, quantity: 1 },
      { sku, warehouseId: FLOOR_WAREHOUSE, quantity: 2, ref: unique("po") },
    ];
    const { data } = await json<Results>(await send("POST", "/api/v1/inventory/receipts", { body: { rows } }));
    expect(data.map(({ row, status, code }) => [row, status, code])).toEqual([
      [0, "done", undefined],
      [1, "refused", "unknown_sku"],
      [2, "done", undefined],
    ]);
    expect((await level(sku)).onHand).toBe(3);
    const bad = await problem(
      await send("POST", "/api/v1/inventory/receipts", {
        body: { rows: [{ sku, warehouseId: FLOOR_WAREHOUSE, quantity: 0 }] },
      }),
      "invalid_request",
    );
    expect(bad.errors?.[0]?.pointer).toBe("/rows/0/quantity");
  });

  it("open a deviation for a count that differs, and one for the orders that it puts at risk", async () => {
    const sku = await newStock({ units: 5 });
    const { reservationId } = await json<{ reservationId: string }>(
      await send("POST", "/inventory/reserve", { body: { productId: sku, warehouseId: FLOOR_WAREHOUSE, quantity: 4 } }),
      201,
    );
    expect(reservationId).toContain(sku);
    const { data } = await json<Results>(
      await send("POST", "/api/v1/inventory/counts", { body: { sku, warehouseId: FLOOR_WAREHOUSE, quantity: 1 } }),
    );
    expect(data[0]).toMatchObject({ onHand: 1, drift: -4 });
    const open = await json<{ data: DeviationAnswer[] }>(await send("GET", "/api/v1/deviations?status=open&limit=100"));
    const kinds = open.data.filter(({ subject }) => subject.sku === sku).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(["drift", "stock_at_risk"]);
    expect(await level(sku)).toMatchObject({ held: 4, available: 0 });
  });

  it("change a level's settings only against the version that was read", async () => {
    const sku = await newStock({ units: 5 });
    const path = `/api/v1/inventory/${sku}/${FLOOR_WAREHOUSE}/settings`;
    const body = { safetyStock: 2, reorderPoint: 4 };
    await problem(await send("PUT", path, { body }), "version_required");
    const { settings } = await level(sku);
    await json(await send("PUT", path, { body, headers: { "If-Match": `"${settings.version}"` } }));
    await problem(await send("PUT", path, { body, headers: { "If-Match": `"${settings.version}"` } }), "version_stale");
    expect(await level(sku)).toMatchObject({ available: 3, settings: { safetyStock: 2, reorderPoint: 4 } });
    const bad = await problem(
      await send("PUT", path, { body: { ...body, channelBuffers: { kiosk: 1 } }, headers: { "If-Match": "*" } }),
      "invalid_request",
    );
    expect(bad.errors?.[0]?.pointer).toBe("/channelBuffers/kiosk");
  });
});

describe("deviations", () => {
  it("are assigned, resolved once, and then have nothing left to do", async () => {
    const sku = await newStock({ units: 5 });
    await json(
      await send("POST", "/api/v1/inventory/counts", {
        body: { sku, warehouseId: FLOOR_WAREHOUSE, quantity: 1, ref: unique("count") },
      }),
    );
    const { data } = await json<{ data: DeviationAnswer[] }>(
      await send("GET", "/api/v1/deviations?kind=drift&limit=100"),
    );
    const id = data.find(({ subject }) => subject.sku === sku)?.id ?? "";
    const path = `/api/v1/deviations/${encodeURIComponent(id)}`;
    expect(await json(await send("POST", `${path}/assign`))).toMatchObject({
      status: "assigned",
      assignee: expect.stringMatching(/^key_/),
    });
    await problem(await send("POST", `${path}/retry`), "deviation_state");
    await problem(await send("POST", `${path}/resolve`, { body: {} }), "invalid_request");
    expect(await json(await send("POST", `${path}/resolve`, { body: { resolution: "counted again" } }))).toMatchObject({
      status: "resolved",
      resolution: "counted again",
      actions: [],
    });
    await problem(await send("POST", `${path}/resolve`, { body: { resolution: "again" } }), "deviation_state");
    await problem(await send("GET", "/api/v1/deviations/no-such-deviation"), "not_found");
  });
});

describe("products", () => {
  const form = () => ({
    name: unique("A product"),
    category: "tests",
    unit: "each",
    price: { amount: 100, currency: "EUR" },
    weightGrams: 10,
    taxClass: "standard",
    backorder: false,
    active: true,
  });

  it("are added once, and replaced only as they were read", async () => {
    const sku = unique("NEW");
    const body = { sku, ...form() };
    const added = await send("POST", "/api/v1/products", { body });
    expect(await json(added, 201)).toMatchObject({ sku, price: { amount: 100, currency: "EUR" }, version: 1 });
    expect(added.headers.get("location")).toBe(`/api/v1/products/${sku}`);
    await problem(await send("POST", "/api/v1/products", { body }), "already_exists");
    const { sku: _sku, ...replacement } = { ...body, price: { amount: 200, currency: "EUR" } };
    await problem(await send("PUT", `/api/v1/products/${sku}`, { body: replacement }), "version_required");
    await json(await send("PUT", `/api/v1/products/${sku}`, { body: replacement, headers: { "If-Match": '"1"' } }));
    await problem(
      await send("PUT", `/api/v1/products/${sku}`, { body: replacement, headers: { "If-Match": '"1"' } }),
      "version_stale",
    );
    const read = await send("GET", `/api/v1/products/${sku}`);
    expect(read.headers.get("etag")).toBe('"2"');
    expect(await json(read)).toMatchObject({ price: { amount: 200, currency: "EUR" } });
  });

  it("never share a name", async () => {
    const body = form();
    await json(await send("POST", "/api/v1/products", { body: { sku: unique("NEW"), ...body } }), 201);
    const refused = await problem(
      await send("POST", "/api/v1/products", { body: { sku: unique("NEW"), ...body } }),
      "already_exists",
    );
    expect(refused.errors?.[0]?.pointer).toBe("/name");
  });
});

describe("signing in", () => {
  const [user] = USERS;
  const signIn = (email: string, password: string) =>
    send("POST", "/api/v1/auth/sign-in", { key: null, body: { email, password } });

  it("gives a token that works, for the e-mail address in any case", async () => {
    const { accessToken, user: signedIn } = await json<SignInAnswer>(
      await signIn((user?.email ?? "").toUpperCase(), LOCAL_PASSWORD),
    );
    expect(signedIn).toMatchObject({ id: user?.id, role: user?.role });
    expect((await send("GET", "/api/v1/alerts", { key: accessToken })).status).toBe(200);
    expect((await send("GET", "/.well-known/jwks.json", { key: null })).status).toBe(200);
  });

  it("refuses a token that was changed", async () => {
    const { accessToken } = await json<SignInAnswer>(await signIn(user?.email ?? "", LOCAL_PASSWORD));
    const [header, payload = "", signature] = accessToken.split(".");
    const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as Record<string, unknown>;
    const changed = btoa(JSON.stringify({ ...claims, exp: 9_999_999_999 }))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
    await problem(await send("GET", "/api/v1/alerts", { key: `${header}.${changed}.${signature}` }), "unauthenticated");
  });

  it("does not tell a wrong password from a person whom it does not know", async () => {
    const wrong = await problem(await signIn(user?.email ?? "", "wrong"), "unauthenticated");
    const nobody = await problem(await signIn("nobody@holdfast.example", "wrong"), "unauthenticated");
    expect(wrong.detail).toBe(nobody.detail);
  });

  it("makes whoever tries too often wait", async () => {
    const email = `${unique("guessed")}@holdfast.example`;
    const codes = new Set<number>();
    for (let n = 0; n < 11; n++) codes.add((await signIn(email, `guess ${n}`)).status);
    expect([...codes]).toEqual([401, 429]);
  });
});

describe("live tickets", () => {
  it("are for those who may listen, and open a feed of their own topic only", async () => {
    await problem(
      await send("POST", "/api/v1/live/tickets", { key: KEYS.storefront, body: { topic: "ops" } }),
      "forbidden",
    );
    await problem(await send("POST", "/api/v1/live/tickets", { body: { topic: "everything" } }), "invalid_request");
    await problem(
      await send("POST", "/api/v1/live/tickets", { key: KEYS.floor, body: { topic: "warehouse:elsewhere" } }),
      "forbidden",
    );
    const { ticket } = await json<{ ticket: string }>(
      await send("POST", "/api/v1/live/tickets", { body: { topic: "ops" } }),
      201,
    );
    const connect = (topic: string, key: string) =>
      send("GET", `/api/v1/live?topic=${topic}&ticket=${key}`, { key: null, headers: { Upgrade: "websocket" } });
    await problem(await connect(`warehouse:${FLOOR_WAREHOUSE}`, ticket), "unauthenticated");
    await problem(await connect("ops", `${ticket}x`), "unauthenticated");
    await problem(await send("GET", `/api/v1/live?topic=ops&ticket=${ticket}`, { key: null }), "upgrade_required");
    const connected = await connect("ops", ticket);
    expect(connected.status).toBe(101);
    connected.webSocket?.accept();
    const again = await problem(await connect("ops", ticket), "unauthenticated");
    expect(again.detail).toContain("used already");
    connected.webSocket?.close();
  });
});

describe("webhooks in", () => {
  const encoder = new TextEncoder();

  async function stripeSignature(body: string, at: number): Promise<string> {
    const key = await crypto.subtle.importKey(
      "raw",
      encoder.encode(env.STRIPE_WEBHOOK_SECRET),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(`${at}.${body}`)));
    return `t=${at},v1=${Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }

  it.each([
    ["stripe", {}],
    ["stripe", { "Stripe-Signature": "x" }],
    ["stripe", { "Stripe-Signature": "t=1,v1=00" }],
    ["sendgrid", { "X-Twilio-Email-Event-Webhook-Signature": "AAAA", "X-Twilio-Email-Event-Webhook-Timestamp": "1" }],
    ["twilio", { "X-Twilio-Signature": "short" }],
    ["fedex", { "fdx-signature": "%%%" }],
    ["paypal", {}],
    ["paypal", { "PayPal-Cert-Url": "https://api.paypal.com.evil.example/x", "PayPal-Auth-Algo": "none" }],
  ])("answer 401 and never 500 to a signature of %s that is not right: %j", async (provider, headers) => {
    const answer = await send("POST", `/api/v1/webhooks/${provider}`, { key: null, body: "{}", headers });
    expect(answer.status).toBe(401);
    await problem(answer, "webhook_signature");
  });

  it("store an event once, however often it is delivered", async () => {
    const at = Math.floor(Date.now() / 1000);
    const id = unique("evt");
    const body = JSON.stringify({
      id,
      object: "event",
      type: "payment_intent.succeeded",
      created: at,
      data: { object: { object: "payment_intent", id: "pi_1" } },
    });
    const headers = { "Stripe-Signature": await stripeSignature(body, at) };
    for (let n = 0; n < 2; n++)
      expect((await send("POST", "/api/v1/webhooks/stripe", { key: null, body, headers })).status).toBe(200);
    const stored = (await openOps(env.OPS).select().from(webhookEvents)).filter(({ eventId }) => eventId === id);
    expect(stored).toHaveLength(1);
  });
});

describe("figures", () => {
  it("are told in Prometheus' format to those who may see them", async () => {
    await problem(await send("GET", "/api/v1/metrics", { key: KEYS.storefront }), "forbidden");
    const answer = await send("GET", "/api/v1/metrics");
    expect(answer.headers.get("content-type")).toContain("version=0.0.4");
    const text = await answer.text();
    expect(text).toMatch(/^holdfast_up\{part="ops"\} 1$/m);
    for (const line of text.trim().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) holdfast_\w+ .+|holdfast_\w+(\{[^}]*\})? -?[\d.e+-]+)$/);
  });
});
