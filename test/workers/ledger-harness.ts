import { applyD1Migrations, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { OrderLedger } from "../../durable-objects/order-ledger/object.ts";
import {
  type CreateResult,
  type ExecuteResult,
  type LeasedEffect,
  type NotMade,
  type OutcomeReport,
  readOrder,
  type TakenAttempt,
} from "../../src/contracts/ledger-rpc.ts";
import type { EffectBatch, EffectMessage } from "../../src/contracts/messages.ts";
import type { EffectId, OrderId } from "../../src/domain/ids.ts";
import {
  type EffectKind,
  type EffectOutcome,
  type EffectResult,
  type NotificationKind,
} from "../../src/domain/order/effects.ts";
import type { Actor, PlacedOrder } from "../../src/domain/order/events.ts";
import type { Order } from "../../src/domain/order/order.ts";

type Read<Result extends { ok: boolean }> =
  | (Omit<Extract<Result, { ok: true }>, "order"> & { order: Order })
  | Extract<Result, { ok: false }>;

/** The result with its order as an object. */
function read<Result extends CreateResult | ExecuteResult>(result: Result): Read<Result> {
  return (result.ok ? { ...result, order: readOrder(result.order) } : result) as Read<Result>;
}

export type LedgerStub = DurableObjectStub<OrderLedger>;

export const ACTOR: Actor = { kind: "user", id: "usr_1", name: "Ada", role: "customer" };

const MIGRATIONS = import.meta.glob<string>("../../migrations/orders/*.sql", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Brings the order databases up to date. */
export async function migrateOrders(): Promise<void> {
  const files = Object.entries(MIGRATIONS)
    .map(([path, sql]) => ({
      name: path.slice(path.lastIndexOf("/") + 1),
      queries: sql.split("--> statement-breakpoint"),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const database of [env.ORDERS_0, env.ORDERS_1]) await applyD1Migrations(database, files);
}

let made = 0;

/** A ledger of one test's own. Its stub is made anew for each use, because it does not outlive a broken object. */
export class TestLedger {
  readonly #name = `ledger-of-test-${Date.now()}-${(made += 1)}`;

  get stub(): LedgerStub {
    return env.ORDER_LEDGER.get(env.ORDER_LEDGER.idFromName(this.#name)) as LedgerStub;
  }

  inside<Value>(run: (ledger: OrderLedger, state: DurableObjectState) => Value | Promise<Value>): Promise<Value> {
    return runInDurableObject(this.stub, run);
  }

  rows(sql: string, ...values: SqlStorageValue[]): Promise<Record<string, SqlStorageValue>[]> {
    return this.inside((_ledger, { storage }) => storage.sql.exec(sql, ...values).toArray());
  }

  evict(): Promise<void> {
    return evictDurableObject(this.stub);
  }

  /** Lets the alarm ring now, whether its time has come or not. */
  async ring(): Promise<void> {
    await runDurableObjectAlarm(this.stub);
  }

  /** Places the order. That it was received is told at once, so that its lane is free for what a test is about. */
  async create(order: PlacedOrder, fingerprint = "body"): Promise<Read<CreateResult>> {
    const result = read(await this.stub.create({ order, fingerprint, actor: ACTOR }));
    if (result.ok && !result.replayed) {
      const effectId = `${order.id}:1:Notify` as EffectId;
      const outcome = { status: "done", result: { kind: "nothing" } } as const;
      await this.stub.report([{ effectId, orderId: order.id, attempt: 1, outcome }]);
    }
    return result;
  }

  async execute(input: Parameters<OrderLedger["execute"]>[0]): Promise<Read<ExecuteResult>> {
    return read(await this.stub.execute(input));
  }

  async order(id: OrderId): Promise<Order> {
    const order = await this.stub.get(id);
    if (order === null) throw new Error(`${id} is not here`);
    return readOrder(order);
  }

  /** Takes an attempt, as one call of its own. */
  async take(effectId: EffectId, attempt: number): Promise<boolean> {
    const [answer] = (await this.stub.take([{ effectId, attempt }])) as TakenAttempt[];
    return answer?.taken ?? false;
  }

  /** Reports an outcome; answers the effects that became free by it. */
  report(leased: LeasedEffect, outcome: EffectOutcome | NotMade, attempt = leased.attempt): Promise<LeasedEffect[]> {
    const report: OutcomeReport = { effectId: leased.id, orderId: leased.orderId, attempt, outcome };
    return this.stub.report([report]) as Promise<LeasedEffect[]>;
  }

  done(leased: LeasedEffect, result: EffectResult, attempt = leased.attempt): Promise<LeasedEffect[]> {
    return this.report(leased, { status: "done", result }, attempt);
  }
}

/** What the queue of effects has been given, and whether it takes it. */
export class EffectQueueDouble {
  readonly batches: EffectBatch[][] = [];
  isDown = false;
  /** Which batches are refused, beside all while it is down. */
  refuses: (batch: EffectBatch[]) => boolean = () => false;
  /** How often it was down when it was given something. */
  refusals = 0;

  /** Stands in for every queue binding until mocks are restored. */
  constructor() {
    const prototype: {
      sendBatch: (messages: { body: EffectBatch }[]) => Promise<unknown>;
      send: (body: unknown) => Promise<unknown>;
    } = Object.getPrototypeOf(env.EFFECTS);
    vi.spyOn(prototype, "send").mockImplementation(() => Promise.resolve());
    vi.spyOn(prototype, "sendBatch").mockImplementation((messages) => {
      if (this.isDown || this.refuses(messages.map(({ body }) => body))) {
        this.refusals += 1;
        return Promise.reject(new Error("Queue sendBatch failed: Service Unavailable"));
      }
      this.batches.push(structuredClone(messages.map(({ body }) => body)));
      return Promise.resolve();
    });
  }

  /** Waits until it has refused something. */
  refused(): Promise<number> {
    return vi.waitUntil(() => this.refusals, { timeout: 3_000, interval: 5 });
  }

  /** Every lease that was sent whole. */
  all(): LeasedEffect[] {
    const isWhole = (leased: EffectMessage): leased is LeasedEffect => !("isLeftOut" in leased.effect);
    return this.batches.flat().flatMap(({ effects }) => effects.filter(isWhole));
  }

  of(orderId: OrderId): LeasedEffect[] {
    return this.all().filter((leased) => leased.orderId === orderId);
  }

  /** The lease of this message to the order's customer; waits for it. */
  told(orderId: OrderId, notification: NotificationKind): Promise<LeasedEffect> {
    const isIt = ({ effect }: LeasedEffect) => effect.kind === "Notify" && effect.notification === notification;
    return vi.waitUntil(() => this.of(orderId).find(isIt), { timeout: 3_000, interval: 5 });
  }

  /** The newest lease of this kind that was sent for the order; waits for it. */
  async leased(orderId: OrderId, kind: EffectKind, attempt?: number): Promise<LeasedEffect> {
    return vi.waitUntil(
      () =>
        this.of(orderId).findLast(
          (leased) => leased.effect.kind === kind && (attempt === undefined || leased.attempt === attempt),
        ),
      { timeout: 3_000, interval: 5 },
    );
  }
}

/** The one of this kind among the effects that a report has freed. */
export function pick(effects: readonly LeasedEffect[], kind: EffectKind): LeasedEffect {
  const found = effects.find(({ effect }) => effect.kind === kind);
  if (!found) throw new Error(`no ${kind} among ${effects.map(({ effect }) => effect.kind).join(", ")}`);
  return found;
}

export function authorized(payment: number, amount: number): EffectResult {
  return {
    kind: "AuthorizePayment",
    payment: { status: "authorized", intentId: `pi_${payment}`, amount, expiresAt: Date.now() + 7 * 24 * 3_600_000 },
  };
}

/** What AllocateStock answers when every level has what it asks for. */
export function allocatedAll(leased: LeasedEffect): EffectResult {
  if (leased.effect.kind !== "AllocateStock") throw new Error("not an allocation");
  return { kind: "AllocateStock", allocated: leased.effect.reservations.map(({ id }) => id), short: [] };
}
