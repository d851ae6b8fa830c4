import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";

/** How many sequences a model is tried with; `npm run test:model` tries more. */
export const MODEL_RUNS = Number(process.env["MODEL_RUNS"] ?? 2_000);

/** The same each time, so that what passes once passes again; `npm run test:model` tries others. */
const SEED = Number(process.env["MODEL_SEED"] ?? 2);
const KEEPS_FAILURES = process.env["MODEL_KEEP"] === "1";

/** Shrunk sequences that once failed, and are tried first ever after. */
function failuresOf(name: string): { file: string; kept: unknown[] } {
  const file = fileURLToPath(new URL(`../domain/failures/${name}.json`, import.meta.url));
  return { file, kept: existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as unknown[]) : [] };
}

/**
 * Tries the property with the sequences that have failed before, then with random ones. What fails is shrunk and thrown
 * with its seed; `npm run test:model` also keeps it. Inputs must survive JSON.
 */
export function checkModel<Input extends [unknown, ...unknown[]]>(name: string, property: fc.IProperty<Input>): void {
  const { file, kept } = failuresOf(name);
  const details = fc.check(property, {
    numRuns: MODEL_RUNS + kept.length,
    examples: kept as Input[],
    seed: SEED,
  });
  if (!details.failed) return;
  if (KEEPS_FAILURES && details.counterexample !== null) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify([...kept, details.counterexample], null, 2)}\n`);
  }
  throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
}
