import type { FetchFunction } from "../../src/providers/http.ts";

export interface Sent {
  url: string;
  method: string;
  headers: Headers;
  body: string;
}

/** How the far side answers one call. */
export type Reply = (signal: AbortSignal | null | undefined) => Response | Promise<Response>;

/** A fetch that answers from a list, in order, and keeps what it was sent. An unexpected call fails the test. */
export function fakeFetch(...replies: Reply[]): { fetch: FetchFunction; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch: FetchFunction = async (url, init) => {
    const reply = replies[sent.length];
    sent.push({
      url,
      method: init.method ?? "GET",
      headers: new Headers(init.headers),
      body: typeof init.body === "string" ? init.body : "",
    });
    if (reply === undefined) throw new Error(`a call that nobody expected: ${url}`);
    return reply(init.signal);
  };
  return { fetch, sent };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return () =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

export function text(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return () => new Response(status === 204 ? null : body, { status, headers });
}

/** The connection breaks before an answer. */
export const broken: Reply = () => Promise.reject(new TypeError("fetch failed"));

/** No answer, for as long as one waits. */
export const silent: Reply = (signal) =>
  new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
  });

/** The beginning of an answer, and then the connection breaks. */
export function half(status: number, body: string): Reply {
  return () => {
    let isSent = false;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (isSent) controller.error(new TypeError("terminated"));
        else controller.enqueue(new TextEncoder().encode(body.slice(0, body.length / 2)));
        isSent = true;
      },
    });
    return new Response(stream, { status, headers: { "content-type": "application/json" } });
  };
}

/** An answer whose connection stays open in the middle, without an end. */
export function stuck(status: number, body: string): Reply {
  return () => {
    let isSent = false;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (isSent) return new Promise(() => undefined);
        controller.enqueue(new TextEncoder().encode(body.slice(0, body.length / 2)));
        isSent = true;
        return undefined;
      },
    });
    return new Response(stream, { status, headers: { "content-type": "application/json" } });
  };
}
