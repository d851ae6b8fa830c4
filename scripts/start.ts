import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureWeb } from "./local/ensure-web.ts";
import { prepareState } from "./prepare-state.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const STATE = resolve(ROOT, process.env.HOLDFAST_STATE ?? ".wrangler/state");
const DEFAULT_PORT = 8787;
const PORT = portOf(process.env.PORT ?? String(DEFAULT_PORT));
const ORIGIN = `http://localhost:${PORT}`;
const READY_WITHIN_MS = 180_000;
const POLL_MS = 150;
const STOP_WITHIN_MS = 10_000;
const VARIABLE_PREFIX = "HOLDFAST_VAR_";

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    fail(`PORT must be a whole number from 1 to 65535, not "${text}".`);
  return port;
}

/** What the Workers' variables are to be, by name. */
function variables(): Map<string, string> {
  const given = new Map([["PUBLIC_URL", ORIGIN]]);
  for (const [name, value] of Object.entries(process.env)) {
    if (name.startsWith(VARIABLE_PREFIX) && value !== undefined) given.set(name.slice(VARIABLE_PREFIX.length), value);
  }
  return given;
}

/**
 * The simulators' configuration with these variables. `--var` reaches only the first Worker, so that what differs
 * goes into a copy; only variables that the simulators declare are set.
 */
async function simulatorsConfig(given: ReadonlyMap<string, string>): Promise<string> {
  const config = join(ROOT, "wrangler.simulators.toml");
  if (PORT === DEFAULT_PORT && given.size === 1) return config;
  const { experimental_readRawConfig } = await import("wrangler");
  const { rawConfig }: { rawConfig: { main?: string; vars?: Record<string, unknown> } } = experimental_readRawConfig({
    config,
  });
  const vars = Object.fromEntries(
    Object.entries(rawConfig.vars ?? {}).map(([name, value]) => [name, given.get(name) ?? value]),
  );
  const copy = join(STATE, "wrangler.simulators.json");
  writeFileSync(copy, JSON.stringify({ ...rawConfig, main: resolve(ROOT, rawConfig.main ?? ""), vars }));
  return copy;
}

function startWorkers(simulators: string, given: ReadonlyMap<string, string>): ChildProcess {
  return spawn(
    process.execPath,
    [
      join(ROOT, "node_modules/wrangler/bin/wrangler.js"),
      "dev",
      "-c",
      join(ROOT, "wrangler.toml"),
      "-c",
      simulators,
      "--local",
      "--port",
      String(PORT),
      // Any free port: a fixed one would let only one system run on a machine.
      "--inspector-port",
      "0",
      "--persist-to",
      STATE,
      "--log-level",
      "error",
      "--show-interactive-dev-session=false",
      ...[...given].flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ],
    {
      cwd: ROOT,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        // Nothing leaves this machine: no metrics, no update check, no reports, no look-up of where we are.
        WRANGLER_SEND_METRICS: "false",
        WRANGLER_SEND_ERROR_REPORTS: "false",
        WRANGLER_HIDE_BANNER: "true",
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        // Its own registry and log, so that two systems on one machine do not find each other's Workers.
        WRANGLER_REGISTRY_PATH: join(STATE, "registry"),
        WRANGLER_LOG_PATH: join(STATE, "logs"),
      },
    },
  );
}

async function isHealthy(): Promise<boolean> {
  try {
    const answer = await fetch(`${ORIGIN}/api/v1/health`, { signal: AbortSignal.timeout(5_000) });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
}

async function waitUntilHealthy(): Promise<boolean> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (await isHealthy()) return true;
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
  return false;
}

function welcome(): string {
  const order = JSON.stringify({ productId: "85123A", quantity: 2, customerLocation: "Berlin" });
  return `Ready on ${ORIGIN}

Three things to try:

1. Place an order; the nearest warehouse that has the stock holds it.
   curl -X POST ${ORIGIN}/api/v1/orders \\
     -H 'Authorization: Bearer hf_test_storefront' -H 'Content-Type: application/json' \\
     -d '${order}'

2. Watch it move: ${ORIGIN}/ops
   Sign in as ops@holdfast.example with the password holdfast.

3. See what the outside world made of it: ${ORIGIN}/simulators/
   The books of the payment provider, the carrier, the text messages, and the mailbox.
`;
}

if (Number(process.versions.node.split(".")[0]) < 22) {
  fail(
    `Holdfast needs Node 22, and this is ${process.versions.node}. \`npm install\` brings one: start it with \`npm start\`.`,
  );
}
// Somebody else's system would answer the health check in place of ours.
if (await isHealthy()) fail(`Something is running on port ${PORT} already. PORT=8788 npm start takes another port.`);

mkdirSync(STATE, { recursive: true });
await prepareState({ stateDir: STATE });
await ensureWeb(() => process.stdout.write("Building the web app …\n")).catch((error: unknown) =>
  fail(error instanceof Error ? error.message : String(error)),
);

let stopping = false;
const given = variables();
const workers = startWorkers(await simulatorsConfig(given), given);
workers.once("exit", (code, signal) => {
  if (stopping) process.exit(0);
  fail(`The Workers stopped by themselves (${signal ?? `exit code ${code}`}).`);
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    workers.kill("SIGTERM");
    setTimeout(() => workers.kill("SIGKILL"), STOP_WITHIN_MS).unref();
  });
}

if (await waitUntilHealthy()) {
  process.stdout.write(welcome());
} else if (!stopping) {
  stopping = true;
  workers.kill("SIGTERM");
  fail(`${ORIGIN}/api/v1/health did not answer within ${READY_WITHIN_MS / 1000} s.`);
}
