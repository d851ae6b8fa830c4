import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LoadJob, LoadResult } from "./job.ts";

type Reply = { result: LoadResult } | { failure: string };

/** The load generator's process, kept between jobs so that it is warm as well. */
export class LoadProcess {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL("generator.ts", import.meta.url)), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });

  /** Runs one job; rejects when a request could not be made at all. */
  run(job: LoadJob): Promise<LoadResult> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`the load generator ended with ${code}`));
      this.#child.once("exit", onExit);
      this.#child.once("message", (reply: Reply) => {
        this.#child.off("exit", onExit);
        if ("result" in reply) resolve(reply.result);
        else reject(new Error(reply.failure));
      });
      this.#child.send(job);
    });
  }

  stop(): void {
    this.#child.disconnect();
  }
}
