import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";

/** After a kill the first reader recovers a file, and others wait for it. */
const LOCK_WAIT_MS = 5_000;
/** The file of one object or database. */
export const OBJECT_FILE = /^[0-9a-f]{64}\.sqlite$/;
export const API_WORKER = "holdfast";
export const SIMULATORS_WORKER = "holdfast-simulators";

/** One row as SQLite gives it. */
export type Row = Record<string, SQLOutputValue>;

/** Reads one file and nothing else: what is broken in it shows as an error that names the file. */
export class RawFile {
  readonly #path: string;
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#path = path;
    this.#database = new DatabaseSync(path, { readOnly: true, timeout: LOCK_WAIT_MS });
  }

  static read<Value>(path: string, read: (file: RawFile) => Value): Value {
    const file = new RawFile(path);
    try {
      return read(file);
    } catch (error) {
      throw new Error(`${path} can't be read`, { cause: error });
    } finally {
      file.#database.close();
    }
  }

  has(table: string): boolean {
    return this.rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", table).length > 0;
  }

  rows(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#database.prepare(sql).all(...values);
  }

  /** SQLite's own word on whether the file is whole. */
  checkIntegrity(): void {
    const [answer] = this.rows("PRAGMA quick_check(1)");
    if (text(answer, "quick_check") !== "ok") throw new Error(`${this.#path}: ${text(answer, "quick_check")}`);
  }
}

export function text(row: Row | undefined, column: string): string {
  const value = row?.[column];
  if (typeof value !== "string") throw new TypeError(`${column} is not a text: ${String(value)}`);
  return value;
}

export function maybeText(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

export function number(row: Row | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value !== "number") throw new TypeError(`${column} is not a number: ${String(value)}`);
  return value;
}

export function maybeNumber(row: Row, column: string): number | null {
  return row[column] === null ? null : number(row, column);
}

export function json<Value>(row: Row, column: string): Value {
  return JSON.parse(text(row, column)) as Value;
}

/** The files of one class of objects; none where no object of it was ever made. */
export function filesOf(stateDir: string, worker: string, className: string): string[] {
  const folder = join(stateDir, "v3/do", `${worker}-${className}`);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => OBJECT_FILE.test(name))
    .sort()
    .map((name) => join(folder, name));
}
