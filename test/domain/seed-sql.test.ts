import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { insertStatements, seedStatements } from "../../seed/sql.ts";
import { LEVELS } from "../../seed/stock.ts";
import { taxRates } from "../../src/db/ops/schema/catalog.ts";

const MIGRATIONS = new URL("../../migrations/ops/", import.meta.url);

function migrated(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  for (const name of readdirSync(MIGRATIONS).sort()) {
    if (name.endsWith(".sql")) database.exec(readFileSync(new URL(name, MIGRATIONS), "utf8"));
  }
  return database;
}

function dump(database: DatabaseSync): Record<string, unknown[]> {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
  return Object.fromEntries(tables.map(({ name }) => [name, database.prepare(`SELECT * FROM "${name}"`).all()]));
}

it("fits the migrated database", () => {
  const database = migrated();
  for (const statement of seedStatements()) database.exec(statement);
  const rows = dump(database);
  expect(rows.products).toHaveLength(400);
  expect(rows.warehouses).toHaveLength(24);
  expect(rows.customers).toHaveLength(41);
  expect(rows.levels).toHaveLength(LEVELS.length);
  const stock = database.prepare("SELECT sum(on_hand) AS units, min(quantity) AS least FROM stock").get();
  expect(stock).toEqual({ units: LEVELS.reduce((sum, { opening }) => sum + opening, 0), least: 0 });
});

it("changes nothing when it is applied again, and undoes nothing that was changed since", () => {
  const database = migrated();
  for (const statement of seedStatements()) database.exec(statement);
  database.exec("UPDATE products SET price = 1 WHERE sku = '85123A'");
  database.exec("UPDATE stock SET on_hand = 3, sequence = 9 WHERE sku = '85123A'");
  const before = dump(database);
  for (const statement of seedStatements()) database.exec(statement);
  expect(dump(database)).toEqual(before);
});

it("keeps every statement within what D1 takes", () => {
  for (const statement of seedStatements()) expect(Buffer.byteLength(statement)).toBeLessThan(100_000);
});

it("quotes text, and fills in what a row leaves out", () => {
  const database = migrated();
  const [statement = ""] = insertStatements(taxRates, [
    { country: "O'", taxClass: "zero", ratePpm: 0, taxesShipping: false },
  ]);
  database.exec(statement);
  expect(database.prepare("SELECT * FROM tax_rates").get()).toEqual({
    country: "O'",
    region: "",
    tax_class: "zero",
    rate_ppm: 0,
    taxes_shipping: 0,
  });
});
