import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Finding } from "../test/faults/invariants/finding.ts";
import { type RunReport, runFaults } from "../test/faults/kill-loop.ts";

const USAGE = `npm run test:faults -- [--kills N] [--seed S] [--minutes M] [--answers]

Runs the Workers as a process group under load, kills it N times (20), restarts it on the same state, and checks the
invariants on the raw files. The load lasts M minutes (2.5) in all. A seed repeats what the run asks for and when it
kills, though not how the machine schedules it. --answers shows how often which answer was given.
`;
const SHOWN_VIOLATIONS = 20;
const FREEZE_MS = 20_000;
const SETTLE_WITHIN_MS = 240_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function count(text: string | undefined, otherwise: number, least: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isFinite(value) || value < least) throw new RangeError(`"${text}" is not a number of at least ${least}`);
  return value;
}

function table(report: RunReport): string[] {
  const rows = report.findings.map(({ invariant, title, checked, violations }) => [
    invariant,
    title,
    String(checked),
    String(violations.length),
  ]);
  const header = ["", "invariant", "checked", "violations"];
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  return [line(header), ...rows.map(line)];
}

function sayViolations({ invariant, title, violations }: Finding): void {
  if (violations.length === 0) return;
  say(`\nInvariant ${invariant}, ${title}: ${violations.length} violations`);
  for (const violation of violations.slice(0, SHOWN_VIOLATIONS)) say(`  ${violation}`);
  if (violations.length > SHOWN_VIOLATIONS) say(`  … and ${violations.length - SHOWN_VIOLATIONS} more`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kills: { type: "string" },
      seed: { type: "string" },
      minutes: { type: "string" },
      answers: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    say(USAGE);
    return;
  }
  const kills = Math.floor(count(values.kills, 20, 1));
  const seed = Math.floor(count(values.seed, Date.now() % 1_000_000, 0));
  const minutes = count(values.minutes, 2.5, 0);
  const stateDir = mkdtempSync(join(tmpdir(), "holdfast-faults-"));
  say(`seed ${seed}, ${kills} kills, state in ${stateDir}`);
  const startedAt = Date.now();
  let report: RunReport;
  try {
    report = await runFaults({
      stateDir,
      seed,
      kills,
      loadMs: minutes * 60_000,
      freezeMs: kills >= 4 ? FREEZE_MS : 0,
      settleWithinMs: SETTLE_WITHIN_MS,
      say,
    });
  } catch (error) {
    say(`The run broke; its state stays in ${stateDir}`);
    throw error;
  }
  const failed = report.findings.filter(({ violations }) => violations.length > 0);
  for (const finding of failed) sayViolations(finding);
  if (values.answers)
    for (const [answer, times] of [...report.answers].sort(([a], [b]) => a.localeCompare(b)))
      say(`${String(times).padStart(6)}  ${answer}`);
  say(
    `\nseed ${seed}: ${report.kills} kills, ${report.acknowledgedOrders} orders and ${report.acknowledgements} answers acknowledged, settled in ${Math.round(report.settledInMs / 1_000)} s, ${Math.round((Date.now() - startedAt) / 1_000)} s in all\n`,
  );
  for (const line of table(report)) say(line);
  if (failed.length === 0) rmSync(stateDir, { recursive: true, force: true });
  else say(`\nThe state of this run stays in ${stateDir}`);
  say(`\n${report.findings.length - failed.length} passed, ${failed.length} failed`);
  if (failed.length > 0) process.exitCode = 1;
}

await main();
