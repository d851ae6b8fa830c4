import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ensureWeb } from "./local/ensure-web.ts";

/**
 * `npm test`: builds the staff app if its sources have changed, runs every test project one after the
 * other (side by side they would starve a small machine), and ends with one plain line. `npm test -- domain workers`
 * runs those projects alone.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PROJECTS = ["domain", "workers", "system", "browser"] as const;

const reportSchema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

function run(command: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** Runs one project and counts. What vitest fails without a failed test (a file that does not load, a stray error) counts as one. */
async function runProject(project: string, reports: string): Promise<{ passed: number; failed: number }> {
  console.log(`\n── ${project}`);
  const file = join(reports, `${project}.json`);
  const args = [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ];
  const code = await run(process.execPath, args);
  const report = readReport(file);
  if (report === null) return { passed: 0, failed: 1 };
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((one) => one.status === "failed"),
  );
  const failed = report.numFailedTests + broken.length;
  const empty = report.numPassedTests + failed === 0;
  return { passed: report.numPassedTests, failed: failed === 0 && (code !== 0 || empty) ? 1 : failed };
}

function readReport(file: string): z.infer<typeof reportSchema> | null {
  try {
    return reportSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !PROJECTS.some((project) => project === name));
if (unknown.length > 0) {
  console.error(`no such project: ${unknown.join(", ")} (there are ${PROJECTS.join(", ")})`);
  process.exit(2);
}

const reports = mkdtempSync(join(tmpdir(), "holdfast-tests-"));
let passed = 0;
let failed = 0;
try {
  try {
    await ensureWeb(() => console.log("── building the staff app"));
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    failed += 1;
  }
  for (const project of asked.length > 0 ? asked : PROJECTS) {
    const counts = await runProject(project, reports);
    passed += counts.passed;
    failed += counts.failed;
  }
} finally {
  rmSync(reports, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
