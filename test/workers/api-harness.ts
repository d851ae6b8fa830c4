import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { SHIPPING_METHODS, TAX_RATES } from "../../seed/commerce.ts";
import { createApp } from "../../src/api/app.ts";
import type { ProblemCode } from "../../src/contracts/problem.ts";
import { type Role, ROLE_SCOPES } from "../../src/contracts/principal.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { registerLevels, saveProduct, saveWarehouse } from "../../src/db/ops/save-catalog.ts";
import { channels, shippingMethods, taxRates } from "../../src/db/ops/schema/catalog.ts";
import { apiKeys, customers } from "../../src/db/ops/schema/people.ts";
import type { StockPolicy, Warehouse } from "../../src/domain/catalog.ts";
import type { CustomerId, Sku, WarehouseId } from "../../src/domain/ids.ts";
import { sha256Hex } from "../../src/platform/sha256.ts";
import type { Env } from "../../src/platform/env.ts";
import type { ServiceContext } from "../../src/services/context.ts";
import { invalidateCatalog } from "../../src/services/catalog.ts";
import { migrateOrders } from "./ledger-harness.ts";
import { migrateOps } from "./migrate-ops.ts";

const app = createApp();
const ops = openOps(env.OPS);

/** The pool binds no assets: whoever asks for a file finds none. */
const ASSETS: Fetcher = {
  fetch: async () => new Response("no such file", { status: 404 }),
  connect: () => {
    throw new Error("nobody connects to assets");
  },
};

/** The pool's bindings as the Worker has them. One object, because the Worker keeps what it knows by it. */
export const workerEnv: Env = { ...env, ASSETS };

export const KEYS = {
  admin: "hf_test_of-an-admin",
  storefront: "hf_test_of-a-storefront",
  csr: "hf_test_of-a-csr",
  customer: "hf_test_of-a-customer",
  otherCustomer: "hf_test_of-another-customer",
  floor: "hf_test_of-a-floor",
} as const;

export const CUSTOMER = "cus_own" as CustomerId;
export const OTHER_CUSTOMER = "cus_other" as CustomerId;
/** Where the floor key works. */
export const FLOOR_WAREHOUSE = "floor-house" as WarehouseId;
export const SHOP_ORIGIN = "https://shop.example";

/** Costs nothing, so that an order's total is what its lines come to. */
const FREE_SHIPPING = {
  id: "free",
  name: "Free",
  carrier: "fedex" as const,
  service: "FEDEX_GROUND",
  base: 0,
  perKilogram: 0,
  perThousandKm: 0,
  currency: "EUR",
  transitDays: [{ withinKm: 20_100, days: 1 }],
};

let made = 0;
/** A name that no other test has. */
export function unique(prefix: string): string {
  made += 1;
  return `${prefix}-${made}`;
}

/** Databases, ways of shipping, taxes, channels, customers and keys: what every test's own world stands on. */
export async function prepareWorld(): Promise<void> {
  await migrateOps();
  await migrateOrders();
  await ops
    .insert(shippingMethods)
    .values([...SHIPPING_METHODS, FREE_SHIPPING])
    .onConflictDoNothing();
  await ops
    .insert(taxRates)
    .values(TAX_RATES.filter(({ country }) => country === "DE").map((rate) => ({ ...rate, region: rate.region ?? "" })))
    .onConflictDoNothing();
  const channel = { kind: "own" as const, captureOn: null, active: true };
  await ops.insert(channels).values([
    {
      ...channel,
      id: "storefront",
      name: "Shop",
      defaultCustomerId: CUSTOMER,
      defaultPaymentMethod: "pm_card_visa",
      allowedOrigins: [SHOP_ORIGIN],
    },
    {
      ...channel,
      id: "csr",
      name: "Customer service",
      defaultCustomerId: null,
      defaultPaymentMethod: null,
      allowedOrigins: [],
    },
  ]);
  for (const id of [CUSTOMER, OTHER_CUSTOMER])
    await ops.insert(customers).values({
      id,
      name: "Ada Example",
      email: `${id}@example.com`,
      address: { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
      language: "en",
      paymentMethod: "pm_card_visa",
      createdAt: 0,
      updatedAt: 0,
    });
  await addKey(KEYS.admin, "admin");
  await addKey(KEYS.storefront, "storefront");
  await addKey(KEYS.csr, "csr");
  await addKey(KEYS.customer, "customer", { customerId: CUSTOMER });
  await addKey(KEYS.otherCustomer, "customer", { customerId: OTHER_CUSTOMER });
  await addKey(KEYS.floor, "warehouse", { warehouseId: FLOOR_WAREHOUSE });
  await newWarehouse(FLOOR_WAREHOUSE);
}

/** A key of the local environment, unless told. */
export async function addKey(key: string, role: Role, more: Partial<typeof apiKeys.$inferInsert> = {}): Promise<void> {
  await ops
    .insert(apiKeys)
    .values({ hash: sha256Hex(key), name: `a ${role}`, role, environment: "local", createdAt: 0, ...more });
}

/** A warehouse in Berlin, open and shipping anywhere unless told. */
export async function newWarehouse(
  id = unique("house") as WarehouseId,
  more: Partial<Warehouse> = {},
): Promise<WarehouseId> {
  const saved = await saveWarehouse(
    ops,
    {
      id,
      name: id,
      city: "Berlin",
      country: "DE",
      location: { latitude: 52.52, longitude: 13.4 },
      timeZone: "Europe/Berlin",
      cutOffMinutes: 960,
      workingDays: [1, 2, 3, 4, 5],
      dailyCapacity: 100,
      serves: [],
      mode: "floor",
      open: true,
      address: { line1: "Westhafenstraße 1", city: "Berlin", postalCode: "13353", country: "DE" },
      ...more,
    },
    { kind: "create" },
    Date.now(),
  );
  expect(saved.ok).toBe(true);
  invalidateCatalog();
  return id;
}

/** A product with so many units at a warehouse, and a price in euro cents. */
export async function newStock({
  units = 10,
  price = 1_000,
  warehouseId = FLOOR_WAREHOUSE,
  stockPolicy,
}: { units?: number; price?: number; warehouseId?: WarehouseId; stockPolicy?: StockPolicy } = {}): Promise<Sku> {
  const sku = unique("SKU") as Sku;
  const product = {
    sku,
    name: `Product ${sku}`,
    category: "tests",
    unit: "each",
    price,
    currency: "EUR",
    weightGrams: 100,
    taxClass: "standard" as const,
    backorder: stockPolicy !== undefined,
    ...(stockPolicy && { stockPolicy }),
    active: true,
  };
  expect((await saveProduct(ops, product, { kind: "create" }, Date.now())).ok).toBe(true);
  await registerLevels(ops, [{ sku, warehouseId, opening: units, safetyStock: 0, reorderPoint: 0 }], Date.now());
  invalidateCatalog();
  return sku;
}

interface Sent {
  key?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
  env?: Env;
}

/** Sends a request to the Worker as it is built, and waits for what it does after the answer. */
export async function send(
  method: string,
  path: string,
  { key = KEYS.admin, body, headers = {}, env: bindings = workerEnv }: Sent = {},
): Promise<Response> {
  const ctx = createExecutionContext();
  const request = new Request(`https://holdfast.test${path}`, {
    method,
    headers: {
      ...(key !== null && { Authorization: `Bearer ${key}` }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const answer = await app.fetch(request, bindings, ctx);
  await waitOnExecutionContext(ctx);
  return answer;
}

/** The context that a service is given on behalf of somebody with this role. */
export function serviceContext({ role }: { role: Role }): ServiceContext {
  const principal = {
    kind: "user" as const,
    id: unique("usr"),
    name: `a ${role}`,
    role,
    scopes: ROLE_SCOPES[role],
    customerId: null,
    warehouseId: null,
    channel: "csr",
  };
  return {
    env: workerEnv,
    principal,
    requestId: unique("req"),
    traceparent: null,
    now: Date.now(),
    deed: null,
    edgeLocation: null,
    origin: { country: null, ray: null },
    defer: (work) => void work,
  };
}

/** The answer's body, once its status is what was expected. */
export async function json<Body = Record<string, unknown>>(answer: Response, status = 200): Promise<Body> {
  const text = await answer.text();
  expect(answer.status, text).toBe(status);
  return JSON.parse(text) as Body;
}

/** Expects a problem of this kind, and gives its document. */
export async function problem(
  answer: Response,
  code: ProblemCode,
): Promise<{ code: string; detail: string; errors?: { pointer: string; detail: string }[] } & Record<string, unknown>> {
  const document = (await answer.json()) as { code: string; detail: string };
  expect(document.code, JSON.stringify(document)).toBe(code);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  return document;
}

/** The full form for one line. */
export function orderForm(
  sku: Sku,
  quantity: unknown = 1,
  changes: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    customer: { name: "Ada Example", email: "ada@example.com" },
    lines: [{ sku, quantity }],
    address: { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
    shippingMethod: "standard",
    paymentMethod: { token: "pm_card_visa" },
    currency: "EUR",
    ...changes,
  };
}
