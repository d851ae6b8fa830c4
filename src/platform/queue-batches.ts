import { byteLength, LIMITS } from "./limits.ts";

/** How many bytes a queue message with this body takes. Bodies travel as JSON. */
export function messageBytes(body: unknown): number {
  return byteLength(JSON.stringify(body)) + LIMITS.queue.metadataBytes;
}

/**
 * Splits messages into batches that the queue takes, by number and by size, and keeps their order. Each body must fit
 * into one message.
 */
export function packBatches<Body>(bodies: readonly Body[]): Body[][] {
  const batches: Body[][] = [];
  let bytes = 0;
  for (const body of bodies) {
    const size = messageBytes(body);
    const last = batches.at(-1);
    if (last && last.length < LIMITS.queue.batchMessages && bytes + size <= LIMITS.queue.batchBytes) {
      last.push(body);
      bytes += size;
    } else {
      batches.push([body]);
      bytes = size;
    }
  }
  return batches;
}

/** The messages as `sendBatch` takes them. */
export function asMessages<Body>(bodies: readonly Body[]): { body: Body; contentType: "json" }[] {
  return bodies.map((body) => ({ body, contentType: "json" }));
}
