import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type BuiltWorker, buildWorker } from "./local/build-workers.ts";
import { freePort, HOST, runWorkers, workerFrom } from "./local/run-workers.ts";
import { prepareState } from "./prepare-state.ts";

const API = "wrangler.toml";
const SIMULATORS = "wrangler.simulators.toml";

export interface LocalServerOptions {
  /** Where databases, objects and queues keep their state; prepared beforehand, the same as `wrangler dev --persist-to`. */
  stateDir: string;
  /** 0 takes any free port. */
  port: number;
  /** Variables of the API Worker; those that the simulators declare are theirs as well. */
  vars?: Readonly<Record<string, string>>;
  /** Without them nobody answers for payment, mail and carriers. */
  simulators?: boolean;
  /** Queues whose messages are taken and dropped, as if their consumers stood still. */
  stalledQueues?: readonly string[];
  /** A module around the API Worker's `./index.js` that exports all that it does, and `direct`. */
  entryModule?: string;
  /** Port of workerd's inspector, for profiles. */
  inspectorPort?: number;
  /** Gets each line that the Workers or the runtime log; without it the last ones are kept for the error of a failed start. */
  onLog?: (line: string) => void;
}

export interface LocalServer {
  url: string;
  /** Ends the runtime; what was acknowledged is on disk already. */
  stop(): Promise<void>;
}

function declaredOnly(built: BuiltWorker, vars: Readonly<Record<string, string>>): Record<string, string> {
  const declared = built.options.bindings ?? {};
  return Object.fromEntries(Object.entries(vars).filter(([name]) => name in declared));
}

/**
 * Runs the built Workers from their real configurations on the given state and resolves once the health check
 * answers 200. They are reached through a direct socket: the development proxies in front of a Worker cost several
 * times what the Worker does. Rejects, with the last lines logged, when they do not get healthy within a minute.
 */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const { stateDir, simulators = true, entryModule, inspectorPort, onLog } = options;
  const port = options.port === 0 ? await freePort() : options.port;
  const url = `http://${HOST}:${port}`;
  const vars = { PUBLIC_URL: url, ...options.vars };
  const stalled = new Set(options.stalledQueues);

  const api = await buildWorker(API);
  const consumers = Object.entries(api.options.queueConsumers ?? {}).filter(([queue]) => !stalled.has(queue));
  const services = Object.entries(api.options.serviceBindings ?? {}).filter(
    ([binding]) => simulators || binding !== "SIMULATORS",
  );
  const workers = [
    await workerFrom(api, {
      vars,
      directPort: port,
      ...(entryModule === undefined ? {} : { entryModule }),
      more: { queueConsumers: Object.fromEntries(consumers), serviceBindings: Object.fromEntries(services) },
    }),
  ];
  if (simulators) {
    const built = await buildWorker(SIMULATORS);
    workers.push(await workerFrom(built, { vars: declaredOnly(built, vars) }));
  }
  const stop = await runWorkers({
    workers,
    stateDir,
    healthUrl: `${url}/api/v1/health`,
    ...(inspectorPort === undefined ? {} : { inspectorPort }),
    ...(onLog === undefined ? {} : { onLog }),
  });
  return { url, stop };
}

const USAGE = `node scripts/local-server.ts --state DIR --port N [--var NAME=VALUE]... [--no-simulators] [--verbose]

Runs the built Workers on the state in DIR, prepared and seeded if it is not yet, and prints "Ready on URL" once
the health check answers. Ends on SIGTERM. After a SIGKILL of the process group the next start takes up DIR.
`;

function variableOf(pair: string): [string, string] {
  const at = pair.indexOf("=");
  if (at < 1) throw new Error(`--var takes NAME=VALUE, not "${pair}"`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: "string" },
      port: { type: "string" },
      var: { type: "string", multiple: true, default: [] },
      "no-simulators": { type: "boolean", default: false },
      "inspector-port": { type: "string" },
      verbose: { type: "boolean", default: false },
    },
  });
  const port = Number(values.port);
  if (values.state === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const stateDir = resolve(values.state);
  await prepareState({ stateDir });
  const server = await startLocalServer({
    stateDir,
    port,
    vars: Object.fromEntries(values.var.map(variableOf)),
    simulators: !values["no-simulators"],
    ...(values["inspector-port"] === undefined ? {} : { inspectorPort: Number(values["inspector-port"]) }),
    ...(values.verbose ? { onLog: (line: string) => process.stderr.write(`${line}\n`) } : {}),
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      void server.stop().finally(() => process.exit(0));
    });
  }
  process.stdout.write(`Ready on ${server.url}\n`);
}

if (import.meta.main) await main();
