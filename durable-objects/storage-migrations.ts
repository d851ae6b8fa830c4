import { logWarning } from "../src/platform/log.ts";

/**
 * One step of an object's storage. Released steps are never edited, renamed, moved or removed: a new one is added. It
 * keeps what the version before it reads and writes: a new column has a default, and no table or column goes away in
 * the step that makes it unused.
 */
export interface StorageMigration {
  name: string;
  /** One or more SQL statements. */
  sql: string;
}

/**
 * Whether this object has ever stored anything through migrations. Writes nothing, so an object that was only ever
 * read stays empty.
 */
export function isStorageMigrated(storage: DurableObjectStorage): boolean {
  return (
    storage.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'storage_migrations'").toArray()
      .length > 0
  );
}

/**
 * Brings the storage up to the last of `migrations`, each in a transaction with the record that it was applied.
 * Applies nothing twice. Throws, and changes nothing, when what was applied is not how the list begins: an edited or
 * reordered step. Storage that newer code has brought further is used as it is, because each step keeps what the
 * version before it needs.
 */
export function applyStorageMigrations(storage: DurableObjectStorage, migrations: readonly StorageMigration[]): void {
  const applied = isStorageMigrated(storage)
    ? storage.sql
        .exec<{ name: string; statements: string }>("SELECT name, statements FROM storage_migrations ORDER BY position")
        .toArray()
    : [];
  for (const [index, { name, statements }] of applied.entries()) {
    const known = migrations[index];
    if (known === undefined) {
      logWarning("storage_of_newer_code", { step: name });
      continue;
    }
    if (known.name !== name) throw new Error(`storage migration ${index} was "${name}" and is now "${known.name}"`);
    if (known.sql !== statements) throw new Error(`storage migration "${name}" was edited after it was applied`);
  }
  const due = migrations.slice(applied.length);
  if (due.length === 0) return;
  storage.transactionSync(() => {
    storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS storage_migrations (position INTEGER PRIMARY KEY, name TEXT NOT NULL, statements TEXT NOT NULL)",
    );
    for (const [offset, { name, sql }] of due.entries()) {
      storage.sql.exec(sql);
      storage.sql.exec(
        "INSERT INTO storage_migrations (position, name, statements) VALUES (?, ?, ?)",
        applied.length + offset,
        name,
        sql,
      );
    }
  });
}
