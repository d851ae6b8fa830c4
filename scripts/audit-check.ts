import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath, URL } from "node:url";
import { parseArgs } from "node:util";
import type { AuditAnswer } from "../src/contracts/audit.ts";
import { type ChainedEntry, checkChain } from "../src/services/audit-chain.ts";

const USAGE = `npm run audit:check                            walks the audit trail of the local state (HOLDFAST_STATE, else .wrangler/state)
npm run audit:check -- --state DIR             of that state
npm run audit:check -- --url URL               of a running system, with an administrator's key in HOLDFAST_KEY
npm run audit:check -- --anchor SEQUENCE:HASH  and whether it still has the head that an earlier walk has told

Exits with 0 when the chain holds, with 1 and the first entry where it breaks when it does not.
`;

type Entry = ChainedEntry & { hash: string | null };

const DATABASES = "v3/d1/miniflare-D1DatabaseObject";

/** The entries in the database of this state folder that has an audit trail, oldest first. */
function entriesOfState(stateDir: string): Entry[] {
  const folder = join(stateDir, DATABASES);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".sqlite"))) {
    const database = new DatabaseSync(join(folder, file), { readOnly: true });
    try {
      if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'audit_seals'").all().length === 0) continue;
      const rows = database
        .prepare(
          `SELECT entries.*, seals.hash AS hash FROM audit_entries AS entries
           LEFT JOIN audit_seals AS seals ON seals.sequence = entries.sequence ORDER BY entries.sequence`,
        )
        .all();
      return rows.map((row) => ({
        sequence: Number(row["sequence"]),
        at: Number(row["at"]),
        actor: valueOf(row["actor"]),
        action: String(row["action"]),
        subject: String(row["subject"]),
        before: valueOf(row["before"]),
        after: valueOf(row["after"]),
        origin: valueOf(row["origin"]),
        hash: row["hash"] === null ? null : String(row["hash"]),
      }));
    } finally {
      database.close();
    }
  }
  throw new Error(`${folder} has no database with an audit trail`);
}

/** The value of a JSON column. What is no JSON was not written by Holdfast, and its hash will not fit. */
function valueOf(text: unknown): unknown {
  if (typeof text !== "string") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { unreadable: text };
  }
}

/** The entries that a running system tells of, oldest first. */
async function entriesOfSystem(url: string, key: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await fetch(`${url}/api/v1/audit?limit=100${query}`, {
      headers: { Authorization: `Bearer ${key}` },
    });
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
    const page = (await answer.json()) as { data: AuditAnswer[]; nextCursor: string | null };
    entries.push(...page.data.map((entry) => ({ ...entry, at: Date.parse(entry.at) })));
    cursor = page.nextCursor;
  }
  return entries.toReversed();
}

function anchorOf(text: string | undefined): { sequence: number; hash: string } | null {
  if (text === undefined) return null;
  const found = /^(\d{1,12}):([0-9a-f]{64})$/.exec(text);
  if (found === null) throw new Error("--anchor must be SEQUENCE:HASH, as an earlier walk has told it");
  return { sequence: Number(found[1]), hash: found[2] ?? "" };
}

const { values } = parseArgs({
  options: {
    state: { type: "string" },
    url: { type: "string" },
    anchor: { type: "string" },
    help: { type: "boolean" },
  },
});
if (values.help === true) process.stdout.write(USAGE);
else {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const entries =
    values.url === undefined
      ? entriesOfState(resolve(root, values.state ?? process.env.HOLDFAST_STATE ?? ".wrangler/state"))
      : await entriesOfSystem(values.url, process.env.HOLDFAST_KEY ?? "");
  const found = checkChain(entries, anchorOf(values.anchor));
  if (found.ok) {
    const waiting = found.unsealed === 0 ? "" : `, ${found.unsealed} of them not sealed yet`;
    process.stdout.write(`The audit trail holds: ${found.entries} entries${waiting}.\n`);
    process.stdout.write(
      `Head ${found.head.sequence}:${found.head.hash}. Keep it elsewhere: with --anchor it proves that nothing was cut off.\n`,
    );
  } else {
    process.stdout.write(`The audit trail breaks at entry ${found.sequence}: ${found.problem}.\n`);
    process.exitCode = 1;
  }
}
