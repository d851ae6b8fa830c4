import { expect, it } from "vitest";
import type { MovementAnswer } from "../../src/contracts/inventory.ts";
import type { OrderAnswer } from "../../src/contracts/orders.ts";
import type { OrderPaymentsAnswer, ReturnAnswer } from "../../src/contracts/returns.ts";
import { openShop } from "./shop.ts";

const shop = openShop();

/** What a unit costs in Germany: 15.00, and 19% on it. */
const UNIT = 1785;
const EVERY_MESSAGE = [
  "erhalten",
  "ist bestätigt",
  "ist unterwegs",
  "Ein Teil",
  "Geld erstattet",
  "ist zugestellt",
  "So senden Sie",
  "ist angekommen",
  "Geld erstattet",
];

interface Bank {
  card: string;
  /** The mails that ask the customer to agree to a payment, if they have to. */
  asks: string[];
  /** What the provider's books say of the order's money, oldest first. */
  movements: (orderId: string) => Promise<string[]>;
}

const STRIPE: Bank = {
  card: "pm_card_visa",
  asks: [],
  movements: async (orderId) =>
    told(await shop.books("stripe", "money_movements"), (row) => row["order_id"] === orderId),
};
const PAYPAL: Bank = {
  card: "paypal",
  asks: ["Bitte bestätigen Sie"],
  movements: async (orderId) =>
    told(await shop.books("paypal", "money_movements"), (row) => String(row["reference"]).startsWith(`${orderId}.`)),
};

type Row = Record<string, string | number | null>;

function told(rows: Row[], isMine: (row: Row) => boolean): string[] {
  return rows
    .filter(isMine)
    .map(({ kind, amount }) => `${kind} ${amount}`)
    .toReversed();
}

/** The customer says yes at the provider, where the payment waits for them. */
async function agree(order: OrderAnswer, { asks }: Bank, payment: number): Promise<void> {
  if (asks.length === 0) return;
  const isAsked = ({ payments }: OrderAnswer) => payments[payment - 1]?.status === "requires_action";
  const { payments } = await shop.until(order.orderId, isAsked, "the way to the provider");
  const { pathname } = new URL(payments[payment - 1]?.actionUrl ?? "");
  const body = new URLSearchParams({ answer: "approve" });
  expect((await fetch(`${shop.url}${pathname}`, { method: "POST", body, redirect: "manual" })).status).toBe(303);
}

const parcels = ({ shipments }: OrderAnswer) =>
  shipments
    .filter(({ state }) => state === "ACCEPTED")
    .map(({ warehouseId, items }) => `${warehouseId} ${items.map(({ quantity }) => quantity).join("+")}`)
    .sort()
    .join(", ");

/** What went in and out of the shelf, oldest first; its last balance is what is on hand. */
async function shelf(sku: string, warehouse: string): Promise<string[]> {
  const { body } = await shop.call<{ data: MovementAnswer[] }>("GET", `/api/v1/inventory/${sku}/${warehouse}/ledger`);
  const movements = body.data.toReversed().filter(({ delta }) => delta !== 0);
  expect(await shop.level(sku, warehouse)).toMatchObject({
    onHand: movements.at(-1)?.balance ?? 0,
    held: 0,
    allocated: 0,
  });
  return movements.map(({ kind, delta, balance }) => `${kind} ${delta} → ${balance}`);
}

async function step(returnId: string, name: string, body: unknown): Promise<void> {
  const answer = await shop.call("POST", `/api/v1/returns/${returnId}/${name}`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

it.each([
  ["Stripe", STRIPE],
  ["PayPal", PAYPAL],
])(
  "an order's whole life, paid by %s, ends with every book in agreement",
  async (_name, bank) => {
    const scarce = await shop.stock({ berlin: 3, paris: 5 });
    const plain = await shop.stock({ berlin: 5 });
    const lines = [
      { sku: scarce, quantity: 3 },
      { sku: plain, quantity: 1 },
    ];
    const placed = await shop.place(lines, bank.card);
    const { orderId, number } = placed;
    const path = `/api/v1/orders/${orderId}`;
    await agree(placed, bank, 1);
    const ready = await shop.until(orderId, (order) => parcels(order) === "berlin 3+1", "the request to Berlin");
    const first = ready.totals.total.amount;

    // Two more than Berlin has: they come from Paris, and cost.
    const more = { lines: [{ line: 1, quantity: 5 }] };
    const edited = await shop.call<OrderAnswer>("PUT", path, more, { "if-match": `"${ready.version}"` });
    expect([edited.status, edited.body.pendingEdit?.payment]).toEqual([202, 2]);
    await agree(placed, bank, 2);
    const split = await shop.until(orderId, (order) => parcels(order) === "berlin 3+1, paris 2", "the second parcel");
    const whole = split.totals.total.amount;
    expect(whole - first, "the difference is at least what two units cost").toBeGreaterThanOrEqual(2 * UNIT);

    await shop.call("POST", "/warehouse/fulfill", { orderId, warehouseId: "berlin" });
    const isCaptured = ({ payments, fulfillmentState }: OrderAnswer) =>
      fulfillmentState === "partial" && payments.every(({ status }) => status === "captured");
    await shop.until(orderId, isCaptured, "the capture");

    const cancel = { reason: "too many after all", lines: [{ line: 1, quantity: 2 }] };
    expect((await shop.call("POST", `${path}/cancel`, cancel)).status).toBe(200);
    const shipped = await shop.until(
      orderId,
      ({ status, paymentState }) => status === "SHIPPED" && paymentState === "partially_refunded",
      "what was cancelled to be paid back",
    );
    expect(shipped.totals.total.amount).toBe(whole - 2 * UNIT);
    const parcel = shipped.shipments.find(({ state }) => state === "SHIPPED");
    await shop.call("POST", `/api/v1/shipments/${parcel?.shipmentId}/deliver`);
    await shop.until(orderId, ({ status }) => status === "DELIVERED", "the delivery");

    const form = { orderId, lines: [{ line: 1, quantity: 1 }], reason: "too small" };
    const asked = await shop.call<ReturnAnswer>("POST", "/api/v1/returns", form);
    expect(asked.status, JSON.stringify(asked.body)).toBe(201);
    const { returnId } = asked.body;
    const returned = async () => (await shop.call<ReturnAnswer>("GET", `/api/v1/returns/${returnId}`)).body;
    await shop.eventually(async () => ((await returned()).trackingNumber === null ? null : true), "the label");
    await step(returnId, "receive", { warehouseId: "paris" });
    await step(returnId, "inspect", { units: [{ line: 1, quantity: 1, outcome: "restock" }] });
    const { refund } = await shop.eventually(async () => {
      const now = await returned();
      return now.refund?.status === "done" ? now : null;
    }, "the refund");
    const back = refund?.amount.amount ?? 0;
    // All units cost the same, so each of the four that were sent bears a quarter of the shipping.
    const shipping = shipped.totals.total.amount - 4 * UNIT;
    expect(back).toBe(UNIT + Math.round(shipping / 4));

    // The provider's book, to the cent.
    const order = await shop.read(orderId);
    const money = (await shop.call<OrderPaymentsAnswer>("GET", `${path}/payments`)).body;
    expect(await bank.movements(orderId)).toEqual([
      `authorize ${first}`,
      `authorize ${whole - first}`,
      `capture ${first}`,
      `capture ${whole - first}`,
      `refund ${2 * UNIT}`,
      `refund ${back}`,
    ]);
    expect(money).toMatchObject({
      captured: { amount: whole },
      refunded: { amount: 2 * UNIT + back },
      refundable: { amount: order.totals.total.amount - back },
    });
    expect(order).toMatchObject({ status: "DELIVERED", paymentState: "partially_refunded" });
    expect(order.fulfillmentState).toBe("partially_returned");

    // The book of stock.
    await shop.eventually(
      async () => ((await shop.level(scarce, "paris")).onHand === 6 ? true : null),
      "the unit to be stock where it arrived",
    );
    expect(await shelf(scarce, "berlin")).toEqual(["receipt 3 → 3", "shipment -3 → 0"]);
    expect(await shelf(scarce, "paris")).toEqual(["receipt 5 → 5", "receipt 1 → 6"]);
    expect(await shelf(plain, "berlin")).toEqual(["receipt 5 → 5", "shipment -1 → 4"]);

    // The mailbox: each message once, in the order in which things happened.
    const mails = await shop.eventually(async () => {
      const rows = (await shop.books("sendgrid", "messages")).toReversed();
      const mine = rows.map(({ subject }) => String(subject)).filter((subject) => subject.includes(number));
      return mine.length >= EVERY_MESSAGE.length + 2 * bank.asks.length ? mine : null;
    }, "the mails");
    const [received = "", ...rest] = EVERY_MESSAGE;
    const [confirmed = "", ...later] = rest;
    const expected = [received, ...bank.asks, confirmed, ...bank.asks, ...later];
    expect(mails).toEqual(expected.map((words) => expect.stringContaining(words) as string));
  },
  90_000,
);
