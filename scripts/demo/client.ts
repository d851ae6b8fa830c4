import type { WarehouseAnswer } from "../../src/contracts/catalog.ts";
import type { AvailabilityAnswer, StockRowAnswer } from "../../src/contracts/inventory.ts";
import type { ListAnswer } from "../../src/contracts/lists.ts";
import type { HistoryEntry, OrderAnswer } from "../../src/contracts/orders.ts";
import type { FullOrderForm } from "../../src/contracts/place-order.ts";
import type { ProblemDocument } from "../../src/contracts/problem-document.ts";

const KEY = "hf_test_storefront";
const ATTEMPTS = 6;
const TIMEOUT_MS = 30_000;
const BACKOFF_MS = 200;

/** What became of an order that was asked for. */
export type Placement = { placed: true; order: OrderAnswer } | { placed: false; code: string; reason: string };

/** The public API, as the demo needs it: with the storefront's key, and patient with a system that is busy. */
export class DemoClient {
  readonly #base: string;

  constructor(origin: string) {
    this.#base = `${origin.replace(/\/+$/, "")}/api/v1`;
  }

  /** Places an order; repeats it under the same key while the outcome is not known. */
  async place(form: FullOrderForm, idempotencyKey: string): Promise<Placement> {
    const answer = await this.#request("/orders", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
      body: JSON.stringify(form),
    });
    if (answer.status === 201) return { placed: true, order: (await answer.json()) as OrderAnswer };
    const problem = (await answer.json()) as ProblemDocument;
    return { placed: false, code: problem.code, reason: reasonOf(problem) };
  }

  async history(orderId: string): Promise<HistoryEntry[]> {
    return (await this.#read<ListAnswer<HistoryEntry>>(`/orders/${orderId}/history`)).data;
  }

  /** The live levels of one product. */
  async availability(sku: string): Promise<AvailabilityAnswer> {
    return this.#read(`/inventory?productId=${encodeURIComponent(sku)}`);
  }

  async warehouses(): Promise<WarehouseAnswer[]> {
    return this.#readAll("/warehouses");
  }

  /** Every level, as the projection has it. */
  async stock(): Promise<StockRowAnswer[]> {
    return this.#readAll("/inventory");
  }

  async #readAll<Row>(path: string): Promise<Row[]> {
    const rows: Row[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const position: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page: ListAnswer<Row> = await this.#read(`${path}?limit=100${position}`);
      rows.push(...page.data);
      cursor = page.nextCursor;
    }
    return rows;
  }

  async #read<Answer>(path: string): Promise<Answer> {
    const answer = await this.#request(path, {});
    if (!answer.ok) throw new Error(`GET ${path} was answered with ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }

  async #request(path: string, init: RequestInit): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await fetch(this.#base + path, {
          ...init,
          headers: [...new Headers(init.headers), ["Authorization", `Bearer ${KEY}`]],
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const busy = answer.status === 429 || answer.status >= 500;
        if (!busy || attempt === ATTEMPTS) return answer;
        await answer.body?.cancel();
        await pause(Number(answer.headers.get("Retry-After") ?? "0") * 1000 || BACKOFF_MS * 2 ** attempt);
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await pause(BACKOFF_MS * 2 ** attempt);
      }
    }
  }
}

/** Why an order was refused, in the problem's own words, field by field. */
function reasonOf({ detail, errors = [] }: ProblemDocument): string {
  // A single field is in the detail already.
  return errors.length < 2 ? detail : errors.map(({ pointer, detail: field }) => `${pointer} ${field}`).join("; ");
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}
