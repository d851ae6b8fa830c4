import { describe, expect, it } from "vitest";
import {
  applyStorageMigrations,
  isStorageMigrated,
  type StorageMigration,
} from "../../durable-objects/storage-migrations.ts";
import { LedgerStorage } from "../../durable-objects/order-ledger/ledger-storage.ts";
import { LEDGER_STORAGE } from "../../durable-objects/order-ledger/storage-steps.ts";
import { LEVEL_STORAGE_MIGRATIONS } from "../../durable-objects/inventory-level/storage-migrations.ts";
import type { EffectId, OrderId } from "../../src/domain/ids.ts";
import { newRegistration } from "../support/level-books.ts";
import { accepted, crash, holdCommand, inside, levelOf, rowsOf } from "./level-harness.ts";

const FIRST: StorageMigration = {
  name: "0001-shelves",
  sql: "CREATE TABLE shelf (id INTEGER PRIMARY KEY); INSERT INTO shelf VALUES (7);",
};
const SECOND: StorageMigration = {
  name: "0002-labels",
  sql: "ALTER TABLE shelf ADD COLUMN label TEXT NOT NULL DEFAULT 'none'",
};

/** Runs with the storage of an object that has nothing stored. */
function withStorage<Value>(run: (storage: DurableObjectStorage) => Value): Promise<Value> {
  return inside(newRegistration(), (_level, { storage }) => run(storage));
}

describe("storage migrations", () => {
  it("are applied step by step, each once, and keep what is stored", async () => {
    await withStorage((storage) => {
      expect(isStorageMigrated(storage)).toBe(false);
      applyStorageMigrations(storage, [FIRST]);
      expect(isStorageMigrated(storage)).toBe(true);
      applyStorageMigrations(storage, [FIRST]);
      applyStorageMigrations(storage, [FIRST, SECOND]);
      applyStorageMigrations(storage, [FIRST, SECOND]);
      expect(storage.sql.exec("SELECT * FROM shelf").toArray()).toEqual([{ id: 7, label: "none" }]);
    });
  });

  it.each<[string, StorageMigration[], RegExp]>([
    ["a step was edited", [{ ...FIRST, sql: `${FIRST.sql} ` }, SECOND], /"0001-shelves" was edited/],
    ["a step was renamed", [{ ...FIRST, name: "0001-racks" }, SECOND], /was "0001-shelves" and is now "0001-racks"/],
    ["steps were reordered", [SECOND, FIRST], /was "0001-shelves" and is now "0002-labels"/],
  ])("throw and change nothing when %s", async (_case, changed, message) => {
    await withStorage((storage) => {
      applyStorageMigrations(storage, [FIRST, SECOND]);
      const third: StorageMigration = { name: "0003-more", sql: "DROP TABLE shelf" };
      expect(() => applyStorageMigrations(storage, [...changed, third])).toThrow(message);
      expect(storage.sql.exec("SELECT * FROM shelf").toArray()).toHaveLength(1);
    });
  });

  it("leave storage that newer code has brought further as it is, for the version before it to use", async () => {
    await withStorage((storage) => {
      applyStorageMigrations(storage, [FIRST, SECOND]);
      applyStorageMigrations(storage, [FIRST]);
      expect(storage.sql.exec("SELECT name FROM storage_migrations").toArray()).toHaveLength(2);
      expect(storage.sql.exec("SELECT * FROM shelf").toArray()).toHaveLength(1);
    });
  });

  it("are applied whole or not at all", async () => {
    await withStorage((storage) => {
      applyStorageMigrations(storage, [FIRST]);
      const broken: StorageMigration = {
        name: "0003-broken",
        sql: "CREATE TABLE half (id INTEGER); SELECT nonsense FROM nowhere",
      };
      expect(() => applyStorageMigrations(storage, [FIRST, SECOND, broken])).toThrow(/nowhere/);
      expect(storage.sql.exec("SELECT * FROM shelf").toArray()).toEqual([{ id: 7 }]);
      expect(storage.sql.exec("SELECT name FROM storage_migrations").toArray()).toEqual([{ name: "0001-shelves" }]);
    });
  });

  it("leave with its order what a level knows to be claimed, and not by which attempt", async () => {
    const registration = newRegistration({ opening: 4 });
    const { sku, warehouseId } = registration;
    const { reservationId, expiresAt } = holdCommand(registration, 1);
    await inside(registration, (_level, { storage }) => {
      applyStorageMigrations(storage, LEVEL_STORAGE_MIGRATIONS.slice(0, 1));
      storage.sql.exec(
        "INSERT INTO level VALUES (1, ?, ?, 1, 0, 0, '{}', NULL, NULL, NULL, NULL, 1, 1, 0)",
        sku,
        warehouseId,
      );
      storage.sql.exec("INSERT INTO movement VALUES (1, 'opening', 4, 4, 'opening', 'opening stock', 0, 0, 1)");
      storage.sql.exec(
        "INSERT INTO reservation VALUES (?, 1, 1, 'HELD', ?, 'storefront', 'ord_1', 1, 0, 0, 2)",
        reservationId,
        expiresAt,
      );
    });
    await crash(registration);
    const level = levelOf(registration);
    accepted(await level.unclaim(registration, { reservationId, owner: "ord_1", attempt: "a1" }));
    expect((await level.detail(registration)).reservations).toMatchObject([{ owner: "ord_1", expiresAt }]);
    accepted(await level.allocate(registration, { reservationId }));
    expect(await level.view(registration)).toMatchObject({ allocated: 1, available: 3 });
  });

  it("of a level are recorded with it and hold after a restart", async () => {
    const registration = newRegistration({ opening: 4 });
    accepted(await levelOf(registration).hold(registration, holdCommand(registration, 1)));
    expect((await rowsOf(registration, "storage_migrations")).map(({ name }) => name)).toEqual(
      LEVEL_STORAGE_MIGRATIONS.map(({ name }) => name),
    );
    await crash(registration);
    expect(await levelOf(registration).view(registration)).toMatchObject({ held: 1 });
  });

  it("of a ledger keep its events, and its effects in the order in which they were called for", async () => {
    await withStorage((storage) => {
      const [first] = LEDGER_STORAGE;
      if (first === undefined) throw new Error("a ledger has no storage");
      applyStorageMigrations(storage, [first]);
      for (const sequence of [1, 2])
        storage.sql.exec("INSERT INTO events VALUES ('ord_1', ?, 7, '{}', '{\"type\":\"HoldLapsed\"}')", sequence);
      // By their ids alone they would come the other way round.
      for (const id of ["ord_1:10:Notify", "ord_1:10:Notify:1", "ord_1:2:Notify", "ord_2:1:Notify"])
        storage.sql.exec(
          `INSERT INTO effects VALUES (?, 'notify', 'blocked', 0, 0, 1, 7, 0, 0, NULL, 7, NULL, '{"kind":"Notify"}', '[]')`,
          id,
        );
      storage.sql.exec("UPDATE effects SET attempt = 3 WHERE id = 'ord_2:1:Notify'");
      applyStorageMigrations(storage, LEDGER_STORAGE);
      const ledger = new LedgerStorage(storage.sql);
      expect(ledger.listEvents("ord_1" as OrderId).map(({ sequence }) => sequence)).toEqual([1, 2]);
      const effects = ledger.listEffects("ord_1" as OrderId);
      expect(effects.map(({ id }) => id)).toEqual(["ord_1:10:Notify", "ord_1:10:Notify:1", "ord_1:2:Notify"]);
      expect(ledger.firstBlocked("ord_1" as OrderId, "notify")).toEqual(effects[0]);
      // Before attempts were taken by all kinds, any of them may have been made.
      expect(ledger.findEffect("ord_2:1:Notify" as EffectId)).toMatchObject({ attempt: 3, claimed: 3, untaken: 0 });
    });
  });
});
