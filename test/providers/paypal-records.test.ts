import { describe, expect, it } from "vitest";
import type { PaypalToken } from "../../src/providers/paypal-client.ts";
import { PaypalRecords } from "../../src/providers/paypal-records.ts";
import { fakeFetch, json, type Reply } from "./fake-fetch.ts";
import { authorization, order, wire } from "./paypal-wire.ts";

const DAY = Date.parse("2026-11-20T00:00:00Z");
const NEXT = DAY + 86_400_000;

/** Books that are reached with a token already. */
function books(...replies: Reply[]) {
  const { fetch, sent } = fakeFetch(...replies);
  const tokens = new Map<string, PaypalToken>([["id", { token: "A21AA", usableUntil: Date.now() + 60_000 }]]);
  return { records: new PaypalRecords({ clientId: "id", clientSecret: "s", fetch, timeLimitMs: 200, tokens }), sent };
}

const transaction = (id: string, code: string, value: string, follows?: string, change: object = {}) => ({
  transaction_info: {
    transaction_id: id,
    ...(follows && { paypal_reference_id: follows, paypal_reference_id_type: "TXN" }),
    transaction_event_code: code,
    transaction_initiation_date: "2026-11-20T04:03:52+0000",
    transaction_amount: wire(value),
    transaction_status: "S",
    custom_field: "ord_1.1",
    ...change,
  },
});
const page = (...details: object[]) => json(200, { transaction_details: details, page: 1, total_pages: 1 });
const named = (orderId: string, payment: number) => (orderId === "ord_1" && payment === 1 ? "ORDER1" : null);
const money = { orderId: "ord_1", currency: "EUR", authorized: 1099, captured: 1099, refunded: 0 };
const wholeOrder = order("COMPLETED", {
  authorizations: [authorization({ status: "CAPTURED" })],
  captures: [{ id: "C1", status: "COMPLETED", amount: wire("10.99") }],
});
const paths = (sent: readonly { url: string }[]) => sent.map(({ url }) => new URL(url).pathname);
const gone = json(404, { name: "RESOURCE_NOT_FOUND", details: [{ issue: "INVALID_RESOURCE_ID" }] });

describe("PayPal's books", () => {
  it("are read without looking anything up where a payment began on that day and ours know it", async () => {
    const { records, sent } = books(
      page(
        transaction("A1", "T1300", "10.99"),
        transaction("C1", "T0006", "10.99", "A1"),
        transaction("R1", "T1107", "-3.00", "C1"),
        transaction("H1", "T1110", "-10.99", "C1"),
        transaction("P1", "T0400", "-500.00", undefined, { custom_field: undefined }),
        transaction("D1", "T0006", "99.00", "A1", { transaction_status: "D" }),
      ),
    );
    expect(await records.movedBetween(DAY, NEXT, named)).toEqual({
      outcome: "done",
      value: [{ intentId: "ORDER1", ...money, refunded: 300 }],
    });
    expect(sent).toHaveLength(1);
    const asked = new URL(sent[0]?.url ?? "").searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      start_date: "2026-11-20T00:00:00Z",
      end_date: "2026-11-20T23:59:59Z",
      balance_affecting_records_only: "N",
      page_size: "500",
    });
  });

  it("look a payment up as a whole where it began before", async () => {
    const { records, sent } = books(page(transaction("C1", "T0006", "10.99", "A1")), json(200, wholeOrder));
    expect(await records.movedBetween(DAY, NEXT, named)).toEqual({
      outcome: "done",
      value: [{ intentId: "ORDER1", ...money }],
    });
    expect(paths(sent).at(-1)).toBe("/v2/checkout/orders/ORDER1");
  });

  it("look up what our books do not know, and keep money that no order of PayPal's stands for", async () => {
    const related = json(200, { id: "A1", supplementary_data: { related_ids: { order_id: "ORDER1" } } });
    const { records, sent } = books(page(transaction("A1", "T1300", "10.99")), related, json(200, wholeOrder));
    expect(await records.movedBetween(DAY, NEXT, () => null)).toMatchObject({ value: [{ intentId: "ORDER1" }] });
    expect(paths(sent).slice(1)).toEqual(["/v2/payments/authorizations/A1", "/v2/checkout/orders/ORDER1"]);
    const byHand = transaction("X1", "T0000", "5.00", undefined, { custom_field: undefined });
    expect(await books(page(byHand), gone).records.movedBetween(DAY, NEXT, named)).toMatchObject({
      value: [{ intentId: "X1", orderId: null, captured: 500 }],
    });
  });

  it("take two payments under one name of ours for two", async () => {
    const related = (id: string) => json(200, { id, supplementary_data: { related_ids: { order_id: id } } });
    const { records } = books(
      page(transaction("A1", "T1300", "10.99"), transaction("A2", "T1300", "10.99")),
      related("ORDER1"),
      related("ORDER2"),
      json(200, wholeOrder),
      json(200, { ...wholeOrder, ...order("COMPLETED", { authorizations: [authorization()] }), id: "ORDER2" }),
    );
    const moved = await records.movedBetween(DAY, NEXT, named);
    expect(moved.outcome === "done" && moved.value.map(({ intentId }) => intentId).sort()).toEqual([
      "ORDER1",
      "ORDER2",
    ]);
  });

  it("are asked for in halves where there is too much for one answer, and page by page", async () => {
    const tooMuch = json(400, { name: "INVALID_REQUEST", details: [{ issue: "RESULTSET_TOO_LARGE" }] });
    const paged = (number: number) =>
      json(200, { transaction_details: [transaction(`A${number}`, "T1300", "1.00")], total_pages: 2 });
    const { records, sent } = books(tooMuch, paged(1), paged(1), page(), json(200, wholeOrder));
    expect(await records.movedBetween(DAY, NEXT, named)).toMatchObject({ value: [{ authorized: 100 }] });
    const asked = sent.slice(0, 4).map(({ url }) => new URL(url).searchParams);
    expect(asked.map((query) => [query.get("start_date"), query.get("end_date"), query.get("page")])).toEqual([
      ["2026-11-20T00:00:00Z", "2026-11-20T23:59:59Z", "1"],
      ["2026-11-20T00:00:00Z", "2026-11-20T11:59:59Z", "1"],
      ["2026-11-20T00:00:00Z", "2026-11-20T11:59:59Z", "2"],
      ["2026-11-20T12:00:00Z", "2026-11-20T23:59:59Z", "1"],
    ]);
  });

  it("say that they can't be read, and what they do not have", async () => {
    expect(await books(json(500, {})).records.movedBetween(DAY, NEXT, named)).toMatchObject({ outcome: "unknown" });
    expect(await books(gone).records.findRecord("ORDER9")).toEqual({ outcome: "done", value: null });
    const denied = order("COMPLETED", { authorizations: [authorization({ status: "DENIED" })] });
    expect(await books(json(200, denied)).records.findRecord("ORDER1")).toMatchObject({ value: { authorized: 0 } });
  });
});
