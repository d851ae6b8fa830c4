import { DurableObject } from "cloudflare:workers";
import type { SimulatorsEnv } from "../env.ts";
import { throwDice } from "./dice.ts";
import { turnKnobs, UNTURNED, type Knobs } from "./knobs.ts";
import { WebhookOutbox, type OutgoingWebhook } from "./webhook-outbox.ts";

/** Every vendor's first migration; a vendor's own follow it. Append only. */
const COMMON_MIGRATION = `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, target TEXT NOT NULL, content_type TEXT NOT NULL, body TEXT NOT NULL,
    created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL, state TEXT NOT NULL, last_answer TEXT
  );
  CREATE INDEX outbox_due ON outbox (state, due_at);
`;

const DELIVERED_AT_ONCE = 25;
const DELIVERED_PER_ALARM = 500;
const DELIVERY_LIMIT_MS = 10_000;
/** Longer than any caller waits. */
const SILENCE_MS = 60_000;
/** Within this time later webhooks overtake one that is held back. */
const OVERTAKEN_WITHIN_MS = 3_000;

/** A row of the books, as the pages and `books.json` show it. */
export type BookRow = Record<string, SqlStorageValue>;

/** What the books hold: each table's rows, newest first. */
export interface BooksView {
  knobs: Knobs;
  webhooks: Record<string, number>;
  tables: Record<string, BookRow[]>;
}

/**
 * The books of one simulated vendor: its tables, its knobs, its seeded dice and its webhooks. A vendor answers its
 * wire format in `answer`, in one synchronous transaction; faults are added around it here.
 */
export abstract class VendorBooks extends DurableObject<SimulatorsEnv> {
  protected readonly sql: SqlStorage;
  protected readonly outbox: WebhookOutbox;
  readonly #tables: readonly string[];
  #knobs: Knobs = UNTURNED;
  #dice = UNTURNED.seed;
  #alarmAt: number | null = null;

  constructor(
    ctx: DurableObjectState,
    env: SimulatorsEnv,
    book: { migrations: readonly string[]; tables: readonly string[] },
  ) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.#tables = book.tables;
    this.#migrate([COMMON_MIGRATION, ...book.migrations]);
    this.outbox = new WebhookOutbox(this.sql);
    const knobs = this.setting("knobs");
    if (knobs !== null) this.#knobs = turnKnobs(UNTURNED, JSON.parse(knobs)) ?? UNTURNED;
    this.#dice = Number(this.setting("dice") ?? this.#knobs.seed);
    this.arm();
  }

  /** Answers one call in the vendor's wire format. Runs in a transaction: nothing may be awaited in it. */
  protected abstract answer(request: VendorRequest, now: number): VendorAnswer;
  /** The vendor's own words for "too many calls" and "our fault". */
  protected abstract turnAway(status: 429 | 500): VendorAnswer;
  /** The signed request that delivers a webhook. */
  protected abstract sign(webhook: OutgoingWebhook, now: number): Promise<Record<string, string>>;
  /** Does what is due by itself (expiry, parcels that move). */
  protected abstract passTime(now: number): void;
  /** Epoch milliseconds at which `passTime` has something to do; null for never. Called while constructing: it may use the SQL only. */
  protected abstract nextEvent(now: number): number | null;

  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const vendorRequest: VendorRequest = {
      method: request.method,
      url,
      headers: request.headers,
      body: await request.text(),
    };
    const isSilent = this.chance(this.#knobs.silentRate);
    if (isSilent && this.chance(0.5)) return neverAnswer();
    // Outside of `serve`: whoever asks again meanwhile is not told that the first request is still being worked on.
    const answer = await this.serve(vendorRequest);
    return isSilent ? neverAnswer() : answer;
  }

  /** One call with the faults that the knobs ask for. */
  protected async serve(request: VendorRequest): Promise<Response> {
    if (this.#knobs.latencyMs > 0) await scheduler.wait(this.#knobs.latencyMs);
    if (this.chance(this.#knobs.rate429)) return toResponse(this.turnAway(429));
    if (this.chance(this.#knobs.errorRate)) return toResponse(this.turnAway(500));
    const answer = this.#answerOnce(request);
    this.arm();
    const finished = await this.finish(request, answer);
    if (this.chance(this.#knobs.lostReplyRate))
      return this.chance(0.5) ? new Response("Bad Gateway", { status: 502 }) : halfOf(finished);
    return toResponse(finished);
  }

  #answerOnce(request: VendorRequest): VendorAnswer {
    try {
      return this.ctx.storage.transactionSync(() => this.answer(request, Date.now()));
    } catch (error) {
      if (error instanceof VendorRefusal) return error.answer;
      throw error;
    }
  }

  /** Adds to an answer what can only be made asynchronously; the books are written already. */
  protected async finish(_request: VendorRequest, answer: VendorAnswer): Promise<VendorAnswer> {
    return answer;
  }

  /** Everything in the books, at most `limit` rows a table, newest first. */
  readBooks(limit: number): BooksView {
    const tables: Record<string, BookRow[]> = {};
    for (const table of this.#tables) {
      tables[table] = this.sql.exec(`SELECT * FROM ${table} ORDER BY rowid DESC LIMIT ?`, limit).toArray();
    }
    return { knobs: this.#knobs, webhooks: this.outbox.counts(), tables };
  }

  readKnobs(): Knobs {
    return this.#knobs;
  }

  /** Turns the knobs that the change names; null where it names no knob or a value that the knob does not take. */
  changeKnobs(change: unknown): Knobs | null {
    const turned = turnKnobs(this.#knobs, change);
    if (turned === null) return null;
    const isReseeded = typeof change === "object" && change !== null && Object.hasOwn(change, "seed");
    this.ctx.storage.transactionSync(() => {
      this.beforeKnobs(turned, Date.now());
      this.#knobs = turned;
      this.setSetting("knobs", JSON.stringify(turned));
      if (isReseeded) this.#setDice(turned.seed);
    });
    this.arm();
    return turned;
  }

  /** For a vendor whose knobs change more than the next call. */
  protected beforeKnobs(_next: Knobs, _now: number): void {}

  protected get knobs(): Knobs {
    return this.#knobs;
  }

  /** Whether something of this probability happens now. Certain things throw no dice. */
  protected chance(probability: number): boolean {
    if (probability <= 0) return false;
    if (probability >= 1) return true;
    return this.#throw() < probability;
  }

  /** A number from 0 up to 1. */
  #throw(): number {
    const { value, state } = throwDice(this.#dice);
    this.#setDice(state);
    return value;
  }

  protected push(eventId: string, path: string, contentType: string, body: string, now: number, afterMs = 0): void {
    const target = /^https?:/.test(path) ? path : new URL(path, this.env.PUBLIC_URL).toString();
    const isDoubled = this.chance(this.#knobs.duplicateWebhooks);
    const heldBackMs = this.chance(this.#knobs.reorderWebhooks) ? Math.round(this.#throw() * OVERTAKEN_WITHIN_MS) : 0;
    this.outbox.add(
      { eventId, target, contentType, body },
      this.#knobs,
      { isDoubled, heldBackMs: afterMs + heldBackMs },
      now,
    );
  }

  protected setting(name: string): string | null {
    return (
      this.sql.exec<{ value: string }>("SELECT value FROM settings WHERE name = ?", name).toArray()[0]?.value ?? null
    );
  }

  protected setSetting(name: string, value: string): void {
    this.sql.exec(
      "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      name,
      value,
    );
  }

  /** Sets the alarm to the next thing due, where it is not set to something sooner. */
  protected arm(): void {
    const now = Date.now();
    const due = [this.outbox.nextDue(), this.nextEvent(now)].filter((at) => at !== null);
    if (due.length === 0) return;
    const at = Math.max(Math.min(...due), now);
    if (this.#alarmAt !== null && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    void this.ctx.storage.setAlarm(at);
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    try {
      this.ctx.storage.transactionSync(() => this.passTime(Date.now()));
      await this.#deliver();
      this.outbox.prune(Date.now());
    } catch {
      // Nothing is lost: what was not done is still due, and the alarm comes back for it.
    } finally {
      this.arm();
    }
  }

  async #deliver(): Promise<void> {
    const bundles = this.bundle(this.outbox.due(Date.now(), DELIVERED_PER_ALARM));
    for (let sent = 0; sent < bundles.length; sent += DELIVERED_AT_ONCE)
      await Promise.all(
        bundles.slice(sent, sent + DELIVERED_AT_ONCE).map(async ({ request, of }) => {
          const answer = await this.#post(request);
          for (const webhook of of) this.outbox.settle(webhook, answer, Date.now());
        }),
      );
  }

  /** What is due, as the requests that it leaves in: each webhook in one of its own, where the vendor gathers none. */
  protected bundle(due: readonly OutgoingWebhook[]): { request: OutgoingWebhook; of: OutgoingWebhook[] }[] {
    return due.map((webhook) => ({ request: webhook, of: [webhook] }));
  }

  async #post(webhook: OutgoingWebhook): Promise<{ ok: boolean; text: string }> {
    try {
      const headers = { "content-type": webhook.contentType, ...(await this.sign(webhook, Date.now())) };
      const init = { method: "POST", headers, body: webhook.body, signal: AbortSignal.timeout(DELIVERY_LIMIT_MS) };
      const response = await this.env.API.fetch(webhook.target, init);
      await response.body?.cancel();
      return { ok: response.ok, text: String(response.status) };
    } catch {
      return { ok: false, text: "no answer" };
    }
  }

  #setDice(state: number): void {
    this.#dice = state;
    this.setSetting("dice", String(state));
  }

  #migrate(migrations: readonly string[]): void {
    this.sql.exec("CREATE TABLE IF NOT EXISTS migrations (position INTEGER PRIMARY KEY, statement TEXT NOT NULL)");
    const done = this.sql.exec<{ statement: string }>("SELECT statement FROM migrations ORDER BY position").toArray();
    done.forEach(({ statement }, position) => {
      if (migrations[position] !== statement)
        throw new Error(`storage migration ${position} was changed after it had run`);
    });
    migrations.slice(done.length).forEach((statement, offset) => {
      this.ctx.storage.transactionSync(() => {
        this.sql.exec(statement);
        this.sql.exec("INSERT INTO migrations (position, statement) VALUES (?, ?)", done.length + offset, statement);
      });
    });
  }
}

/** A call to a vendor, its body read. */
export interface VendorRequest {
  method: string;
  url: URL;
  headers: Headers;
  body: string;
}

/** A vendor's answer, before the faults. */
export interface VendorAnswer {
  status: number;
  body: string;
  headers: Record<string, string>;
}

/** Thrown out of `answer` to refuse a call: what it had written is undone. */
export class VendorRefusal extends Error {
  readonly answer: VendorAnswer;

  constructor(answer: VendorAnswer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

/** An answer in JSON. */
export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): VendorAnswer {
  return { status, body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
}

function toResponse(answer: VendorAnswer): Response {
  const hasBody = answer.status !== 204;
  return new Response(hasBody ? answer.body : null, { status: answer.status, headers: answer.headers });
}

/** Nothing, until the caller has gone. */
async function neverAnswer(): Promise<Response> {
  await scheduler.wait(SILENCE_MS);
  return new Response("Gateway Timeout", { status: 504 });
}

/** The beginning of the answer, and then the connection breaks. */
function halfOf(answer: VendorAnswer): Response {
  const bytes = new TextEncoder().encode(answer.body);
  let isSent = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (isSent || bytes.length === 0) controller.error(new Error("the connection was reset"));
      else controller.enqueue(bytes.subarray(0, Math.ceil(bytes.length / 2)));
      isSent = true;
    },
  });
  return new Response(body, { status: answer.status, headers: answer.headers });
}
