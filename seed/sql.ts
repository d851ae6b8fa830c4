import { getTableColumns, getTableName } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { channels, levels, products, shippingMethods, taxRates, warehouses } from "../src/db/ops/schema/catalog.ts";
import { apiKeys, customers, users } from "../src/db/ops/schema/people.ts";
import { stock } from "../src/db/ops/schema/stock.ts";
import type { LevelRegistration, Product, Warehouse } from "../src/domain/catalog.ts";
import { customerSearchText } from "../src/domain/fold-text.ts";
import type { CustomerId, WarehouseId } from "../src/domain/ids.ts";
import { API_KEYS, type SeedApiKey, type SeedUser, USERS } from "./access.ts";
import { CHANNELS, SHIPPING_METHODS, TAX_RATES } from "./commerce.ts";
import { CUSTOMERS } from "./customers.ts";
import { PRODUCTS } from "./products/products.ts";
import { LEVELS } from "./stock.ts";
import { WAREHOUSES } from "./warehouses.ts";

/** The company's first day: when everything in the seed was made (epoch milliseconds). */
export const SEEDED_AT = Date.UTC(2026, 10, 1);

/** D1 takes statements of up to 100 KB. */
const STATEMENT_BYTES = 90_000;

function literal(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  throw new TypeError(`no SQL literal for a ${typeof value}`);
}

/** `INSERT OR IGNORE` statements for the rows, each short enough for D1. */
export function insertStatements<Table extends SQLiteTable>(
  table: Table,
  rows: readonly Table["$inferInsert"][],
): string[] {
  const columns = Object.entries(getTableColumns(table));
  const head = `INSERT OR IGNORE INTO ${getTableName(table)} (${columns.map(([, column]) => column.name).join(", ")}) VALUES\n`;
  const statements: string[] = [];
  let tuples: string[] = [];
  let bytes = 0;
  const close = () => {
    if (tuples.length > 0) statements.push(`${head}${tuples.join(",\n")};`);
    tuples = [];
    bytes = 0;
  };
  for (const row of rows) {
    const values = new Map<string, unknown>(Object.entries(row));
    const tuple = `(${columns
      .map(([property, column]) => {
        const value = values.get(property) ?? column.default ?? null;
        return literal(value === null ? null : column.mapToDriverValue(value));
      })
      .join(", ")})`;
    const size = Buffer.byteLength(tuple);
    if (bytes + size > STATEMENT_BYTES) close();
    tuples.push(tuple);
    bytes += size + 2;
  }
  close();
  return statements;
}

/** What one company differs from another in; customers, channels, ways of shipping and taxes are the seed's. */
interface Company {
  products: readonly Product[];
  warehouses: readonly Warehouse[];
  levels: readonly LevelRegistration[];
  users: readonly SeedUser[];
  apiKeys: readonly SeedApiKey[];
}

/** The whole seed as SQL for OPS. Applying it again changes nothing, and undoes nothing that was changed since. */
export function seedStatements(): string[] {
  return companyStatements({
    products: PRODUCTS,
    warehouses: WAREHOUSES,
    levels: LEVELS,
    users: USERS,
    apiKeys: API_KEYS,
  });
}

/** A company on its first day, as SQL for OPS: every unit on hand, and nothing sold. */
export function companyStatements(company: Company): string[] {
  const made = { createdAt: SEEDED_AT, updatedAt: SEEDED_AT };
  return [
    ...insertStatements(
      products,
      company.products.map((product) => ({ ...product, ...made, version: 1 })),
    ),
    ...insertStatements(
      warehouses,
      company.warehouses.map(({ location, ...warehouse }) => ({ ...warehouse, ...location, ...made, version: 1 })),
    ),
    ...insertStatements(
      levels,
      company.levels.map((level) => ({ ...level, createdAt: SEEDED_AT })),
    ),
    ...insertStatements(
      stock,
      company.levels.map((level) => ({
        sku: level.sku,
        warehouseId: level.warehouseId,
        onHand: level.opening,
        held: 0,
        allocated: 0,
        safetyStock: level.safetyStock,
        quantity: Math.max(0, level.opening - level.safetyStock),
        threshold: level.reorderPoint,
        sequence: 0,
        asOf: SEEDED_AT,
      })),
    ),
    ...insertStatements(
      customers,
      CUSTOMERS.map(({ contact, location, ...customer }) => ({
        ...customer,
        ...contact,
        ...location,
        ...made,
        search: customerSearchText({ id: customer.id, ...contact }),
      })),
    ),
    ...insertStatements(shippingMethods, SHIPPING_METHODS),
    ...insertStatements(taxRates, TAX_RATES),
    ...insertStatements(
      channels,
      CHANNELS.map((channel) => ({ ...channel, active: true })),
    ),
    ...insertStatements(
      users,
      company.users.map((user) => ({
        ...user,
        warehouseId: user.warehouseId as WarehouseId | null,
        active: true,
        createdAt: SEEDED_AT,
      })),
    ),
    ...insertStatements(
      apiKeys,
      company.apiKeys.map((key) => ({
        ...key,
        warehouseId: key.warehouseId as WarehouseId | null,
        customerId: key.customerId as CustomerId | null,
        scopes: null,
        environment: "local" as const,
        createdAt: SEEDED_AT,
      })),
    ),
  ];
}
