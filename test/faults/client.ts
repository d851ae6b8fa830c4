import type { ProblemDocument } from "../../src/contracts/problem-document.ts";
import type { Journal } from "./journal.ts";

const TIME_LIMIT_MS = 40_000;

/** One request. With an idempotency key it may be repeated until it is answered. */
export interface Ask {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  as?: "admin" | "storefront" | "csr";
  key?: string;
  ifMatch?: number;
  body?: unknown;
  form?: Record<string, string>;
}

export interface Answer {
  status: number;
  body: unknown;
  /** Where a redirect leads to; null for every other answer. */
  location: string | null;
}

/** The connection broke, or the system said that it does not know: what was asked may have been done. */
export class Unanswered extends Error {}

/** The public surface of the system, as a caller on the other end of a bad line sees it. */
export class FaultsClient {
  readonly #origin: string;
  readonly #journal: Journal;

  constructor(origin: string, journal: Journal) {
    this.#origin = origin;
    this.#journal = journal;
  }

  /**
   * The answer, whatever it says. Throws `Unanswered` where there is none, also for a 503: it promises nothing. A
   * 500 is written down as wrong, because no fault excuses it.
   */
  async ask(ask: Ask): Promise<Answer> {
    const answer = await this.#send(ask);
    this.#journal.count(
      `${describeAsk(ask)} ${answer.status}${answer.status < 400 ? "" : ` ${problemOf(answer).code}`}`,
    );
    if (answer.status === 503) throw new Unanswered(problemOf(answer).code);
    if (answer.status >= 500) this.complain(ask, answer);
    return answer;
  }

  /** Writes down an answer that should not have been given. */
  complain(ask: Ask, answer: Answer, detail = problemOf(answer).detail): void {
    this.#journal.complain({ asked: describeAsk(ask), status: answer.status, code: problemOf(answer).code, detail });
  }

  async #send({ method, path, as = "admin", key, ifMatch, body, form }: Ask): Promise<Answer> {
    const headers: Record<string, string> = { Authorization: `Bearer hf_test_${as}` };
    if (key !== undefined) headers["Idempotency-Key"] = key;
    if (ifMatch !== undefined) headers["If-Match"] = `"${ifMatch}"`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const sent = form === undefined ? (body === undefined ? null : JSON.stringify(body)) : new URLSearchParams(form);
    try {
      const response = await fetch(this.#origin + path, {
        method,
        headers,
        body: sent,
        redirect: "manual",
        signal: AbortSignal.timeout(TIME_LIMIT_MS),
      });
      const answered = await response.text();
      return {
        status: response.status,
        location: response.headers.get("location"),
        body: response.headers.get("content-type")?.includes("json") ? JSON.parse(answered) : answered,
      };
    } catch (error) {
      throw new Unanswered(error instanceof Error ? error.name : "unknown", { cause: error });
    }
  }
}

/** What a request that was refused was told; empty for every other. */
export function problemOf(answer: Answer): Pick<ProblemDocument, "detail"> & { code: string } {
  const { body } = answer;
  if (typeof body !== "object" || body === null || !("code" in body) || !("detail" in body))
    return { code: "", detail: "" };
  return { code: String(body.code), detail: String(body.detail) };
}

/** A request without what makes it one of many: `POST /orders/{id}/cancel`. */
function describeAsk({ method, path }: Ask): string {
  return `${method} ${path
    .replace(/^\/api\/v1/, "")
    .replaceAll(/\/(ord|shp|rsv|pi|rtn)_[^/]+/g, "/{id}")
    .replace(/(approve|payment-methods\/paypal)\/[^/]+$/, "$1/{id}")}`;
}
