import { ADMIN_KEY, STOREFRONT_KEY } from "./company.ts";
import type { Figures } from "./figures/figure.ts";
import type { LoadJob, LoadResult } from "./load/job.ts";
import type { LoadProcess } from "./load/load-process.ts";
import { CLIENTS, type Plan } from "./plan.ts";
import type { Systems } from "./systems.ts";

/** What every measurement is given, and where it leaves what it found. */
export interface BenchRun {
  plan: Plan;
  systems: Systems;
  load: LoadProcess;
  figures: Figures;
  /** What a reader of the table has to know. */
  notes: string[];
  say: (text: string) => void;
}

/** A job that posts these orders, one after the other from each of the clients. */
export function ordersJob(
  origin: string,
  bodies: readonly string[],
  until: LoadJob["until"],
  more: Partial<LoadJob> = {},
): LoadJob {
  return {
    origin,
    method: "POST",
    paths: ["/api/v1/orders"],
    bodies,
    keyed: true,
    token: STOREFRONT_KEY,
    clients: CLIENTS,
    until,
    ...more,
  };
}

/** A job that reads these paths in turn. */
export function readsJob(
  origin: string,
  paths: readonly string[],
  until: LoadJob["until"],
  more: Partial<LoadJob> = {},
): LoadJob {
  return { origin, method: "GET", paths, token: ADMIN_KEY, clients: CLIENTS, until, ...more };
}

/** Runs the job; throws when any answer was not the expected status: a run with errors measures nothing. */
export async function measure(run: BenchRun, job: LoadJob, status: number): Promise<LoadResult> {
  const result = await run.load.run(job);
  const statuses = Object.keys(result.statuses);
  if (statuses.some((each) => Number(each) !== status))
    throw new Error(
      `${job.method} ${job.paths[0]}: expected ${status}, got ${JSON.stringify(result.statuses)}; ${result.odd ?? ""}`,
    );
  return result;
}
