import type { Deed } from "../contracts/deed.ts";
import { type EffectView, readOrder } from "../contracts/ledger-rpc.ts";
import { openOps } from "../db/ops/database.ts";
import { recordReconciliationRun, type ReconciliationRun } from "../db/ops/reconciliation.ts";
import { type BookedPayment, listMovedPayments } from "../db/orders/booked-payments.ts";
import { allOrderDatabases, databaseOf } from "../db/orders/databases.ts";
import { findOrderRow } from "../db/orders/queries.ts";
import type { DeviationReport } from "../domain/deviation.ts";
import { isOrderId, type OrderId } from "../domain/ids.ts";
import { formatMoney } from "../domain/money.ts";
import { laneOf } from "../domain/order/effects.ts";
import type { Order } from "../domain/order/order.ts";
import { type BookDifference, compareBooks, type MoneyRecord } from "../domain/reconciliation.ts";
import type { ProviderResult, ProviderShortfall } from "../providers/outcome.ts";
import type { PaymentRecords } from "../providers/payment-records.ts";
import type { ServiceContext } from "./context.ts";
import { reportDeviations } from "./report-deviations.ts";
import { ledgerStub } from "./stubs.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Differences that a run's row keeps; each of them has its deviation in any case. */
const MOST_KEPT = 100;
/** Payments that are looked at again at a time: the platform queues a seventh call. */
const AT_ONCE = 6;

type Reconciling = Pick<ServiceContext, "env" | "now" | "defer">;

/**
 * Compares the money that moved on one day (`YYYY-MM-DD`, UTC) in the provider's books and in ours, whole payments at
 * a time. What differs is looked at again on both sides; what is still being worked on is left for the next run, and
 * each difference that remains opens one deviation, however often it is found. Keeps and answers what it came to; with a
 * deed, at most once.
 */
export async function reconcilePayments(
  ctx: Reconciling,
  records: PaymentRecords,
  day: string,
  startedBy: string,
  deed: Deed | null = null,
): Promise<ProviderResult<ReconciliationRun>> {
  const from = Date.parse(`${day}T00:00:00Z`);
  const to = from + DAY_MS;
  const read = allOrderDatabases(ctx.env).map((database) => listMovedPayments(database, records.provider, from, to));
  const booked = (await Promise.all(read)).flat();
  const names = new Map(booked.map(({ orderId, number, intentId }) => [`${orderId}.${number}`, intentId]));
  const moved = await records.movedBetween(from, to, (orderId, payment) => names.get(`${orderId}.${payment}`) ?? null);
  if (moved.outcome !== "done") return moved;
  const theirs = new Map(moved.value.map((record) => [record.intentId, record]));
  const ours = new Map(booked.map((payment) => [payment.intentId, payment]));
  const looked = await lookAgain(ctx, records, suspects(theirs, ours));
  if (looked.outcome !== "done") return looked;
  const { differences, inFlight } = looked.value;
  await reportDeviations(
    ctx,
    differences.map((difference) => deviationOf(records.provider, difference, ctx.now)),
  );
  const run: ReconciliationRun = {
    id: crypto.randomUUID(),
    provider: records.provider,
    day,
    startedBy,
    startedAt: ctx.now,
    finishedAt: Math.max(ctx.now, Date.now()),
    theirs: theirs.size,
    ours: ours.size,
    inFlight,
    differences: differences.length,
    found: differences.slice(0, MOST_KEPT),
  };
  await recordReconciliationRun(openOps(ctx.env.OPS), run, deed);
  return { outcome: "done", value: run };
}

type Suspect = Pick<MoneyRecord, "intentId" | "orderId">;

/** Payments that one side has alone, or that the sides tell differently of. */
function suspects(
  theirs: ReadonlyMap<string, MoneyRecord>,
  ours: ReadonlyMap<string, BookedPayment>,
): readonly Suspect[] {
  const differing = [...theirs.values()]
    .filter((record) => compareBooks(record, ours.get(record.intentId) ?? null).length > 0)
    .map(({ intentId, orderId }) => ({ intentId, orderId: ours.get(intentId)?.orderId ?? orderId }));
  return [...differing, ...[...ours.values()].filter(({ intentId }) => !theirs.has(intentId))];
}

interface Looked {
  differences: BookDifference[];
  inFlight: number;
}

/** What remains of the suspicions once both sides are asked for each payment by itself. */
async function lookAgain(
  ctx: Reconciling,
  records: PaymentRecords,
  all: readonly Suspect[],
): Promise<ProviderResult<Looked>> {
  const looked: Looked = { differences: [], inFlight: 0 };
  for (let start = 0; start < all.length; start += AT_ONCE) {
    const answers = await Promise.all(
      all.slice(start, start + AT_ONCE).map((suspect) => lookAgainAt(ctx, records, suspect)),
    );
    for (const answer of answers) {
      if (answer === "in_flight") looked.inFlight += 1;
      else if (Array.isArray(answer)) looked.differences.push(...answer);
      else return answer;
    }
  }
  return { outcome: "done", value: looked };
}

async function lookAgainAt(
  { env }: Reconciling,
  records: PaymentRecords,
  { intentId, orderId }: Suspect,
): Promise<BookDifference[] | "in_flight" | ProviderShortfall> {
  const order = orderId !== null && isOrderId(orderId) ? await orderNow(env, orderId) : null;
  if (order !== null && (await isMovingMoney(env, order.id))) return "in_flight";
  const truth = await records.findRecord(intentId);
  if (truth.outcome !== "done") return truth;
  const payment = order?.payments.find((candidate) => candidate.intentId === intentId);
  const ours = order && payment ? { ...payment, intentId, orderId: order.id, currency: order.currency } : null;
  // The order that the provider names is told also where it knows nothing of this payment.
  return compareBooks(truth.value && { ...truth.value, orderId: truth.value.orderId ?? orderId }, ours);
}

async function orderNow(env: ServiceContext["env"], orderId: OrderId): Promise<Order | null> {
  const found =
    (await ledgerStub(env, orderId).get(orderId)) ?? (await findOrderRow(databaseOf(env, orderId), orderId));
  return found && readOrder(found);
}

const SETTLED: ReadonlySet<EffectView["status"]> = new Set(["done", "failed"]);

/** Whether an effect of the order may be moving money right now: its outcome is not in our books yet. */
async function isMovingMoney(env: ServiceContext["env"], orderId: OrderId): Promise<boolean> {
  const effects = (await ledgerStub(env, orderId).saga(orderId)) ?? [];
  return effects.some(({ effect, status }) => laneOf(effect) === "payment" && !SETTLED.has(status));
}

function deviationOf(provider: string, difference: BookDifference, now: number): DeviationReport {
  const { kind, intentId, orderId } = difference;
  return {
    // The payment and what differs about it: the same finding is one deviation for ever.
    id: `dev_books:${provider}:${intentId}:${kind}`,
    kind: "payment_mismatch",
    subject: { ...(orderId !== null && isOrderId(orderId) && { orderId }), provider, reference: intentId },
    summary: inWords(provider, difference),
    tried: ["compared both books again, payment by payment"],
    openedAt: now,
  };
}

function inWords(provider: string, { kind, theirs, ours, currency }: BookDifference): string {
  const money = (amount: number | null) => (amount === null ? "nothing" : formatMoney({ amount, currency }));
  switch (kind) {
    case "unknown_here":
      return `${provider} has a payment of ${money(theirs)} that our books do not know.`;
    case "unknown_there":
      return `Our books have a payment of ${money(ours)} that ${provider} does not know.`;
    case "authorized":
    case "captured":
    case "refunded":
      return `${provider} has ${money(theirs)} ${kind} where our books have ${money(ours)}.`;
  }
}
