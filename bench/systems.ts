import { accessSync, constants } from "node:fs";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { buildWorker } from "../scripts/local/build-workers.ts";
import { freePort, HOST, runWorkers, workerFrom } from "../scripts/local/run-workers.ts";
import { type LocalServerOptions, startLocalServer } from "../scripts/local-server.ts";
import { prepareState } from "../scripts/prepare-state.ts";
import { benchStatements } from "./company.ts";
import { runtimePids } from "./runtime-cpu.ts";

/** Queues whose consumers compete with orders for the machine. */
export const CONSUMED_QUEUES: readonly string[] = [
  "holdfast-effects",
  "holdfast-notifications",
  "holdfast-stock",
  "holdfast-webhooks",
];

/** Where state lies: a laptop's fsync is not the platform's storage, so memory is the rule. */
export type Medium = "memory" | "disk";

/** Something that is running over a state of its own. */
export interface Measured {
  url: string;
  stateDir: string;
  /** The runtime's process, where the machine tells it. */
  pid: number | null;
  /** Ends it and keeps its state, for a look at the raw rows. */
  stop(): Promise<void>;
  /** Ends it if need be, and removes its state. */
  remove(): Promise<void>;
}

function folderOn(medium: Medium): string {
  if (medium === "disk") return tmpdir();
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}

function measured(url: string, stateDir: string, before: readonly number[], end: () => Promise<void>): Measured {
  let ended: Promise<void> | null = null;
  const stop = () => (ended ??= end());
  return {
    url,
    stateDir,
    pid: runtimePids().find((pid) => !before.includes(pid)) ?? null,
    stop,
    async remove() {
      await stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

/** The databases under a state folder that hold this table. */
export async function databasesWith(stateDir: string, kind: "d1" | "do", table: string): Promise<string[]> {
  const folder = join(stateDir, "v3", kind);
  const files = (await readdir(folder, { recursive: true }))
    .filter((file) => file.endsWith(".sqlite"))
    .map((file) => join(folder, file));
  return files.filter((file) => {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      return database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table) !== undefined;
    } finally {
      database.close();
    }
  });
}

/** Makes the measured systems: each starts from the same prepared state. */
export class Systems {
  readonly #template: string;

  private constructor(template: string) {
    this.#template = template;
  }

  static async prepare(): Promise<Systems> {
    const template = await mkdtemp(join(folderOn("memory"), "holdfast-bench-template-"));
    await prepareState({ stateDir: template, seed: false });
    const [ops] = await databasesWith(template, "d1", "products");
    if (ops === undefined) throw new Error("the prepared state has no catalogue");
    const database = new DatabaseSync(ops);
    for (const statement of benchStatements()) database.exec(statement);
    database.close();
    return new Systems(template);
  }

  async startHoldfast(medium: Medium, options: Omit<LocalServerOptions, "stateDir" | "port"> = {}): Promise<Measured> {
    const stateDir = await mkdtemp(join(folderOn(medium), "holdfast-bench-"));
    await cp(this.#template, stateDir, { recursive: true });
    const before = runtimePids();
    // The load has one buyer, who pays for nothing while it is measured.
    const vars = { MOST_UNPAID_UNITS: "999999", ...options.vars };
    const server = await startLocalServer({ stateDir, port: 0, ...options, vars });
    return measured(server.url, stateDir, before, () => server.stop());
  }

  async startFloor(medium: Medium): Promise<Measured> {
    const stateDir = await mkdtemp(join(folderOn(medium), "holdfast-floor-"));
    const port = await freePort();
    const url = `http://${HOST}:${port}`;
    const built = await buildWorker("bench/floor/wrangler.toml", ["bench/floor"]);
    const worker = await workerFrom(built, { directPort: port });
    const before = runtimePids();
    const end = await runWorkers({ workers: [worker], stateDir, healthUrl: `${url}/api/v1/health` });
    return measured(url, stateDir, before, end);
  }

  async remove(): Promise<void> {
    await rm(this.#template, { recursive: true, force: true });
  }
}
