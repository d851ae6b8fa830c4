import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import type { LevelView } from "../../src/contracts/level-rpc.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { openDeviations, resolveDeviation } from "../../src/db/ops/deviations.ts";
import { loadCatalog } from "../../src/db/ops/load-catalog.ts";
import { findApiKey, findCustomer, findUserByEmail, touchApiKey } from "../../src/db/ops/people.ts";
import { registerLevels, saveProduct, saveWarehouse } from "../../src/db/ops/save-catalog.ts";
import { channels, shippingMethods, taxRates } from "../../src/db/ops/schema/catalog.ts";
import { apiKeys, customers, users } from "../../src/db/ops/schema/people.ts";
import { listStock, type StockPosition, upsertStock } from "../../src/db/ops/stock.ts";
import type { Product, Warehouse } from "../../src/domain/catalog.ts";
import type { DeviationReport } from "../../src/domain/deviation.ts";
import type { CustomerId, Sku, WarehouseId } from "../../src/domain/ids.ts";
import { migrateOps } from "./migrate-ops.ts";

const NOW = Date.UTC(2026, 10, 21, 9);
const db = openOps(env.OPS);

let made = 0;
function unique(prefix: string): string {
  made += 1;
  return `${prefix}-${made}`;
}

function newProduct(changes: Partial<Product> = {}): Product {
  const sku = unique("SKU") as Sku;
  return {
    sku,
    name: `Thing ${sku}`,
    category: "Things",
    unit: "each",
    price: 995,
    currency: "EUR",
    weightGrams: 250,
    taxClass: "standard",
    backorder: false,
    active: true,
    ...changes,
  };
}

function newWarehouse(): Warehouse {
  const id = unique("warehouse") as WarehouseId;
  return {
    id,
    name: `Warehouse ${id}`,
    city: "Berlin",
    country: "DE",
    location: { latitude: 52.5, longitude: 13.4 },
    timeZone: "Europe/Berlin",
    cutOffMinutes: 960,
    workingDays: [1, 2, 3, 4, 5],
    dailyCapacity: 100,
    serves: ["DE", "PL"],
    mode: "floor",
    open: true,
    address: { line1: "Street 1", city: "Berlin", postalCode: "10115", country: "DE" },
  };
}

async function newStockedLevel(view: Partial<LevelView> = {}, product: Partial<Product> = {}): Promise<LevelView> {
  const { sku } = await create(newProduct(product));
  const level: LevelView = {
    sku,
    warehouseId: unique("warehouse") as WarehouseId,
    onHand: 50,
    held: 0,
    allocated: 0,
    safetyStock: 0,
    reorderPoint: 10,
    available: 50,
    sequence: 1,
    asOf: NOW,
    ...view,
  };
  await upsertStock(db, [level]);
  return level;
}

async function create(product: Product): Promise<Product> {
  expect(await saveProduct(db, product, { kind: "create" }, NOW)).toEqual({ ok: true, version: 1 });
  return product;
}

beforeAll(migrateOps);

describe("the catalogue", () => {
  it("is read back as it was written, with its versions", async () => {
    const product = await create(
      newProduct({
        taxClass: "reduced",
        backorder: true,
        stockPolicy: { kind: "preorder", availableFrom: "2027-01-18", partly: true },
      }),
    );
    const warehouse = newWarehouse();
    await saveWarehouse(db, warehouse, { kind: "create" }, NOW);
    const level = { sku: product.sku, warehouseId: warehouse.id, opening: 12, safetyStock: 2, reorderPoint: 5 };
    await registerLevels(db, [level], NOW);
    const method = {
      id: unique("method"),
      name: "Slow",
      carrier: "fedex" as const,
      service: "FEDEX_GROUND",
      base: 500,
      perKilogram: 100,
      perThousandKm: 50,
      currency: "EUR",
      transitDays: [{ withinKm: 20_100, days: 9 }],
    };
    await db.insert(shippingMethods).values(method);
    await db.insert(taxRates).values([
      { country: "QA", taxClass: "standard", ratePpm: 50_000, taxesShipping: true },
      { country: "QA", region: "DOH", taxClass: "standard", ratePpm: 70_000, taxesShipping: false },
    ]);
    await db.insert(channels).values([
      {
        id: "storefront",
        name: "Shop",
        kind: "own",
        defaultCustomerId: "cus_default",
        defaultPaymentMethod: "pm_card_visa",
        allowedOrigins: ["https://shop.example"],
        active: true,
      },
      { id: "ebay", name: "eBay", kind: "marketplace", allowedOrigins: [], captureOn: "order", active: true },
    ]);

    const catalog = await loadCatalog(db);
    expect(catalog.products.find(({ sku }) => sku === product.sku)).toEqual({ ...product, version: 1 });
    expect(catalog.warehouses.find(({ id }) => id === warehouse.id)).toEqual({ ...warehouse, version: 1 });
    expect(catalog.levels.filter(({ sku }) => sku === product.sku)).toEqual([level]);
    expect(catalog.shippingMethods).toContainEqual(method);
    expect(catalog.taxRates.filter(({ country }) => country === "QA")).toEqual([
      { country: "QA", taxClass: "standard", ratePpm: 50_000, taxesShipping: true },
      { country: "QA", region: "DOH", taxClass: "standard", ratePpm: 70_000, taxesShipping: false },
    ]);
    expect(catalog.channels.find(({ id }) => id === "storefront")).toMatchObject({
      defaultProfile: { customerId: "cus_default", paymentMethod: "pm_card_visa" },
      allowedOrigins: ["https://shop.example"],
      captureOn: null,
    });
    expect(catalog.channels.find(({ id }) => id === "ebay")).toMatchObject({
      defaultProfile: null,
      captureOn: "order",
    });
  });

  it("refuses a product that exists, a name that is taken and a version that is stale", async () => {
    const product = await create(newProduct());
    const other = await create(newProduct());
    expect(await saveProduct(db, product, { kind: "create" }, NOW)).toEqual({ ok: false, reason: "already_exists" });
    expect(await saveProduct(db, newProduct({ name: other.name }), { kind: "create" }, NOW)).toEqual({
      ok: false,
      reason: "name_taken",
    });
    const replace = { kind: "replace", expectedVersion: 1 } as const;
    expect(await saveProduct(db, { ...product, name: other.name }, replace, NOW)).toEqual({
      ok: false,
      reason: "name_taken",
    });
    expect(await saveProduct(db, { ...product, price: 1 }, replace, NOW)).toEqual({ ok: true, version: 2 });
    expect(await saveProduct(db, { ...product, price: 2 }, replace, NOW)).toEqual({
      ok: false,
      reason: "version_stale",
    });
    const stored = (await loadCatalog(db)).products.find(({ sku }) => sku === product.sku);
    expect(stored).toEqual({ ...product, price: 1, version: 2 });
  });

  it("replaces a warehouse only at the version that was read", async () => {
    const warehouse = newWarehouse();
    expect(await saveWarehouse(db, warehouse, { kind: "create" }, NOW)).toEqual({ ok: true, version: 1 });
    expect(await saveWarehouse(db, warehouse, { kind: "create" }, NOW)).toEqual({
      ok: false,
      reason: "already_exists",
    });
    const closed = { ...warehouse, open: false };
    expect(await saveWarehouse(db, closed, { kind: "replace", expectedVersion: 2 }, NOW)).toEqual({
      ok: false,
      reason: "version_stale",
    });
    expect(await saveWarehouse(db, closed, { kind: "replace", expectedVersion: 1 }, NOW)).toEqual({
      ok: true,
      version: 2,
    });
  });

  it("keeps what a level opened with when it is registered again", async () => {
    const { sku } = await create(newProduct());
    const warehouseId = unique("warehouse") as WarehouseId;
    const first = { sku, warehouseId, opening: 30, safetyStock: 4, reorderPoint: 10 };
    await registerLevels(db, [first], NOW);
    await registerLevels(db, [{ ...first, opening: 99 }], NOW + 1);
    expect((await loadCatalog(db)).levels.filter((level) => level.sku === sku)).toEqual([first]);
    const { rows } = await listStock(db, { sku }, { limit: 10 });
    expect(rows).toMatchObject([{ onHand: 30, available: 26, sequence: 0, asOf: NOW }]);
  });
});

describe("the stock projection", () => {
  it("keeps the copy with the highest sequence, however the copies arrive", async () => {
    const first = await newStockedLevel({ sequence: 5, available: 20 });
    await upsertStock(db, [
      { ...first, sequence: 7, available: 12, held: 8 },
      { ...first, sequence: 6, available: 15 },
    ]);
    await upsertStock(db, [{ ...first, sequence: 4, available: 99 }]);
    const { rows } = await listStock(db, { sku: first.sku }, { limit: 10 });
    expect(rows).toMatchObject([{ sequence: 7, available: 12, held: 8 }]);
  });

  it("takes a thousand levels in one statement", async () => {
    const { sku } = await create(newProduct());
    const base = await newStockedLevel();
    const levels = Array.from({ length: 1_000 }, (_, index) => ({
      ...base,
      sku,
      warehouseId: `bulk-${index}` as WarehouseId,
    }));
    await upsertStock(db, levels);
    const { results } = await env.OPS.prepare("SELECT count(*) AS n FROM stock WHERE sku = ?").bind(sku).all();
    expect(results).toEqual([{ n: 1_000 }]);
  });

  it("finds what is low, what is out, and what drifted", async () => {
    const category = unique("category");
    const plenty = await newStockedLevel({ available: 50 }, { category });
    const low = await newStockedLevel({ available: 10, reorderPoint: 10 }, { category });
    const out = await newStockedLevel({ available: 0 }, { category });
    const drift: DeviationReport = {
      id: unique("dev"),
      kind: "drift",
      subject: { sku: plenty.sku, warehouseId: plenty.warehouseId },
      summary: "Counted 3 fewer than booked.",
      tried: [],
      openedAt: NOW,
    };
    await openDeviations(db, [drift]);
    const skus = async (filter: Parameters<typeof listStock>[1]) =>
      (await listStock(db, { category, ...filter }, { limit: 10 })).rows.map(({ sku }) => sku);
    expect(await skus({})).toEqual([plenty.sku, low.sku, out.sku]);
    expect(await skus({ state: "low" })).toEqual([low.sku, out.sku]);
    expect(await skus({ state: "out" })).toEqual([out.sku]);
    expect(await skus({ drifted: true })).toEqual([plenty.sku]);
    expect(await skus({ warehouseId: low.warehouseId })).toEqual([low.sku]);
    await resolveDeviation(db, drift.id, { actor: "usr_1", resolution: "booked", now: NOW });
    expect(await skus({ drifted: true })).toEqual([]);
  });

  it("pages through everything once", async () => {
    const category = unique("category");
    const levels = [];
    for (let index = 0; index < 5; index++) levels.push(await newStockedLevel({}, { category }));
    const seen: string[] = [];
    let after: StockPosition | undefined;
    for (let pages = 0; pages < 3; pages++) {
      const { rows, next } = await listStock(db, { category }, { limit: 2, ...(after && { after }) });
      seen.push(...rows.map(({ sku }) => sku));
      after = next ?? undefined;
    }
    expect(after).toBeUndefined();
    expect(seen).toEqual(levels.map(({ sku }) => sku));
  });

  it("answers what is low from the partial index", async () => {
    const plan = await env.OPS.prepare(
      "EXPLAIN QUERY PLAN SELECT sku FROM stock WHERE quantity <= threshold ORDER BY sku, warehouse_id",
    ).all<{ detail: string }>();
    expect(plan.results.map(({ detail }) => detail).join()).toContain("stock_low");
  });
});

describe("people and keys", () => {
  it("finds a key by its hash until it is revoked", async () => {
    const hash = unique("hash");
    await db
      .insert(apiKeys)
      .values({ hash, name: "k", role: "csr", scopes: ["orders:read"], environment: "local", createdAt: NOW });
    await touchApiKey(db, hash, NOW + 5);
    expect(await findApiKey(db, hash)).toMatchObject({ role: "csr", scopes: ["orders:read"], lastUsedAt: NOW + 5 });
    await db.update(apiKeys).set({ revokedAt: NOW }).where(eq(apiKeys.hash, hash));
    expect(await findApiKey(db, hash)).toBeNull();
  });

  it("finds staff by e-mail in any case, and nobody who has left", async () => {
    const id = unique("usr");
    const user = { id, name: "Ada", role: "manager" as const, passwordHash: "x", createdAt: NOW };
    await db.insert(users).values([
      { ...user, email: `${id}@example.com`, active: true },
      { ...user, id: `${id}-left`, email: `${id}-left@example.com`, active: false },
    ]);
    expect(await findUserByEmail(db, ` ${id.toUpperCase()}@Example.com `)).toMatchObject({ id });
    expect(await findUserByEmail(db, `${id}-left@example.com`)).toBeNull();
  });

  it("gives a customer as the domain knows one", async () => {
    const id = unique("cus") as CustomerId;
    const address = { line1: "Street 1", city: "Berlin", postalCode: "10115", country: "DE" };
    await db
      .insert(customers)
      .values({ id, name: "Ada", phone: "+4930123456", address, language: "de", createdAt: NOW, updatedAt: NOW });
    expect(await findCustomer(db, id)).toEqual({
      id,
      contact: { name: "Ada", phone: "+4930123456" },
      address,
      language: "de",
    });
    expect(await findCustomer(db, "cus_nobody" as CustomerId)).toBeNull();
  });
});
