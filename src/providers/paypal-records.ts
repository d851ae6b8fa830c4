import { z } from "zod";
import type { MoneyRecord } from "../domain/reconciliation.ts";
import type { ProviderResult, ProviderShortfall } from "./outcome.ts";
import type { NamedIntent, PaymentRecords } from "./payment-records.ts";
import { PaypalClient, type PaypalConfig } from "./paypal-client.ts";
import {
  amountShape,
  authorizationOf,
  capturesOf,
  moneyOf,
  orderShape,
  readPaypalReference,
  refundsOf,
  sumOf,
  type PaypalOrder,
} from "./paypal-parse.ts";

const infoShape = z.object({
  transaction_id: z.string().min(1),
  paypal_reference_id: z.string().nullish(),
  transaction_event_code: z.string(),
  transaction_status: z.string(),
  transaction_amount: amountShape,
  custom_field: z.string().nullish(),
});
const pageShape = z.object({
  transaction_details: z.array(z.object({ transaction_info: infoShape })),
  total_pages: z.int(),
});
const relatedShape = z.object({
  supplementary_data: z.object({ related_ids: z.object({ order_id: z.string().nullish() }).nullish() }).nullish(),
});

type Kind = "authorization" | "renewal" | "capture" | "refund";
interface Transaction {
  id: string;
  kind: Kind;
  /** The transaction that it follows: a capture its authorization, a refund its capture. */
  follows: string | null;
  /** Our order and the number of its payment, as PayPal keeps them with each transaction. */
  reference: string | null;
  currency: string;
  amount: number;
}
/** What belongs to one authorization, as far as it happened within the time that was asked for. */
type Life = readonly [Transaction, ...Transaction[]];

/** The most that PayPal gives on one page, and for how long at a time. */
const PAGE = 500;
const LONGEST_MS = 31 * 24 * 60 * 60 * 1000;
/** Where there are more transactions in this little time than PayPal lists, they can't be listed. */
const SHORTEST_MS = 60_000;
const AT_ONCE = 6;

/**
 * PayPal's books, by its transaction search, in which a transaction appears after three hours at the latest. It does
 * not name PayPal's order: our books do, by the reference of ours that PayPal keeps, and where they do not the
 * transaction is looked up. A payment that began before the time that is asked for is looked up as a whole.
 */
export class PaypalRecords implements PaymentRecords {
  readonly provider = "paypal";
  readonly #client: PaypalClient;

  constructor(config: PaypalConfig) {
    this.#client = new PaypalClient(config);
  }

  async movedBetween(from: number, to: number, intentOf: NamedIntent): Promise<ProviderResult<MoneyRecord[]>> {
    const transactions: Transaction[] = [];
    for (let start = from; start < to; start += LONGEST_MS) {
      const listed = await this.#list(start, Math.min(start + LONGEST_MS, to));
      if (listed.outcome !== "done") return listed;
      transactions.push(...listed.value);
    }
    const lives = livesOf(transactions);
    const references = Map.groupBy(lives, ([{ reference }]) => reference);
    const found = new Map<string, MoneyRecord>();
    for (let start = 0; start < lives.length; start += AT_ONCE) {
      const records = await Promise.all(
        lives.slice(start, start + AT_ONCE).map((life) => {
          const [{ reference }] = life;
          // Two lives of one reference are two payments, of which our books know one at most.
          const isAlone = references.get(reference)?.length === 1;
          return this.#recordOf(life, isAlone ? intentOf : () => null);
        }),
      );
      for (const record of records) {
        if (record.outcome !== "done") return record;
        if (record.value !== null) found.set(record.value.intentId, record.value);
      }
    }
    return { outcome: "done", value: [...found.values()] };
  }

  async findRecord(intentId: string): Promise<ProviderResult<MoneyRecord | null>> {
    const order = await this.#client.get(`/v2/checkout/orders/${encodeURIComponent(intentId)}`, orderShape);
    if (order.outcome !== "done") return isUnknownThere(order) ? { outcome: "done", value: null } : order;
    const value = recordOfOrder(order.value);
    return value === null ? { outcome: "unknown", message: "unreadable answer" } : { outcome: "done", value };
  }

  async #list(from: number, to: number): Promise<ProviderResult<Transaction[]>> {
    const found: Transaction[] = [];
    for (let page = 1, pages = 1; page <= pages; page += 1) {
      const query = new URLSearchParams({
        start_date: secondsOf(from),
        // Both ends count, by the second.
        end_date: secondsOf(to - 1000),
        fields: "transaction_info",
        // Authorizations do not touch the balance.
        balance_affecting_records_only: "N",
        page_size: String(PAGE),
        page: String(page),
      });
      const answer = await this.#client.get(`/v1/reporting/transactions?${query.toString()}`, pageShape);
      if (answer.outcome === "failed" && answer.code === "RESULTSET_TOO_LARGE" && to - from > SHORTEST_MS)
        return this.#listHalves(from, to);
      if (answer.outcome !== "done") return answer;
      pages = answer.value.total_pages;
      for (const { transaction_info: info } of answer.value.transaction_details) {
        const kind = kindOf(info);
        const money = moneyOf({ ...info.transaction_amount, value: info.transaction_amount.value.replace(/^-/, "") });
        if (kind === null || money === null) continue;
        const { transaction_id: id, paypal_reference_id: follows, custom_field: reference } = info;
        found.push({ id, kind, follows: follows ?? null, reference: reference ?? null, ...money });
      }
    }
    return { outcome: "done", value: found };
  }

  async #listHalves(from: number, to: number): Promise<ProviderResult<Transaction[]>> {
    const middle = from + Math.ceil((to - from) / 2000) * 1000;
    const first = await this.#list(from, middle);
    if (first.outcome !== "done") return first;
    const second = await this.#list(middle, to);
    return second.outcome === "done" ? { outcome: "done", value: [...first.value, ...second.value] } : second;
  }

  async #recordOf(life: Life, intentOf: NamedIntent): Promise<ProviderResult<MoneyRecord | null>> {
    const ours = readPaypalReference(life[0].reference);
    const known = ours && intentOf(ours.orderId, ours.payment);
    if (known !== null && life.some(({ kind }) => kind === "authorization"))
      return { outcome: "done", value: { intentId: known, orderId: ours?.orderId ?? null, ...amountsOf(life) } };
    const intent = known === null ? await this.#intentOf(life) : ({ outcome: "done", value: known } as const);
    if (intent.outcome !== "done") return intent;
    if (intent.value !== null) return this.findRecord(intent.value);
    // Money that was not asked for through the API: it goes by its own id.
    return { outcome: "done", value: { intentId: life[0].id, orderId: ours?.orderId ?? null, ...amountsOf(life) } };
  }

  /** PayPal's order of these transactions; null where none of them has one. */
  async #intentOf(life: Life): Promise<ProviderResult<string | null>> {
    const [first] = life;
    const [family, id] =
      first.kind === "capture"
        ? ["captures", first.id]
        : first.kind === "refund"
          ? ["captures", first.follows ?? first.id]
          : ["authorizations", first.id];
    const found = await this.#client.get(`/v2/payments/${family}/${encodeURIComponent(id)}`, relatedShape);
    if (found.outcome !== "done") return isUnknownThere(found) ? { outcome: "done", value: null } : found;
    return { outcome: "done", value: found.value.supplementary_data?.related_ids?.order_id ?? null };
  }
}

/** What the transaction is to us; null for what moves no payment of ours: fees, holds, voids, payouts. */
function kindOf({
  transaction_event_code: code,
  transaction_status: status,
  transaction_amount,
}: WireInfo): Kind | null {
  // Denied: there was no money. A reversed one was there, and what reversed it is a transaction of its own.
  if (status === "D") return null;
  if (code === "T1300") return "authorization";
  if (code === "T1301") return "renewal";
  if (code === "T1107") return "refund";
  const isIncome = code.startsWith("T00") && !transaction_amount.value.startsWith("-");
  return isIncome && status !== "P" ? "capture" : null;
}
type WireInfo = z.infer<typeof infoShape>;

/** The transactions by the payments that they belong to, each in the order in which they were listed. */
function livesOf(transactions: readonly Transaction[]): Life[] {
  const byId = new Map(transactions.map((transaction) => [transaction.id, transaction]));
  const rootOf = ({ id, follows }: Transaction): string => {
    const before = follows === null || follows === id ? undefined : byId.get(follows);
    return before === undefined ? (follows ?? id) : rootOf(before);
  };
  const lives = Map.groupBy(byId.values(), rootOf);
  return [...lives.values()].flatMap(([first, ...more]) => (first === undefined ? [] : [[first, ...more] as const]));
}

function amountsOf(life: Life): Omit<MoneyRecord, "intentId" | "orderId"> {
  const sum = (kind: Kind) => life.reduce((total, one) => total + (one.kind === kind ? one.amount : 0), 0);
  return {
    currency: life[0].currency,
    authorized: sum("authorization"),
    captured: sum("capture"),
    refunded: sum("refund"),
  };
}

/** The order as a record; null where an amount in it cannot be read. */
function recordOfOrder(order: PaypalOrder): MoneyRecord | null {
  const [{ amount: asked, custom_id }] = order.purchase_units;
  const authorization = authorizationOf(order);
  const held = authorization?.status === "PENDING" || authorization?.status === "DENIED" ? null : authorization;
  const money = moneyOf(held?.amount ?? asked);
  const [captured, refunded] = [sumOf(capturesOf(order)), sumOf(refundsOf(order))];
  if (money === null || captured === null || refunded === null) return null;
  return {
    intentId: order.id,
    orderId: readPaypalReference(custom_id)?.orderId ?? null,
    currency: money.currency,
    authorized: held === null ? 0 : money.amount,
    captured,
    refunded,
  };
}

function isUnknownThere(shortfall: ProviderShortfall): boolean {
  return (
    shortfall.outcome === "failed" &&
    (shortfall.code === "INVALID_RESOURCE_ID" || shortfall.code === "RESOURCE_NOT_FOUND")
  );
}

/** RFC 3339 without fractions. */
function secondsOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
