import { DurableObject } from "cloudflare:workers";

/**
 * The floor: what any order management on Durable Objects has to pay, and nothing else. For an order of n lines, n
 * objects insert one row each, then one object inserts an order, an event and an effect of the size that ours have;
 * calls are gathered as ours are. It checks nothing, prices nothing, and knows no stock.
 */

interface Env {
  FLOOR_LEVEL: DurableObjectNamespace<FloorLevel>;
  FLOOR_LEDGER: DurableObjectNamespace<FloorLedger>;
}

interface FloorOrder {
  lines: { sku: string; quantity: number }[];
  address: { city: string };
}

/** As many as the product has ledgers locally. */
const LEDGERS = 4;
const HOLD_MS = 30 * 60_000;

/** Bytes of JSON that our ledger stores of an order, and what each line adds, as counted in its rows. */
const SIZES = {
  order: { base: 1_074, line: 316 },
  event: { base: 748, line: 285 },
  effect: { base: 156, line: 0 },
};

interface Job {
  run: () => void;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Gathers the calls of one turn: a timer of 0 ms runs them all in one transaction, each in a nested one. */
class Gathering {
  readonly #storage: DurableObjectStorage;
  #queue: Job[] = [];

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  run(work: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ run: work, resolve, reject });
      if (this.#queue.length === 1) setTimeout(() => this.#commit(), 0);
    });
  }

  #commit(): void {
    const jobs = this.#queue;
    this.#queue = [];
    try {
      this.#storage.transactionSync(() => {
        for (const job of jobs) this.#storage.transactionSync(job.run);
      });
    } catch (error) {
      for (const job of jobs) job.reject(error);
      return;
    }
    for (const job of jobs) job.resolve();
  }
}

export class FloorLevel extends DurableObject<Env> {
  readonly #gathering: Gathering;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS reservation (id TEXT PRIMARY KEY, quantity INTEGER, asked INTEGER, status TEXT,
        expires_at INTEGER, channel TEXT, claimed_by TEXT, former_expires_at INTEGER, created_at INTEGER,
        changed_at INTEGER, sequence INTEGER) WITHOUT ROWID`,
    );
    this.#gathering = new Gathering(ctx.storage);
  }

  hold(id: string, quantity: number): Promise<void> {
    return this.#gathering.run(() => {
      const now = Date.now();
      this.ctx.storage.sql.exec(
        "INSERT INTO reservation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        quantity,
        quantity,
        "HELD",
        now + HOLD_MS,
        "storefront",
        null,
        null,
        now,
        now,
        0,
      );
    });
  }
}

export class FloorLedger extends DurableObject<Env> {
  readonly #gathering: Gathering;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, version INTEGER, doc TEXT);
      CREATE TABLE IF NOT EXISTS events (order_id TEXT, sequence INTEGER, at INTEGER, data TEXT, PRIMARY KEY (order_id, sequence));
      CREATE TABLE IF NOT EXISTS effects (id TEXT PRIMARY KEY, due_at INTEGER, effect TEXT);
    `);
    this.#gathering = new Gathering(ctx.storage);
  }

  create(id: string, doc: string, event: string, effect: string): Promise<void> {
    return this.#gathering.run(() => {
      const { sql } = this.ctx.storage;
      const now = Date.now();
      sql.exec("INSERT INTO orders VALUES (?, ?, ?)", id, 1, doc);
      sql.exec("INSERT INTO events VALUES (?, ?, ?, ?)", id, 1, now, event);
      sql.exec("INSERT INTO effects VALUES (?, ?, ?)", `${id}:1`, now, effect);
    });
  }

  async get(id: string): Promise<string | null> {
    const [row] = this.ctx.storage.sql.exec<{ doc: string }>("SELECT doc FROM orders WHERE id = ?", id);
    return row?.doc ?? null;
  }
}

/** Text of that many bytes, made once: building it is not what is measured. */
const documents = new Map<number, string>();
function documentOf(size: { base: number; line: number }, lines: number): string {
  const bytes = size.base + size.line * lines;
  let text = documents.get(bytes);
  if (text === undefined) {
    text = JSON.stringify({ filler: "x".repeat(Math.max(0, bytes - 13)) });
    documents.set(bytes, text);
  }
  return text;
}

function ledgerOf(env: Env, id: string): DurableObjectStub<FloorLedger> {
  return env.FLOOR_LEDGER.getByName(`ledger-${id.charCodeAt(0) % LEDGERS}`);
}

async function place(request: Request, env: Env): Promise<Response> {
  const { lines, address } = await request.json<FloorOrder>();
  const id = crypto.randomUUID();
  await Promise.all(
    lines.map(({ sku, quantity }, index) =>
      env.FLOOR_LEVEL.getByName(`${sku}~${address.city}`).hold(`rsv_${id}~${index}~${sku}~${address.city}`, quantity),
    ),
  );
  await ledgerOf(env, id).create(
    id,
    documentOf(SIZES.order, lines.length),
    documentOf(SIZES.event, lines.length),
    documentOf(SIZES.effect, lines.length),
  );
  return new Response(JSON.stringify({ orderId: id }), {
    status: 201,
    headers: { "Content-Type": "application/json" },
  });
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (request.method === "POST" && pathname === "/api/v1/orders") return place(request, env);
    if (pathname.startsWith("/api/v1/orders/")) {
      const id = pathname.slice("/api/v1/orders/".length);
      const doc = await ledgerOf(env, id).get(id);
      return new Response(doc, { status: doc === null ? 404 : 200, headers: { "Content-Type": "application/json" } });
    }
    return new Response(null, { status: pathname === "/api/v1/health" ? 200 : 404 });
  },
} satisfies ExportedHandler<Env>;
