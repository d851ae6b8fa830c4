import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const LOCAL_SERVER = fileURLToPath(new URL("../../scripts/local-server.ts", import.meta.url));
const READY_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 20_000;
const POLL_MS = 50;
const LOG_SHOWN = 4_000;

/** Where one system keeps its state, listens and logs. */
export interface SystemPlace {
  stateDir: string;
  port: number;
  logFile: string;
}

/** The Workers with everything that runs them, in one process group, so that one signal reaches all of it. */
export class ProcessGroup {
  readonly origin: string;
  readonly #leader: ChildProcess;
  readonly #exited: Promise<void>;

  private constructor(origin: string, leader: ChildProcess) {
    this.origin = origin;
    this.#leader = leader;
    this.#exited = new Promise((resolve) => leader.once("exit", () => resolve()));
  }

  /** Starts the system on its state and resolves once it says that it is ready. Rejects with the end of its log. */
  static async start({ stateDir, port, logFile }: SystemPlace): Promise<ProcessGroup> {
    const log = openSync(logFile, "a");
    const begin = readFileSync(logFile).length;
    const args = [LOCAL_SERVER, "--state", stateDir, "--port", String(port), "--verbose"];
    const leader = spawn(process.execPath, args, { detached: true, stdio: ["ignore", log, log] });
    closeSync(log);
    const origin = `http://127.0.0.1:${port}`;
    const group = new ProcessGroup(origin, leader);
    const giveUpAt = Date.now() + READY_WITHIN_MS;
    for (;;) {
      const said = readFileSync(logFile).subarray(begin).toString();
      if (said.includes(`Ready on ${origin}`)) return group;
      if (leader.exitCode !== null || leader.signalCode !== null || Date.now() > giveUpAt) {
        await group.kill();
        throw new Error(`The system did not start.\n${said.slice(-LOG_SHOWN)}`);
      }
      await pause(POLL_MS);
    }
  }

  /** SIGKILL for every process of the group; resolves when they are gone and the port is free. */
  async kill(): Promise<void> {
    this.#signal("SIGKILL");
    await this.#exited;
    await this.#portIsFree();
  }

  /** The whole group stands still for so long, and then goes on as if nothing had been. */
  async freeze(milliseconds: number): Promise<void> {
    this.#signal("SIGSTOP");
    await pause(milliseconds);
    this.#signal("SIGCONT");
  }

  /** Ends the system in good order; what does not end is killed. */
  async stop(): Promise<void> {
    if (this.#leader.exitCode === null && this.#leader.signalCode === null)
      process.kill(this.#leader.pid ?? 0, "SIGTERM");
    await Promise.race([this.#exited, pause(STOP_WITHIN_MS)]);
    await this.kill();
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#leader;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      // Nobody of the group is left: that is what a kill wants.
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }

  async #portIsFree(): Promise<void> {
    const port = Number(new URL(this.origin).port);
    const giveUpAt = Date.now() + STOP_WITHIN_MS;
    while (!(await canListen(port))) {
      if (Date.now() > giveUpAt) throw new Error(`port ${port} is still taken after the group was killed`);
      await pause(POLL_MS);
    }
  }
}

/** A port that is free at the moment. */
export function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port is free")),
      );
    });
  });
}

function canListen(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** Waits. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, milliseconds));
}
