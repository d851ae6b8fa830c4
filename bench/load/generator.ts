import { Agent, request } from "node:http";
import { randomUUID } from "node:crypto";
import type { LoadJob, LoadResult } from "./job.ts";

/** Runs as a process of its own, so that making requests does not take time from answering them. */

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

class Load {
  readonly #job: LoadJob;
  readonly #agent: Agent;
  readonly #url: URL;
  readonly #latencies: number[] = [];
  readonly #statuses = new Map<number, number>();
  readonly #ids: string[] = [];
  readonly #run = randomUUID();
  #sent = 0;
  #odd: string | null = null;

  constructor(job: LoadJob) {
    this.#job = job;
    this.#url = new URL(job.origin);
    this.#agent = new Agent({ keepAlive: true, maxSockets: job.clients, maxFreeSockets: job.clients, noDelay: true });
  }

  async run(): Promise<LoadResult> {
    const cpu = process.cpuUsage();
    const began = performance.now();
    await (this.#job.rate === undefined ? this.#closed(began) : this.#open(began, this.#job.rate));
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    this.#agent.destroy();
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    return {
      requests: sorted.length,
      seconds,
      perSecond: sorted.length / seconds,
      statuses: Object.fromEntries(this.#statuses),
      p50: percentile(sorted, 0.5),
      p95: percentile(sorted, 0.95),
      p99: percentile(sorted, 0.99),
      ids: this.#ids,
      generatorLoad: (user + system) / 1e6 / seconds,
      odd: this.#odd,
    };
  }

  #isOver(began: number): boolean {
    const { until } = this.#job;
    return "ms" in until ? performance.now() - began >= until.ms : this.#sent >= until.requests;
  }

  async #closed(began: number): Promise<void> {
    const client = async () => {
      while (!this.#isOver(began)) await this.#send(performance.now());
    };
    await Promise.all(Array.from({ length: this.#job.clients }, client));
  }

  async #open(began: number, rate: number): Promise<void> {
    const inFlight = new Set<Promise<void>>();
    while (!this.#isOver(began)) {
      const due = began + (this.#sent / rate) * 1000;
      const wait = due - performance.now();
      if (wait > 1) await new Promise((wake) => setTimeout(wake, Math.floor(wait)));
      else if (wait > 0) await new Promise((wake) => setImmediate(wake));
      else {
        const sending = this.#send(due).finally(() => inFlight.delete(sending));
        inFlight.add(sending);
      }
    }
    await Promise.all(inFlight);
  }

  #send(began: number): Promise<void> {
    const { method, paths, bodies, keyed, token } = this.#job;
    const n = this.#sent;
    this.#sent += 1;
    const body = bodies?.[n % bodies.length];
    const headers: Record<string, string | number> = { Authorization: `Bearer ${token}` };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      headers["Content-Length"] = Buffer.byteLength(body);
    }
    if (keyed === true) headers["Idempotency-Key"] = `${this.#run}-${n}`;
    return new Promise((resolve, reject) => {
      const sending = request(
        {
          agent: this.#agent,
          host: this.#url.hostname,
          port: this.#url.port,
          method,
          path: paths[n % paths.length],
          headers,
        },
        (answer) => {
          const status = answer.statusCode ?? 0;
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.once("error", reject);
          answer.once("end", () => {
            this.#latencies.push(performance.now() - began);
            this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
            if (status === 201 && this.#job.collectIds === true) this.#collectId(Buffer.concat(chunks).toString());
            else if (status >= 300 && status !== 409)
              this.#odd ??= `${status} ${Buffer.concat(chunks).toString().slice(0, 400)}`;
            resolve();
          });
        },
      );
      sending.once("error", reject);
      sending.end(body);
    });
  }

  #collectId(text: string): void {
    const id = /"orderId":"([^"]+)"/.exec(text)?.[1];
    if (id !== undefined) this.#ids.push(id);
  }
}

process.on("message", (job: LoadJob) => {
  new Load(job).run().then(
    (result) => process.send?.({ result }),
    (error: unknown) =>
      process.send?.({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
