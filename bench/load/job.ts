/** What the load generator is asked to do: requests against one origin, for a while or so many of them. */
export interface LoadJob {
  origin: string;
  method: "GET" | "POST";
  /** Taken in turn; a body in turn with them. */
  paths: readonly string[];
  bodies?: readonly string[];
  /** Each request gets an Idempotency-Key of its own. */
  keyed?: boolean;
  token: string;
  clients: number;
  /** Requests a second that begin whether or not others have ended; without it each client sends one after the other. */
  rate?: number;
  /** Ends by time, or after so many requests. */
  until: { ms: number } | { requests: number };
  /** Whether the ids of placed orders are wanted. */
  collectIds?: boolean;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  perSecond: number;
  statuses: Record<string, number>;
  /** Milliseconds; under a rate they count from the moment the request was due. */
  p50: number;
  p95: number;
  p99: number;
  ids: string[];
  /** Share of one core that the generator itself used: near 1 it was the bottleneck. */
  generatorLoad: number;
  /** The first answer that was neither 2xx nor 409, for the message when a run is void. */
  odd: string | null;
}
