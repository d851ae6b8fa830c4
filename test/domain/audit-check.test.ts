import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CHAIN_START, hashOf } from "../../src/services/audit-chain.ts";

let stateDir: string;
let database: DatabaseSync;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "holdfast-audit-"));
  const folder = join(stateDir, "v3/d1/miniflare-D1DatabaseObject");
  mkdirSync(folder, { recursive: true });
  database = new DatabaseSync(join(folder, "ops.sqlite"));
  for (const file of readdirSync("migrations/ops")
    .filter((name) => name.endsWith(".sql"))
    .toSorted())
    database.exec(readFileSync(join("migrations/ops", file), "utf8"));
  let hash = CHAIN_START;
  for (let sequence = 1; sequence <= 5; sequence += 1) {
    const entry = {
      sequence,
      at: 1_000 + sequence,
      actor: { id: "usr_1" },
      action: "product.replaced",
      subject: `product:${sequence}`,
      before: null,
      after: { price: sequence },
      origin: { requestId: "r" },
    };
    hash = hashOf(hash, entry);
    database
      .prepare("INSERT INTO audit_entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .run(
        sequence,
        entry.at,
        JSON.stringify(entry.actor),
        entry.action,
        entry.subject,
        null,
        JSON.stringify(entry.after),
        JSON.stringify(entry.origin),
      );
    database.prepare("INSERT INTO audit_seals VALUES (?, ?)").run(sequence, hash);
  }
});
afterEach(() => {
  database.close();
  rmSync(stateDir, { recursive: true });
});

/** What somebody with the database file in their hands could do. */
function tamper(sql: string): void {
  for (const trigger of ["audit_entries_stay", "audit_entries_kept", "audit_seals_stay", "audit_seals_kept"])
    database.exec(`DROP TRIGGER IF EXISTS ${trigger}`);
  database.exec(sql);
}

function check(...more: string[]): { status: number | null; stdout: string } {
  const { status, stdout } = spawnSync(process.execPath, ["scripts/audit-check.ts", "--state", stateDir, ...more], {
    encoding: "utf8",
  });
  return { status, stdout };
}

describe("audit:check", () => {
  it("says that the trail holds, and the head to note", () => {
    const { status, stdout } = check();
    expect(stdout).toContain("holds: 5 entries");
    expect(status).toBe(0);
    const head = /5:[0-9a-f]{64}/.exec(stdout)?.[0] ?? "";
    expect(check("--anchor", head).status).toBe(0);
    tamper("DELETE FROM audit_entries WHERE sequence = 5; DELETE FROM audit_seals WHERE sequence = 5;");
    expect(check().status, "a shorter chain is a chain").toBe(0);
    expect(check("--anchor", head)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("breaks at entry 5") as string,
    });
  });

  it.each([
    ["UPDATE audit_entries SET after = '{\"price\":99}' WHERE sequence = 3", 3],
    ["UPDATE audit_entries SET actor = 'nobody' WHERE sequence = 2", 2],
    ["DELETE FROM audit_entries WHERE sequence = 4", 4],
    ["UPDATE audit_seals SET hash = 'x' WHERE sequence = 1", 1],
    ["DELETE FROM audit_seals WHERE sequence = 3", 3],
  ])("says where it breaks after %s", (sql, sequence) => {
    tamper(sql);
    expect(check()).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(`breaks at entry ${sequence}:`) as string,
    });
  });
});
