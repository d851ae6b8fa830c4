import { describe, expect, it } from "vitest";
import { evolve } from "../../src/domain/order/evolve.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { TestLedger } from "./ledger-harness.ts";
import { Simulation } from "./ledger-simulation.ts";

/** Seeds that have failed once are replayed for ever. */
const KEPT: readonly number[] = [2_085_622_917];
const FRESH = 150;
const STEPS = 120;

function checkAtRest(simulation: Simulation): void {
  for (const id of simulation.orders) {
    const order = simulation.order(id);
    const outside = simulation.outside.get(id);
    if (!order || !outside) throw new Error(`${id} is lost`);
    const events = simulation.storage.listEvents(id);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(events.reduce<Order | null>(evolve, null), "folding the events gives the row").toEqual(order);
    const effects = simulation.storage.listEffects(id);
    expect(
      effects.filter(({ settledAt }) => settledAt === null).map(({ kind, status }) => `${kind} ${status}`),
      "every effect has its outcome",
    ).toEqual([]);
    expect(new Set(outside.told).size, `nobody is told twice: ${outside.told.join(", ")}`).toBe(outside.told.length);
    const isLabelOpen = effects.some(
      ({ kind, status }) => status === "failed" && (kind === "CreateLabel" || kind === "VoidLabel"),
    );
    for (const [shipment, labels] of outside.labels) {
      expect(labels.length, `live labels of ${shipment}`).toBeLessThanOrEqual(1);
      const shown = order.shipments.find(({ id }) => id === shipment)?.label?.trackingNumber;
      if (!isLabelOpen) expect(labels, `live labels of ${shipment}`).toEqual(labels.filter((live) => live === shown));
    }
    for (const [number, intent] of outside.intents) {
      expect(intent.captures, `captures of payment ${number}`).toBeLessThanOrEqual(1);
      expect(intent.refunded).toBeLessThanOrEqual(intent.captured);
      const booked = order.payments.find((payment) => payment.number === number);
      expect(booked?.captured).toBe(intent.captured);
      const gaveUp = effects.some(
        ({ kind, status }) => status === "failed" && (kind === "VoidPayment" || kind === "RefundPayment"),
      );
      if (order.ended && !gaveUp)
        expect(
          intent.status === "authorized" || intent.captured > intent.refunded,
          `payment ${number} of an ended order`,
        ).toBe(false);
    }
    const released = !effects.some(({ kind, status }) => status === "failed" && kind === "ReleaseStock");
    if (order.ended && released) expect([...outside.stock.values()]).not.toContain("allocated");
    if (!order.ended && order.state !== "DELIVERED")
      expect(outside.deviations.size, `${order.state} waits for nobody`).toBeGreaterThan(0);
  }
}

describe("a ledger, its consumers and everything around it", () => {
  it("come to rest with nothing lost and nothing done twice, whatever breaks on the way", async () => {
    const states = new Map<string, number>();
    const origin = Date.now();
    const seeds = [...KEPT, ...Array.from({ length: FRESH }, (_, index) => (origin + index) % 2_147_483_647)];
    await new TestLedger().inside((_ledger, { storage }) => {
      for (const seed of seeds) {
        try {
          const simulation = new Simulation(storage, seed);
          simulation.place();
          for (let step = 0; step < STEPS; step += 1) {
            simulation.step();
            expect(simulation.leased).toEqual(simulation.storage.countLeased());
          }
          simulation.settle();
          checkAtRest(simulation);
          for (const id of simulation.orders) {
            const state = simulation.order(id)?.state ?? "";
            states.set(state, (states.get(state) ?? 0) + 1);
          }
        } catch (error) {
          throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        }
      }
    });
    expect([...states.keys()]).toEqual(expect.arrayContaining(["DELIVERED", "CANCELLED", "PAYMENT_FAILED"]));
  }, 120_000);
});
