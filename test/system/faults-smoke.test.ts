import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runFaults } from "../faults/kill-loop.ts";

const LIMIT_MS = 300_000;

// What a kill has cut off comes back with the end of its lease: longer than a test may take, and due until then.
const SETTLE_WITHIN_MS = 60_000;

// A small part of `npm run test:faults`: enough to notice that a kill loses something at all.
it(
  "a system that is killed under load and while it settles loses nothing and does nothing twice",
  { timeout: LIMIT_MS },
  async () => {
    const stateDir = mkdtempSync(join(tmpdir(), "holdfast-faults-smoke-"));
    const said: string[] = [];
    const report = await runFaults({
      stateDir,
      seed: 20_261_121,
      kills: 3,
      loadMs: 10_000,
      freezeMs: 0,
      settleWithinMs: SETTLE_WITHIN_MS,
      say: (line) => said.push(line),
    });
    const violations = report.findings.flatMap(({ title, violations: found }) =>
      found.map((violation) => `${title}: ${violation}`),
    );
    expect(violations, `${said.join("\n")}\nThe state stays in ${stateDir}`).toEqual([]);
    expect(report.acknowledgedOrders).toBeGreaterThan(0);
    rmSync(stateDir, { recursive: true, force: true });
  },
);
