import { expect, vi } from "vitest";
import { z } from "zod";
import { orderAnswer } from "../../../src/contracts/orders.ts";
import { refundAnswer, returnAnswer } from "../../../src/contracts/returns.ts";
import { callApi, createWorld, orderIn, placeOrder } from "./world.ts";

type Order = z.infer<typeof orderAnswer>;
let lived: Promise<{ order: Order; product: string }> | undefined;

/**
 * An order that has seen everything: edited, delivered, in part returned and paid back, and with another return that
 * waits for a decision. It takes seconds, so that the tests of one system share it.
 */
export function orderWithALife(url: string): Promise<{ order: Order; product: string }> {
  lived ??= live(url);
  return lived;
}

async function live(url: string): Promise<{ order: Order; product: string }> {
  const world = await createWorld(url, 20);
  const { orderId } = await placeOrder(url, world, 2);
  const accepted = (parcels: number) =>
    until(
      () => callApi(url, `/orders/${orderId}`, { answer: orderAnswer }),
      ({ shipments }) => shipments.length === parcels && shipments.every(({ state }) => state === "ACCEPTED"),
    );
  const { version } = await accepted(1);
  await callApi(url, `/orders/${orderId}`, {
    method: "PUT",
    version,
    body: { lines: [{ line: 1, quantity: 3 }] },
    answer: orderAnswer,
  });
  const edited = await accepted(2);
  for (const { shipmentId } of edited.shipments)
    for (const step of ["start", "pack"]) await send(url, `/shipments/${shipmentId}/${step}`);
  await until(
    () => callApi(url, `/orders/${orderId}`, { answer: orderAnswer }),
    ({ shipments }) => shipments.every(({ trackingNumber }) => trackingNumber !== null),
  );
  for (const { shipmentId } of edited.shipments) await send(url, `/shipments/${shipmentId}/ship`);
  await until(
    () => callApi(url, `/orders/${orderId}`, { answer: orderAnswer }),
    ({ paymentState }) => paymentState === "captured",
  );
  for (const { shipmentId } of edited.shipments) await send(url, `/shipments/${shipmentId}/deliver`);
  await orderIn(url, orderId, "DELIVERED");
  const { returnId } = await askReturn(url, orderId, "unused", "too small");
  const read = () => callApi(url, `/returns/${returnId}`, { answer: returnAnswer });
  await until(read, ({ trackingNumber }) => trackingNumber !== null);
  await send(url, `/returns/${returnId}/receive`, { warehouseId: world.warehouseId });
  await send(url, `/returns/${returnId}/inspect`, { units: [{ line: 1, quantity: 1, outcome: "restock" }] });
  await until(read, ({ refund }) => refund?.status === "done");
  await callApi(url, `/orders/${orderId}/refunds`, {
    body: { amount: { amount: 500, currency: "EUR" }, reason: "late delivery" },
    answer: refundAnswer,
  });
  await askReturn(url, orderId, "used", "does not shine");
  return { order: await orderIn(url, orderId, "DELIVERED"), product: world.productName };
}

/** One unit of the order goes back for the same again: answers the order in exchange, once it is placed. */
export async function exchangeUnit(url: string, { orderId, lines, shipments }: Order): Promise<Order> {
  const exchange = { lines: [{ sku: lines[0]?.sku, quantity: 1 }] };
  const { returnId } = await askReturn(url, orderId, "unused", "a scratch", exchange);
  await send(url, `/returns/${returnId}/receive`, { warehouseId: shipments[0]?.warehouseId });
  await send(url, `/returns/${returnId}/inspect`, { units: [{ line: 1, quantity: 1, outcome: "write_off" }] });
  const { exchange: placed } = await until(
    () => callApi(url, `/returns/${returnId}`, { answer: returnAnswer }),
    (returned) => returned.exchange?.status === "placed",
  );
  return callApi(url, `/orders/${placed?.orderId}`, { answer: orderAnswer });
}

/** A delivered order of one unit, whose return in this condition is on its way. */
export async function orderThatComesBack(url: string, condition: string): Promise<{ order: Order; product: string }> {
  const world = await createWorld(url, 1);
  const { orderId } = await placeOrder(url, world);
  const read = () => callApi(url, `/orders/${orderId}`, { answer: orderAnswer });
  await until(read, ({ shipments: [parcel] }) => parcel?.state === "ACCEPTED");
  await send(url, "/warehouse/fulfill", { orderId, warehouseId: world.warehouseId });
  const { shipments } = await until(read, ({ paymentState }) => paymentState === "captured");
  await send(url, `/shipments/${shipments[0]?.shipmentId}/deliver`);
  await orderIn(url, orderId, "DELIVERED");
  const { returnId } = await askReturn(url, orderId, condition, "not what I wanted");
  await send(url, `/returns/${returnId}/approve`);
  return { order: await read(), product: world.productName };
}

/** An order of two units, of which the floor finds one and nobody else has any. */
export async function orderPickedShort(url: string): Promise<{ order: Order; product: string }> {
  const world = await createWorld(url, 2);
  const { orderId } = await placeOrder(url, world, 2);
  const read = () => callApi(url, `/orders/${orderId}`, { answer: orderAnswer });
  const { shipments } = await until(read, ({ shipments: [parcel] }) => parcel?.state === "ACCEPTED");
  const path = `/shipments/${shipments[0]?.shipmentId}`;
  await send(url, `${path}/start`);
  await send(url, `${path}/short`, { items: [{ line: 1, quantity: 1 }], reason: "shelf empty" });
  return { order: await read(), product: world.productName };
}

function askReturn(url: string, orderId: string, condition: string, reason: string, exchange?: unknown) {
  const body = { orderId, lines: [{ line: 1, quantity: 1 }], reason, condition, exchange };
  return callApi(url, "/returns", { body, answer: returnAnswer });
}

function send(url: string, path: string, body?: unknown): Promise<unknown> {
  return callApi(url, path, { method: "POST", ...(body !== undefined && { body }), answer: z.unknown() });
}

function until<Found>(read: () => Promise<Found>, isReached: (found: Found) => boolean): Promise<Found> {
  return vi.waitFor(
    async () => {
      const found = await read();
      expect(isReached(found), JSON.stringify(found)).toBe(true);
      return found;
    },
    { timeout: 20_000 },
  );
}
