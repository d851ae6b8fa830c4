import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { CustomerAnswer } from "../../src/contracts/customers.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { openDeviations } from "../../src/db/ops/deviations.ts";
import { deeds } from "../../src/db/ops/schema/operations.ts";
import type { Env } from "../../src/platform/env.ts";
import { forgetOldDeeds } from "../../src/services/forget-deeds.ts";
import { CUSTOMER, json, KEYS, newWarehouse, prepareWorld, problem, send, unique, workerEnv } from "./api-harness.ts";
import { losingOpsAnswer } from "./lossy.ts";

const ops = openOps(env.OPS);

beforeAll(prepareWorld);

interface Request {
  path: string;
  body: unknown;
  /** Another request to the same endpoint. */
  other: unknown;
  /** What the audit trail calls it, which it must do once. */
  action: string;
}

async function deviation(): Promise<string> {
  const id = unique("dev");
  await openDeviations(ops, [
    { id, kind: "provider_down", subject: { reference: id }, summary: "It is down.", tried: [], openedAt: Date.now() },
  ]);
  return id;
}

const customerForm = (name: string) => ({
  name,
  email: `${name}@example.com`,
  address: { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
  language: "en",
});

/** Every kind of request that OPS decides. */
const REQUESTS: Record<string, () => Promise<Request>> = {
  "a product": async () => {
    const sku = unique("NEW");
    const body = {
      sku,
      name: `Product ${sku}`,
      category: "tests",
      unit: "each",
      price: { amount: 100, currency: "EUR" },
      weightGrams: 1,
      backorder: false,
      taxClass: "standard",
      active: true,
    };
    return { path: "/api/v1/products", body, other: { ...body, weightGrams: 2 }, action: "product.created" };
  },
  "a warehouse": async () => {
    const {
      version: _version,
      warehouseId: _id,
      ...like
    } = await json<Record<string, unknown>>(await send("GET", `/api/v1/warehouses/${await newWarehouse()}`));
    const body = { ...like, id: unique("new-house"), name: unique("New house") };
    return { path: "/api/v1/warehouses", body, other: { ...body, city: "Bonn" }, action: "warehouse.created" };
  },
  "a customer": async () => ({
    path: "/api/v1/customers",
    body: customerForm(unique("ada")),
    other: customerForm(unique("bob")),
    action: "customer.created",
  }),
  "the resolving of a deviation": async () => ({
    path: `/api/v1/deviations/${await deviation()}/resolve`,
    body: { resolution: "it is up again" },
    other: { resolution: "it never was down" },
    action: "deviation.resolved",
  }),
  "the handing over of a deviation": async () => ({
    path: `/api/v1/deviations/${await deviation()}/assign`,
    body: { assignee: "usr_1" },
    other: { assignee: "usr_2" },
    action: "deviation.assigned",
  }),
};

const sendIt = (
  { path, body }: Request,
  idempotencyKey: string,
  { key = KEYS.admin, env: bindings = workerEnv }: { key?: string; env?: Env } = {},
) => send("POST", path, { key, body, headers: { "Idempotency-Key": idempotencyKey }, env: bindings });

const timesEntered = async (action: string): Promise<number> =>
  (await env.OPS.prepare("SELECT count(*) AS n FROM audit_entries WHERE action = ?").bind(action).first<number>("n")) ??
  0;

const isReplayed = (answer: Response) => answer.headers.get("idempotent-replayed") === "true";

describe.each(Object.entries(REQUESTS))("%s under one Idempotency-Key", (_name, make) => {
  it("is done once, and a repeat gets the same answer", async () => {
    const request = await make();
    const key = unique("key");
    const before = await timesEntered(request.action);
    const first = await sendIt(request, key);
    expect(isReplayed(first)).toBe(false);
    const again = await sendIt(request, key);
    expect(isReplayed(again)).toBe(true);
    expect(again.status).toBe(first.status);
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
    expect(await json(again, first.status)).toEqual(await json(first, first.status));
    expect(await timesEntered(request.action)).toBe(before + 1);
  });

  it("is done once where the answer of OPS is lost after its commit", async () => {
    const request = await make();
    const before = await timesEntered(request.action);
    const answer = await sendIt(request, unique("key"), { env: losingOpsAnswer({ away: false }) });
    expect(answer.status, await answer.clone().text()).toBeLessThan(300);
    expect(await timesEntered(request.action)).toBe(before + 1);
  });

  it("is done once where OPS is away after its commit, and the caller asks again", async () => {
    const request = await make();
    const key = unique("key");
    const before = await timesEntered(request.action);
    const unknown = await sendIt(request, key, { env: losingOpsAnswer({ away: true }) });
    expect(unknown.status).toBeGreaterThanOrEqual(500);
    const again = await sendIt(request, key);
    expect(again.status, await again.clone().text()).toBeLessThan(300);
    expect(isReplayed(again)).toBe(true);
    expect(await timesEntered(request.action)).toBe(before + 1);
  });

  it("is done once where two ask side by side", async () => {
    const request = await make();
    const key = unique("key");
    const before = await timesEntered(request.action);
    const answers = await Promise.all([sendIt(request, key), sendIt(request, key), sendIt(request, key)]);
    expect(answers.filter(isReplayed)).toHaveLength(2);
    const bodies = await Promise.all(answers.map((answer) => json(answer, answers[0]?.status)));
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[2]).toEqual(bodies[0]);
    expect(await timesEntered(request.action)).toBe(before + 1);
  });

  it("is refused with another body", async () => {
    const request = await make();
    const key = unique("key");
    const before = await timesEntered(request.action);
    expect((await sendIt(request, key)).status).toBeLessThan(300);
    await problem(await sendIt({ ...request, body: request.other }, key), "idempotency_mismatch");
    expect(await timesEntered(request.action)).toBe(before + 1);
  });
});

describe("what OPS keeps of a deed", () => {
  it("belongs to one principal: the same key of another makes another customer", async () => {
    const key = unique("key");
    const request = { path: "/api/v1/customers", body: customerForm(unique("eve")), other: null, action: "" };
    const one = await json<CustomerAnswer>(await sendIt(request, key), 201);
    const other = await sendIt(request, key, { key: KEYS.csr });
    expect(isReplayed(other)).toBe(false);
    expect((await json<CustomerAnswer>(other, 201)).customerId).not.toBe(one.customerId);
  });

  it("is not kept of a request that was refused", async () => {
    const request = await (REQUESTS["a product"] ?? expect.unreachable)();
    await json(await sendIt(request, unique("key")), 201);
    const key = unique("key");
    await problem(await sendIt(request, key), "already_exists");
    const fresh = await (REQUESTS["a product"] ?? expect.unreachable)();
    await json(await sendIt(fresh, key), 201);
  });

  it("has nothing personal in it: digests and the id of what was made", async () => {
    const name = unique("personal");
    const key = `${name}@example.com`;
    const request = { path: "/api/v1/customers", body: customerForm(name), other: null, action: "" };
    const { customerId } = await json<CustomerAnswer>(await sendIt(request, key), 201);
    const kept = (await ops.select().from(deeds)).find(({ subject }) => subject === customerId);
    expect(kept).toEqual({
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      subject: customerId,
      createdAt: expect.any(Number),
    });
    expect(JSON.stringify(await ops.select().from(deeds))).not.toContain(name);
  });

  it("is forgotten after the days that the configuration says, and no sooner", async () => {
    const now = Date.now();
    const day = 24 * 60 * 60 * 1000;
    const kept = { fingerprint: "f", subject: unique("subject") };
    const at = (key: string, days: number) => ({ ...kept, key: `${kept.subject}:${key}`, createdAt: now - days * day });
    await ops.insert(deeds).values([at("old", 3), at("young", 1)]);
    const left = async () =>
      (await ops.select().from(deeds)).filter(({ subject }) => subject === kept.subject).map(({ key }) => key);
    await forgetOldDeeds({ OPS: env.OPS, DEEDS_KEPT_DAYS: "4" }, now);
    expect(await left()).toHaveLength(2);
    await forgetOldDeeds({ OPS: env.OPS, DEEDS_KEPT_DAYS: "2" }, now);
    expect(await left()).toEqual([`${kept.subject}:young`]);
  });

  it("is forgotten however much there is of it", async () => {
    const subject = unique("many");
    await env.OPS.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
        INSERT INTO deeds SELECT ? || ':' || i, 'f', ?, 0 FROM n`,
    )
      .bind(subject, subject)
      .run();
    expect(await forgetOldDeeds({ OPS: env.OPS }, Date.now())).toBeGreaterThanOrEqual(2_500);
    expect((await ops.select().from(deeds)).filter((deed) => deed.subject === subject)).toEqual([]);
  });
});

/** PayPal's vault, which makes one set-up for each of its request ids. */
function vault() {
  const setups = new Map<string, string>();
  const fetch = async (url: string, init?: RequestInit) => {
    if (new URL(url).pathname === "/v1/oauth2/token")
      return Response.json({ access_token: "A21AA", expires_in: 32_400 });
    const key = new Headers(init?.headers).get("paypal-request-id") ?? "";
    const id = setups.get(key) ?? `SETUP${setups.size + 1}`;
    setups.set(key, id);
    const links = [{ rel: "approve", href: `https://www.paypal.com/agreements/approve?approval_session_id=${id}` }];
    return Response.json({ id, status: "PAYER_ACTION_REQUIRED", customer: { id: "PPCUSTOMER1" }, links });
  };
  return {
    /** The keys under which means of payment are saved. */
    keys: () => [...setups.keys()].filter((key) => key.startsWith("save:")),
    env: { ...workerEnv, SIMULATORS: { ...workerEnv.ASSETS, fetch } as unknown as Fetcher },
  };
}

describe("a provider's idempotency key", () => {
  const save = (bindings: Env, headers: Record<string, string>, token = "paypal") =>
    send("POST", `/api/v1/customers/${CUSTOMER}/payment-methods`, {
      key: KEYS.customer,
      body: { paymentMethod: { token } },
      headers,
      env: bindings,
    });

  it("comes from no X-Request-Id: two requests with the same one are two", async () => {
    const { env: bindings, keys } = vault();
    const headers = { "X-Request-Id": "picked-by-the-caller" };
    const one = await json<{ actionUrl: string }>(await save(bindings, headers), 202);
    const other = await json<{ actionUrl: string }>(await save(bindings, headers), 202);
    expect(one.actionUrl).not.toBe(other.actionUrl);
    expect(keys()).toHaveLength(2);
    expect(keys().join()).not.toContain("picked-by-the-caller");
  });

  it("is the deed's: a repeat saves nothing again, also where OPS could not keep the deed", async () => {
    const { env: bindings, keys } = vault();
    const headers = () => ({ "Idempotency-Key": "my-account", "X-Request-Id": unique("request") });
    const before = await timesEntered("payment_method.saved");
    const lossy = { ...bindings, OPS: losingOpsAnswer({ away: false }).OPS };
    const first = await json<{ actionUrl: string }>(await save(lossy, headers()), 202);
    const again = await save(bindings, headers());
    expect(isReplayed(again)).toBe(true);
    expect(await json(again, 202)).toEqual(first);
    expect(keys()).toHaveLength(1);
    expect(await timesEntered("payment_method.saved")).toBe(before + 1);
    await problem(await save(bindings, headers(), "pm_card_visa"), "idempotency_mismatch");
  });
});
