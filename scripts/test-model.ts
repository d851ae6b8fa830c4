import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/**
 * `npm run test:model -- --runs N --seed S`: tries the models of an order and of a level with N random sequences of commands and outside
 * events. A sequence of an order that fails is shrunk, printed with its seed, and kept in `test/domain/failures/` to be tried first
 * from then on.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({ options: { runs: { type: "string", default: "100000" }, seed: { type: "string" } } });
const runs = Number(values.runs);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isSafeInteger(runs) || runs < 1)
  throw new RangeError(`--runs ${values.runs}: must be a whole number from 1`);
if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed ${values.seed}: must be a whole number`);

console.log(`${runs} sequences, seed ${seed}`);
const { status } = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "--project", "domain", "order-model", "inventory-level-model"],
  {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, MODEL_RUNS: String(runs), MODEL_SEED: String(seed), MODEL_KEEP: "1" },
  },
);
process.exitCode = status ?? 1;
