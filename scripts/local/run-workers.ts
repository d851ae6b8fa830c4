import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import {
  convertV4MiniflareOptions,
  type Json,
  Miniflare,
  type V4WorkerOptions,
  type V4WorkerOptionsShape,
} from "miniflare";
import type { BuiltWorker } from "./build-workers.ts";

export const HOST = "127.0.0.1";
const READY_WITHIN_MS = 60_000;
const POLL_MS = 25;
const LOG_LINES_KEPT = 200;
/** Under its default entrypoint a Worker with assets is reached through a proxy, under any other directly. */
const DIRECT_ENTRYPOINT = "direct";
const DIRECT_MODULE = `import worker from "./index.js";
export * from "./index.js";
export default worker;
export const ${DIRECT_ENTRYPOINT} = worker;
`;

export interface WorkerSettings {
  /** Over what its configuration declares. */
  vars?: Readonly<Record<string, string>>;
  /** Port of a socket that leads straight into the Worker. */
  directPort?: number;
  /** A module around `./index.js` that stands in front of it and exports all that it does, and `direct`. */
  entryModule?: string;
  more?: Partial<V4WorkerOptionsShape>;
}

/** What the runtime is told of one built Worker. */
export async function workerFrom(built: BuiltWorker, settings: WorkerSettings = {}): Promise<V4WorkerOptions> {
  const { vars = {}, directPort, entryModule = DIRECT_MODULE, more = {} } = settings;
  const script = await readFile(join(built.folder, "index.js"), "utf8");
  const bindings: Record<string, Json> = { ...built.options.bindings, ...vars };
  return {
    ...built.options,
    name: built.name,
    modulesRoot: built.folder,
    modules: [
      { type: "ESModule", path: join(built.folder, "direct.js"), contents: entryModule },
      { type: "ESModule", path: join(built.folder, "index.js"), contents: script },
    ],
    bindings,
    // A local system talks to its own Workers; whatever else it calls is a mistake that should show.
    outboundService: refuseOutbound,
    ...(directPort === undefined
      ? {}
      : { unsafeDirectSockets: [{ host: HOST, port: directPort, entrypoint: DIRECT_ENTRYPOINT }] }),
    ...more,
  };
}

function refuseOutbound(request: { url: string }): never {
  throw new Error(`nothing outside this machine is called here: ${new URL(request.url).origin}`);
}

/** A port that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, HOST, () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port is free")),
      );
    });
  });
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
}

async function waitUntilOk(url: string): Promise<void> {
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  while (!(await answersOk(url))) {
    if (Date.now() > giveUpAt) throw new Error(`${url} did not answer 200 within ${READY_WITHIN_MS / 1000} s`);
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
}

export interface RunOptions {
  workers: V4WorkerOptions[];
  /** Where databases, objects and queues keep their state, as `wrangler dev --persist-to` has it. */
  stateDir: string;
  /** Answers 200 once all is up. */
  healthUrl: string;
  /** Port of workerd's inspector, for profiles. */
  inspectorPort?: number;
  /** Gets each line that the Workers or the runtime log; without it the last ones are kept for the error of a failed start. */
  onLog?: (line: string) => void;
}

/** Starts the runtime and resolves once the health check answers 200; what it resolves with ends it. */
export async function runWorkers(options: RunOptions): Promise<() => Promise<void>> {
  const lastLines: string[] = [];
  const onLog =
    options.onLog ??
    ((line: string) => {
      lastLines.push(line);
      if (lastLines.length > LOG_LINES_KEPT) lastLines.shift();
    });
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      workers: options.workers,
      host: HOST,
      port: 0,
      cf: false,
      resourcePersistencePath: join(options.stateDir, "v3"),
      telemetry: { enabled: false },
      logRequests: false,
      ...(options.inspectorPort === undefined ? {} : { inspectorPort: options.inspectorPort, inspectorHost: HOST }),
      handleStructuredLogs: ({ level, message }) => onLog(`${level}: ${message}`),
      handleUncaughtError: (error) => onLog(`uncaught: ${error.stack ?? error.message}`),
    }),
  );
  try {
    await runtime.ready;
    await waitUntilOk(options.healthUrl);
  } catch (error) {
    await runtime.dispose();
    throw new Error(`The Workers did not get ready.\n${lastLines.join("\n")}`, { cause: error });
  }
  return () => runtime.dispose();
}
