/**
 * What Cloudflare allows on the paid plan, as data. The local runtime does not enforce most of it, so the workers'
 * tests count against this file and fail where an invocation passes a limit. Sizes are in bytes; the platform's KB is
 * 1,000 bytes and its MiB is 1,048,576. Checked in November 2026.
 */
export const LIMITS = {
  /**
   * One HTTP request, one batch of a queue consumer or one alarm.
   * https://developers.cloudflare.com/workers/platform/limits/
   */
  invocation: {
    /**
     * Calls to anything outside the isolate: fetches, D1, queues and Durable Objects. The platform's own default is
     * 10,000 now and was 1,000 before; what stays below 1,000 runs under either, and in reasonable time.
     */
    subrequests: 1_000,
    /** Requests that wait for their first byte at one time. A seventh is queued behind them; it does not fail. */
    openConnections: 6,
    /** https://developers.cloudflare.com/d1/platform/limits/ — every statement of a batch counts. */
    d1Queries: 1_000,
    /** Default CPU time of a request; it can be configured up to five minutes. */
    cpuMs: 30_000,
  },
  /** https://developers.cloudflare.com/queues/platform/limits/ */
  queue: {
    /** A message includes up to some 100 bytes of metadata beside its body. */
    messageBytes: 128_000,
    metadataBytes: 100,
    batchMessages: 100,
    batchBytes: 256_000,
  },
  /**
   * D1 and the SQLite of a Durable Object. https://developers.cloudflare.com/d1/platform/limits/ and
   * https://developers.cloudflare.com/durable-objects/platform/limits/
   */
  sql: {
    parameters: 100,
    statementBytes: 100_000,
    /** One string, one blob, or one row. */
    valueBytes: 2_000_000,
  },
  /** https://developers.cloudflare.com/workers/runtime-apis/rpc/ — all arguments, or the result, of one call. */
  rpcBytes: 32 * 1_048_576,
} as const;

const encoder = new TextEncoder();

/** How many bytes the text takes in UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).byteLength;
}
