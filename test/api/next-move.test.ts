import { describe, expect, it } from "vitest";
import type { ReservationId, ShipmentId, Sku, WarehouseId } from "../../src/domain/ids.ts";
import type { Order, OrderState, Reservation, Shipment, ShipmentState } from "../../src/domain/order/order.ts";
import { nextMove } from "../../src/services/fulfill-order.ts";

const HERE = "berlin" as WarehouseId;
const ELSEWHERE = "paris" as WarehouseId;

function shipment(state: ShipmentState, changes: Partial<Shipment> = {}): Shipment {
  return {
    id: "shp_1" as ShipmentId,
    number: 1,
    warehouseId: HERE,
    state,
    items: [],
    label: null,
    reachedAt: {},
    problem: null,
    requestedIn: 1,
    acceptedByWms: false,
    ...changes,
  };
}

const LABEL = { carrier: "fedex", service: "FEDEX_GROUND", trackingNumber: "7946" };

function held(warehouseId: WarehouseId): Reservation {
  return { id: "rsv_1" as ReservationId, line: 1, sku: "A" as Sku, warehouseId, quantity: 1, status: "HELD" };
}

function order(state: OrderState, changes: Partial<Order> = {}): Order {
  const bare = { state, shipments: [], reservations: [], ended: null, cancelling: null, ...changes };
  const whole: unknown = bare;
  return whole as Order;
}

describe("the next move of a warehouse's part of an order", () => {
  it.each([
    ["REQUESTED", { kind: "step", step: { type: "StartPicking" } }],
    ["ACCEPTED", { kind: "step", step: { type: "StartPicking" } }],
    ["PICKING", { kind: "step", step: { type: "PackShipment" } }],
    ["PACKED", { kind: "wait", for: "the carrier's label" }],
    ["EXCEPTION", { kind: "stuck", refusal: { problem: { code: "shipment_state" } } }],
    ["SHIPPED", { kind: "done" }],
    ["OUT_FOR_DELIVERY", { kind: "done" }],
    ["DELIVERED", { kind: "done" }],
  ] as const)("for a shipment that is %s", (state, move) => {
    expect(nextMove(order("FULFILLMENT_IN_PROGRESS", { shipments: [shipment(state)] }), HERE)).toMatchObject(move);
  });

  it("ships a packed parcel once it has its label", () => {
    expect(
      nextMove(order("FULFILLMENT_IN_PROGRESS", { shipments: [shipment("PACKED", { label: LABEL })] }), HERE),
    ).toMatchObject({ kind: "step", step: { type: "ShipShipment" } });
  });

  it("goes on with one shipment while another waits for its label", () => {
    const shipments = [shipment("PACKED"), shipment("PICKING", { id: "shp_2" as ShipmentId, number: 2 })];
    expect(nextMove(order("FULFILLMENT_IN_PROGRESS", { shipments }), HERE)).toMatchObject({
      kind: "step",
      shipment: { id: "shp_2" },
    });
  });

  it("leaves other warehouses' shipments alone", () => {
    const shipments = [shipment("SHIPPED"), shipment("REQUESTED", { warehouseId: ELSEWHERE })];
    expect(nextMove(order("FULFILLMENT_IN_PROGRESS", { shipments }), HERE)).toEqual({ kind: "done" });
  });

  it.each([
    ["PENDING", "its payment"],
    ["PAYMENT_PROCESSING", "its payment"],
    ["PAYMENT_COMPLETED", "the allocation of its stock"],
    ["FULFILLMENT_PENDING", "the warehouse's part to be requested"],
  ] as const)("waits while an order is %s, and says for what", (state, reason) => {
    expect(nextMove(order(state, { reservations: [held(HERE)] }), HERE)).toEqual({ kind: "wait", for: reason });
  });

  it("does not wait for an order that has nothing here", () => {
    for (const state of ["PENDING", "FULFILLMENT_PENDING", "SHIPPED", "DELIVERED"] as const)
      expect(nextMove(order(state, { reservations: [held(ELSEWHERE)] }), HERE), state).toMatchObject({
        kind: "stuck",
        refusal: { problem: { code: "order_state" } },
      });
  });

  it("does not touch an order that has ended or is being cancelled", () => {
    const ended = order("CANCELLED", {
      ended: { as: "CANCELLED", reason: "x", at: 0 },
      shipments: [shipment("CANCELLED")],
    });
    expect(nextMove(ended, HERE)).toMatchObject({ kind: "stuck", refusal: { problem: { code: "order_state" } } });
    expect(
      nextMove(
        order("FULFILLMENT_PENDING", { cancelling: { reason: "x", requestedAt: 0 }, reservations: [held(HERE)] }),
        HERE,
      ),
    ).toMatchObject({ kind: "stuck" });
  });
});
