import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { holdLock } from "../../scripts/local/hold-lock.ts";
import { startLocalServer } from "../../scripts/local-server.ts";
import { prepareState } from "../../scripts/prepare-state.ts";

const TEMPLATES = fileURLToPath(new URL("../../dist/states/", import.meta.url));

export interface SystemOptions {
  /** Variables of the API Worker; those that the simulators declare are theirs as well. */
  vars?: Readonly<Record<string, string>>;
  /** Without them nobody answers for payment, mail and carriers. */
  simulators?: boolean;
  /** Without the seed the databases are migrated and empty, keys included. */
  seed?: boolean;
}

/** The real Workers over a state of their own. */
export interface System {
  url: string;
  /** Where the databases and objects lie, as `wrangler dev --persist-to` has it. */
  stateDir: string;
  /** What the Workers have logged so far, a line each. */
  log: readonly string[];
  /** Ends the Workers and removes their state. */
  stop(): Promise<void>;
}

/** A prepared state in a fresh folder; preparing is done once and copied, because it takes seconds. */
async function copyPreparedState(seed: boolean): Promise<string> {
  const template = join(TEMPLATES, seed ? "seeded" : "empty");
  const stateDir = await mkdtemp(join(tmpdir(), "holdfast-"));
  await holdLock(`${template}.lock`, async () => {
    await prepareState({ stateDir: template, seed });
    await cp(template, stateDir, { recursive: true });
  });
  return stateDir;
}

/**
 * Runs the API Worker and the simulators as they are built, over a state of their own, and resolves once they are
 * healthy. Takes a few seconds, so that a test file starts one and its tests make their own SKUs and customers in it.
 */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const { vars = {}, simulators = true, seed = true } = options;
  const stateDir = await copyPreparedState(seed);
  const log: string[] = [];
  try {
    const server = await startLocalServer({ stateDir, port: 0, vars, simulators, onLog: (line) => log.push(line) });
    return {
      url: server.url,
      stateDir,
      log,
      async stop() {
        await server.stop();
        await rm(stateDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(stateDir, { recursive: true, force: true });
    throw new Error(`The system did not start.\n${log.join("\n")}`, { cause: error });
  }
}
