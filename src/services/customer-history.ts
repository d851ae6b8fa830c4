import type { CustomerHistoryEntry, CustomerSummaryAnswer } from "../contracts/customers.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { type AccountEntry, listChangesOf, listMessagesOf, type MessageEntry } from "../db/ops/customer-history.ts";
import { openOps } from "../db/ops/database.ts";
import {
  bounds,
  type CustomerEventRow,
  type CustomerOrder,
  type HistoryPosition,
  listCustomerEvents,
  listCustomerOrders,
  sumCustomerOrders,
} from "../db/orders/customers.ts";
import type { CustomerId } from "../domain/ids.ts";
import type { Money } from "../domain/money.ts";
import { logError } from "../platform/log.ts";
import type { ServiceContext } from "./context.ts";
import { subjectOf, visibleCustomer } from "./customers.ts";
import { audienceOf, type Reader } from "./audience.ts";
import { describeActor } from "./describe-history.ts";
import { stateNamed } from "./describe-order.ts";
import { CUSTOMER_EVENTS, detailsOf } from "./describe-customer-event.ts";
import { fromAll } from "./orders.ts";

/** A page of what the customer did and what was done for them, newest first, out of every database there is. */
export async function readCustomerHistory(
  ctx: ServiceContext,
  id: CustomerId,
  page: { after: HistoryPosition | null; limit: number },
): Promise<ServiceResult<{ rows: CustomerHistoryEntry[]; next: HistoryPosition | null }>> {
  const customer = await visibleCustomer(ctx, id, "customers:read");
  if (!customer.ok) return customer;
  const limit = page.limit + 1;
  const ofOrders = await fromAll(
    ctx,
    (database) =>
      Promise.all([
        listCustomerEvents(database, id, CUSTOMER_EVENTS, page.after, limit),
        listCustomerOrders(database, id),
      ]),
    (parts) => ({ events: parts.flatMap(([events]) => events), orders: parts.flatMap(([, orders]) => orders) }),
  );
  if (!ofOrders.ok) return ofOrders;
  const { events, orders } = ofOrders.value;
  const account = await accountEntries(ctx, id, orders, page.after, limit);
  if (!account.ok) return account;
  const merged = [...events.map((event) => describeEvent(event, ctx.principal)), ...account.value].sort(
    (a, b) => b.when - a.when || (a.entry.id < b.entry.id ? 1 : -1),
  );
  const shown = merged.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    ok: true,
    value: {
      rows: shown.map(({ entry }) => entry),
      next: merged.length > page.limit && last ? { at: last.when, id: last.entry.id } : null,
    },
  };
}

/** What the customer has ordered, spent, got back and sent back, over every database there is. */
export async function summarizeCustomer(
  ctx: ServiceContext,
  id: CustomerId,
): Promise<ServiceResult<CustomerSummaryAnswer>> {
  const customer = await visibleCustomer(ctx, id, "customers:read");
  if (!customer.ok) return customer;
  return fromAll(
    ctx,
    (database) => sumCustomerOrders(database, id),
    (parts) => {
      const sums = parts.flat();
      const total = (of: "orders" | "cancelled" | "units" | "returned") => sums.reduce((sum, row) => sum + row[of], 0);
      const money = (of: "captured" | "refunded"): Money[] =>
        [...Map.groupBy(sums, ({ currency }) => currency)]
          .map(([currency, rows]) => ({ amount: rows.reduce((sum, row) => sum + row[of], 0), currency }))
          .filter(({ amount }) => amount !== 0)
          .sort((a, b) => (a.currency < b.currency ? -1 : 1));
      const moment = (at: number) => (Number.isFinite(at) ? new Date(at).toISOString() : null);
      return {
        customerId: id,
        orders: total("orders"),
        units: total("units"),
        cancelled: total("cancelled"),
        returned: total("returned"),
        spend: money("captured"),
        refunded: money("refunded"),
        firstOrderAt: moment(Math.min(...sums.map(({ firstOrderAt }) => firstOrderAt))),
        lastOrderAt: moment(Math.max(...sums.map(({ lastOrderAt }) => lastOrderAt))),
      };
    },
  );
}

interface Timed {
  when: number;
  entry: CustomerHistoryEntry;
}

async function accountEntries(
  ctx: ServiceContext,
  id: CustomerId,
  orders: readonly CustomerOrder[],
  after: HistoryPosition | null,
  limit: number,
): Promise<ServiceResult<Timed[]>> {
  const db = openOps(ctx.env.OPS);
  const byId = new Map(orders.map((order) => [order.orderId, order]));
  try {
    const [messages, changes] = await Promise.all([
      listMessagesOf(db, [...byId.keys()], bounds(after), limit),
      listChangesOf(db, subjectOf(id), bounds(after), limit),
    ]);
    return {
      ok: true,
      value: [
        ...messages.map((row) => describeMessage(row, byId.get(row.orderId), ctx.principal)),
        ...changes.map((row) => describeChange(row, ctx.principal)),
      ],
    };
  } catch (error) {
    logError("customer_history_unavailable", error, { requestId: ctx.requestId });
    return refuse("lists_unavailable", "The history can't be read at the moment.");
  }
}

function describeEvent({ id, at, currency, actor, event, ...order }: CustomerEventRow, reader: Reader): Timed {
  return {
    when: at,
    entry: {
      id,
      at: new Date(at).toISOString(),
      kind: "order",
      type: event.type,
      actor: describeActor(actor, reader),
      order: describeOrderRow(order),
      details: detailsOf(event, currency),
    },
  };
}

function describeMessage(
  { id, notificationId, kind, subject, channel, recipient, status, error, createdAt }: MessageEntry,
  order: CustomerOrder | undefined,
  reader: Reader,
): Timed {
  return {
    when: createdAt,
    entry: {
      id,
      at: new Date(createdAt).toISOString(),
      kind: "message",
      type: kind,
      actor: describeActor({ kind: "system", id: "saga" }, reader),
      order: order === undefined ? null : describeOrderRow(order),
      // Why a provider did not deliver is for staff.
      details: {
        notificationId,
        subject,
        channel,
        recipient,
        status,
        ...(audienceOf(reader) === "staff" && { error }),
      },
    },
  };
}

function describeChange({ id, at, action, actor, before, after }: AccountEntry, reader: Reader): Timed {
  const { kind, ...who } = actor;
  return {
    when: at,
    entry: {
      id,
      at: new Date(at).toISOString(),
      kind: "account",
      type: action,
      actor: describeActor({ kind: kind === "user" ? "user" : "key", ...who }, reader),
      order: null,
      details: { before, after },
    },
  };
}

function describeOrderRow({ orderId, number, status }: CustomerOrder): CustomerHistoryEntry["order"] {
  return { orderId, number, status: stateNamed(status) };
}
