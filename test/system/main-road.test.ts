import { describe, expect, it } from "vitest";
import { API_KEYS } from "../../seed/access.ts";
import { openShop } from "./shop.ts";

const shop = openShop();

const isReady = ({ shipments }: { shipments: { state: string }[] }) =>
  shipments.length > 0 && shipments.every(({ state }) => state === "ACCEPTED");

describe("the main road", () => {
  it.each(API_KEYS.map(({ name }) => name))("knows who has the key %s, as a newcomer is told", async (key) => {
    const answer = await shop.call("GET", "/api/v1/orders?limit=1", undefined, { authorization: `Bearer ${key}` });
    expect(answer.status).toBe(200);
  });

  it("takes an order from the nearest warehouse to the door, and every book agrees", async () => {
    const sku = await shop.stock({ berlin: 10, sydney: 10 });
    const placed = await shop.place([{ sku, quantity: 3 }]);
    expect(placed.reservations.map(({ warehouseId }) => warehouseId)).toEqual(["berlin"]);
    expect(placed.status).toBe("PENDING");

    await shop.until(placed.orderId, isReady, "the request to the warehouse");
    expect(await shop.level(sku, "berlin")).toMatchObject({ onHand: 10, held: 0, allocated: 3, available: 7 });

    const fulfilled = await shop.call("POST", "/warehouse/fulfill", { orderId: placed.orderId, warehouseId: "berlin" });
    expect(fulfilled.body).toEqual({ status: "success", message: "Order fulfilled successfully" });
    const shipped = await shop.until(
      placed.orderId,
      ({ status, paymentState }) => status === "SHIPPED" && paymentState === "captured",
      "the capture",
    );
    await shop.eventually(
      async () => ((await shop.level(sku, "berlin")).onHand === 7 ? true : null),
      "the stock to leave",
    );
    expect(await shop.level(sku, "berlin")).toMatchObject({ onHand: 7, held: 0, allocated: 0, available: 7 });

    const [shipment] = shipped.shipments;
    const label = await shop.call("GET", `/api/v1/shipments/${shipment?.shipmentId}/label.pdf`);
    expect(label.status).toBe(200);
    expect(label.headers.get("content-type")).toBe("application/pdf");

    const parcels = (await shop.books("fedex", "parcels")).filter(
      ({ reference }) => reference === shipment?.shipmentId,
    );
    expect(parcels).toHaveLength(1);
    const advance = () =>
      shop.call(
        "POST",
        `/simulators/fedex/parcels/${shipment?.trackingNumber}/advance`,
        {},
        { accept: "application/json" },
      );
    while ((await advance()).status === 200);
    await shop.until(placed.orderId, ({ status }) => status === "DELIVERED", "the delivery");

    const intents = (await shop.books("stripe", "payment_intents")).filter(
      ({ order_id }) => order_id === placed.orderId,
    );
    expect(intents).toHaveLength(1);
    expect(intents[0]).toMatchObject({ status: "succeeded", received: placed.totals.total.amount, refunded: 0 });

    // The parcel goes to Germany, and nobody has said in which language its reader reads.
    const kinds = ["erhalten", "ist bestätigt", "ist unterwegs", "ist zugestellt"];
    const mails = await shop.eventually(async () => {
      const sent = (await shop.books("sendgrid", "messages")).filter(({ subject }) =>
        String(subject).includes(placed.number),
      );
      return kinds.every((kind) => sent.some(({ subject }) => String(subject).includes(kind))) ? sent : null;
    }, "the mails");
    for (const kind of kinds) expect(mails.filter(({ subject }) => String(subject).includes(kind))).toHaveLength(1);
  });

  it("splits an order that no warehouse has whole, and each parcel ships by itself", async () => {
    const [here, there] = [await shop.stock({ berlin: 5 }), await shop.stock({ paris: 5 })];
    const placed = await shop.place([
      { sku: here, quantity: 1 },
      { sku: there, quantity: 1 },
    ]);
    expect(placed.reservations.map(({ warehouseId }) => warehouseId).sort()).toEqual(["berlin", "paris"]);
    await shop.until(
      placed.orderId,
      ({ shipments }) => shipments.length === 2 && shipments.every(({ state }) => state === "ACCEPTED"),
      "both requests",
    );
    await shop.call("POST", "/warehouse/fulfill", { orderId: placed.orderId, warehouseId: "berlin" });
    const half = await shop.until(
      placed.orderId,
      ({ fulfillmentState }) => fulfillmentState === "partial",
      "the first parcel",
    );
    expect(half.status).toBe("FULFILLMENT_IN_PROGRESS");
    await shop.call("POST", "/warehouse/fulfill", { orderId: placed.orderId, warehouseId: "paris" });
    const whole = await shop.until(placed.orderId, ({ status }) => status === "SHIPPED", "the second parcel");
    expect(whole.fulfillmentState).toBe("fulfilled");
    const captures = (await shop.books("stripe", "money_movements")).filter(({ kind }) => kind === "capture");
    const intent = (await shop.books("stripe", "payment_intents")).find(({ order_id }) => order_id === placed.orderId);
    expect(captures.filter(({ intent_id }) => intent_id === intent?.["id"]).length).toBeLessThanOrEqual(1);
  });

  it("gives everything back when an order is cancelled before it is picked", async () => {
    const sku = await shop.stock({ berlin: 4 });
    const placed = await shop.place([{ sku, quantity: 4 }]);
    await shop.until(placed.orderId, isReady, "the request to the warehouse");
    const cancelled = await shop.call("POST", `/api/v1/orders/${placed.orderId}/cancel`, { reason: "changed my mind" });
    expect([200, 202]).toContain(cancelled.status);
    await shop.until(
      placed.orderId,
      ({ status, payments }) => status === "CANCELLED" && payments.every((payment) => payment.status === "voided"),
      "the end",
    );
    await shop.eventually(
      async () => ((await shop.level(sku, "berlin")).available === 4 ? true : null),
      "the stock to be free",
    );
    const intent = (await shop.books("stripe", "payment_intents")).find(({ order_id }) => order_id === placed.orderId);
    expect(intent).toMatchObject({ status: "canceled", received: 0 });
  });

  it("refuses to cancel once picking has begun", async () => {
    const sku = await shop.stock({ berlin: 2 });
    const placed = await shop.place([{ sku, quantity: 1 }]);
    const { shipments } = await shop.until(placed.orderId, isReady, "the request to the warehouse");
    await shop.call("POST", `/api/v1/shipments/${shipments[0]?.shipmentId}/start`);
    const refused = await shop.call("POST", `/api/v1/orders/${placed.orderId}/cancel`, { reason: "too late" });
    expect(refused.status).toBe(409);
    expect(refused.body["code"]).toBe("picking_started");
  });

  it("keeps nothing of an order whose card is declined, and says so", async () => {
    const sku = await shop.stock({ berlin: 1 });
    const placed = await shop.place([{ sku, quantity: 1 }], "pm_card_chargeDeclined");
    const failed = await shop.until(placed.orderId, ({ status }) => status === "PAYMENT_FAILED", "the decline");
    expect(failed.payments[0]?.failure?.code).toContain("decline");
    await shop.eventually(async () => {
      const mails = await shop.books("sendgrid", "messages");
      return mails.some(
        ({ subject }) => String(subject).includes(placed.number) && String(subject).includes("ist fehlgeschlagen"),
      )
        ? true
        : null;
    }, "the mail");
  });

  it("goes on with another card where the first was declined", async () => {
    const sku = await shop.stock({ berlin: 1 });
    const placed = await shop.place([{ sku, quantity: 1 }], "pm_card_chargeDeclined");
    await shop.until(placed.orderId, ({ status }) => status === "PAYMENT_FAILED", "the decline");
    const path = `/api/v1/orders/${placed.orderId}/payment-method`;
    const given = await shop.call("POST", path, { paymentMethod: { token: "pm_card_visa" } });
    expect(given.status).toBe(200);
    const paid = await shop.until(placed.orderId, isReady, "the request to the warehouse");
    expect(paid.payments.map(({ status }) => status)).toEqual(["failed", "authorized"]);
    expect((await shop.level(sku, "berlin")).allocated).toBe(1);
    const late = await shop.call("POST", path, { paymentMethod: { token: "pm_card_visa" } });
    expect([late.status, late.body["code"]]).toEqual([409, "order_state"]);
  });

  it("leaves one live label to a parcel that the floor ships with a label of its own", async () => {
    const sku = await shop.stock({ berlin: 2 });
    const placed = await shop.place([{ sku, quantity: 1 }]);
    const { shipments } = await shop.until(placed.orderId, isReady, "the request to the warehouse");
    const path = `/api/v1/shipments/${shipments[0]?.shipmentId}`;
    for (const step of ["start", "pack"]) expect((await shop.call("POST", `${path}/${step}`)).status).toBe(200);
    const bought = await shop.until(
      placed.orderId,
      (order) => order.shipments[0]?.trackingNumber !== null,
      "the label",
    );
    const tracking = { carrier: "dhl", service: "paket", trackingNumber: `OWN-${sku}` };
    const shipped = await shop.call("POST", `${path}/ship`, { tracking });
    expect(shipped.status).toBe(200);
    const labels = () =>
      shop
        .books("fedex", "parcels")
        .then((parcels) => parcels.filter(({ reference }) => reference === shipments[0]?.shipmentId));
    await shop.eventually(
      async () => ((await labels()).every((label) => label["cancelled_at"] !== null) ? true : null),
      "the bought label to be given back",
    );
    expect((await labels()).map((label) => String(label["tracking_number"]))).toEqual([
      bought.shipments[0]?.trackingNumber,
    ]);
    expect((await shop.read(placed.orderId)).shipments[0]).toMatchObject({ trackingNumber: `OWN-${sku}` });
    // What is printed is never the label that was given back.
    expect((await shop.call("GET", `${path}/label.pdf`)).status).toBe(409);
    expect((await shop.call<string>("GET", `${path}/label.zpl`)).body).toContain(`OWN-${sku}`);
  });

  it("waits for the customer's bank, and goes on when they have answered", async () => {
    const sku = await shop.stock({ berlin: 1 });
    const placed = await shop.place([{ sku, quantity: 1 }], "pm_card_authenticationRequired");
    const waiting = await shop.until(
      placed.orderId,
      ({ paymentState }) => paymentState === "requires_action",
      "the bank's question",
    );
    const url = new URL(waiting.payments[0]?.actionUrl ?? "");
    const form = new URLSearchParams({ answer: "complete" });
    await fetch(`${shop.url}${url.pathname}`, { method: "POST", body: form, redirect: "manual" });
    await shop.until(placed.orderId, isReady, "the request to the warehouse");
  });

  it("sells the last unit once, however many ask for it at the same time", async () => {
    const sku = await shop.stock({ berlin: 5 });
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => shop.call("POST", "/api/v1/orders", shop.order([{ sku, quantity: 1 }]))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(35);
    expect(answers.every(({ status, body }) => status === 201 || body["code"] === "insufficient_stock")).toBe(true);
    expect((await shop.level(sku, "berlin")).available).toBe(0);
  });

  it("answers a repeated request with the order it made the first time", async () => {
    const sku = await shop.stock({ berlin: 1 });
    const key = { "idempotency-key": `again-${sku}` };
    const first = await shop.call("POST", "/api/v1/orders", shop.order([{ sku, quantity: 1 }]), key);
    const again = await shop.call("POST", "/api/v1/orders", shop.order([{ sku, quantity: 1 }]), key);
    expect(again.status).toBe(201);
    expect(again.body["orderId"]).toBe(first.body["orderId"]);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const other = await shop.call("POST", "/api/v1/orders", shop.order([{ sku, quantity: 2 }]), key);
    expect(other.status).toBe(422);
    expect(other.body["code"]).toBe("idempotency_mismatch");
  });
});
