import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import type { OrderCommand } from "../../src/domain/order/commands.ts";
import { type EffectKind, laneOf } from "../../src/domain/order/effects.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { nextTimer } from "../../src/domain/order/timers.ts";
import { type CalledEffect, type LineSpec, OrderBooks, placedOrder } from "../support/order-books.ts";
import { contentOf } from "../support/order-content.ts";
import { checkHandedOver, checkOrdered, checkPromised } from "../support/order-edit-steps.ts";
import { LUCK, Outside } from "../support/order-outside.ts";

const FLOOR = ["StartPicking", "PackShipment", "ShipShipment", "DeliverShipment"] as const;

/** One order and everything outside of it, where all goes well: only the order of things is open. */
class World {
  readonly books: OrderBooks;
  readonly outside: Outside;
  readonly #settled = new Set<string>();

  constructor(captureOn: Order["captureOn"], wmsShare = 0) {
    this.outside = new Outside(wmsShare);
    const lines: LineSpec[] = [
      { quantity: 2, held: { berlin: 2 } },
      { quantity: 1, unitPrice: 500, held: { paris: 1 } },
    ];
    this.books = new OrderBooks(placedOrder(lines, { captureOn }));
  }

  /** Does the first effect of one of these kinds whose turn it is in its lane; false when there is none. */
  perform(...kinds: EffectKind[]): boolean {
    const open = this.books.effects.filter(({ id }) => !this.#settled.has(id));
    const isNext = ({ id, effect }: CalledEffect) =>
      laneOf(effect) === "watch" || open.find((other) => laneOf(other.effect) === laneOf(effect))?.id === id;
    for (const called of open
      .filter(({ effect }) => kinds.length === 0 || kinds.includes(effect.kind))
      .filter(isNext)) {
      const { books, outside } = this;
      const result = outside.perform(called.id, called.effect, books.order, books.now, LUCK);
      if (result === null) continue;
      this.#settled.add(called.id);
      books.done(called.effect.kind, result, called);
      return true;
    }
    return false;
  }

  /** The next thing that the floor can do with any parcel. */
  floor(): boolean {
    return this.books.order.shipments.some(({ id: shipmentId }) =>
      FLOOR.some((type) => this.books.command({ type, shipmentId }).ok),
    );
  }

  /** The moment at which every payment and every hold of the order as it is now is over. */
  expire(): void {
    const { order } = this.books;
    this.books.now = Math.max(order.holdExpiresAt, ...order.payments.map(({ deadline }) => deadline));
    this.#ring();
  }

  #ring(): void {
    for (let timer = nextTimer(this.books.order); timer !== null && timer.at <= this.books.now;) {
      assert.notEqual(this.books.timer(timer.timer).length, 0, `${timer.timer} comes to something`);
      timer = nextTimer(this.books.order);
    }
  }

  /** Goes on until nothing is left to do. */
  rest(): void {
    for (let turns = 0; this.perform() || this.floor() || this.#wait(); turns += 1)
      assert.ok(turns < 200, "comes to rest");
  }

  #wait(): boolean {
    const timer = nextTimer(this.books.order);
    if (timer === null || timer.timer === "authorization_lapse") return false;
    this.books.now = Math.max(this.books.now, timer.at);
    this.#ring();
    return true;
  }

  get kept(): number {
    return [...this.outside.intents.values()].reduce((sum, { captured, refunded }) => sum + captured - refunded, 0);
  }
}

type Step = (world: World) => unknown;

/** Every order in which these can happen, each actor's own steps one after the other. */
function* interleavings(actors: readonly (readonly Step[])[]): Generator<Step[]> {
  const busy = actors.filter((steps) => steps.length > 0);
  if (busy.length === 0) yield [];
  for (const actor of busy) {
    const [first, ...later] = actor;
    const others = actors.map((steps) => (steps === actor ? later : steps));
    for (const rest of interleavings(others)) if (first) yield [first, ...rest];
  }
}

const bank: Step[] = [(world) => world.perform("AuthorizePayment"), (world) => world.perform("CapturePayment")];
const levels: Step[] = [(world) => world.perform("AllocateStock")];
/** A pick, and then all that follows it up to the parcel's leaving, as far as its money lets it. */
const floor: Step[] = [
  (world) => world.floor(),
  (world) => [world.floor(), world.perform("CreateLabel"), world.floor()],
];
const clock: Step[] = [(world) => world.expire()];

const WISHES: Record<string, (order: Order) => OrderCommand> = {
  "a cancel": () => ({ type: "CancelOrder", reason: "changed my mind" }),
  "a cancel of one unit": () => ({ type: "CancelLines", lines: [{ line: 1, quantity: 1 }], reason: "one is enough" }),
  "an edit to more": (order) => ({ type: "EditOrder", edit: { content: contentOf(order, { 1: 3 }) } }),
  "an edit to less of one and more of the other": (order) => ({
    type: "EditOrder",
    edit: { content: contentOf(order, { 1: 1, 2: 4 }) },
  }),
  "another address": (order) => ({
    type: "EditOrder",
    edit: { address: { ...order.address, line1: "Allee 2" }, content: contentOf(order, {}) },
  }),
};

/** At any time: money is taken once, the order's own numbers agree, and no WMS picks what was given up. */
function checkAlways({ books, outside }: World): void {
  checkOrdered(books.order, books.events);
  checkHandedOver(books.order, outside);
  for (const { captures, captured, refunded, amount } of outside.intents.values())
    assert.ok(captures <= 1 && captured <= amount && refunded <= captured);
}

/** At the end: all of it or nothing, in stock and in money. */
function checkEnd({ books, outside, kept }: World): void {
  const { order } = books;
  const stock = [...outside.stock.values()];
  assert.ok(!stock.includes("allocated"), "nothing stays promised");
  assert.ok(![...outside.intents.values()].some(({ status }) => status === "authorized"), "no money stays reserved");
  if (order.ended) {
    assert.ok(!stock.includes("shipped"), "nothing of it has left");
    assert.equal(kept, 0, "nobody pays for what has ended");
    return;
  }
  assert.equal(order.state, "DELIVERED");
  checkPromised(order, outside);
  for (const { number, quantity } of order.lines) {
    const ids = new Set(order.reservations.filter(({ line }) => line === number).map(({ id }) => id));
    const left = [...outside.shipped].filter(([id]) => ids.has(id)).reduce((sum, [, units]) => sum + units, 0);
    assert.equal(left, quantity, `units of line ${number} that have left`);
  }
  assert.equal(kept, order.totals.total, "paid for exactly what has left");
}

describe("payment, capture, allocation, picking, shipping and expiry in every order, with", () => {
  it.each(Object.entries(WISHES))(
    "%s at any moment: all of it or nothing",
    (_name, wish) => {
      const ends = new Set<string>();
      for (const captureOn of ["order", "shipment"] as const) {
        const customer: Step[] = [(world) => world.books.command(wish(world.books.order))];
        for (const steps of interleavings([bank, levels, floor, clock, customer])) {
          const world = new World(captureOn);
          for (const step of steps) {
            step(world);
            checkAlways(world);
          }
          world.rest();
          checkAlways(world);
          checkEnd(world);
          ends.add(world.books.order.state);
        }
      }
      expect(ends).toContain("DELIVERED");
      expect(ends).toContain("PAYMENT_FAILED");
      if (wish === WISHES["a cancel"])
        expect([...ends].some((end) => end === "CANCELLED" || end === "REFUNDED")).toBe(true);
    },
    60_000,
  );
});

/** What the bank says by its webhook, whether or not it is news. */
const webhook: Step[] = [({ books, outside }) => outside.intents.has(1) && books.payment(outside.factOf(1, books.now))];

it("a cancel at any moment is all of it or nothing, also where the bank's webhook comes at any moment", () => {
  for (const captureOn of ["order", "shipment"] as const) {
    const customer: Step[] = [(world) => world.books.command({ type: "CancelOrder", reason: "changed my mind" })];
    for (const steps of interleavings([bank, levels, floor, customer, webhook])) {
      const world = new World(captureOn);
      for (const step of steps) {
        step(world);
        checkAlways(world);
      }
      world.rest();
      checkAlways(world);
      checkEnd(world);
    }
  }
}, 60_000);

/** The warehouses' answers: both parcels are taken, or given back, as the one or the other is asked for. */
const warehouses: Step[] = [
  (world) => world.perform("RequestFulfillment"),
  (world) => world.perform("RequestFulfillment", "CancelFulfillment"),
];
const laterBank: Step[] = [(world) => world.perform("AuthorizePayment", "CapturePayment")];

describe("parcels that warehouses take and give back, picking and money in every order, with", () => {
  it.each(Object.entries(WISHES).flatMap(([name, wish]) => [0, 1].map((share) => ({ name, wish, share }))))(
    "$name, where $share of the warehouses pick unseen: all of it or nothing",
    ({ wish, share }) => {
      const ends = new Set<string>();
      const met = new Set<string>();
      for (const captureOn of ["order", "shipment"] as const) {
        const customer: Step[] = [
          (world) => world.books.command(wish(world.books.order)),
          (world) => world.perform("CancelFulfillment"),
        ];
        for (const steps of interleavings([laterBank, warehouses, floor, customer])) {
          const world = new World(captureOn, share);
          world.perform("AuthorizePayment");
          world.perform("AllocateStock");
          for (const step of steps) {
            step(world);
            checkAlways(world);
          }
          world.rest();
          checkAlways(world);
          checkEnd(world);
          expect(world.books.order.pendingEdit, "nothing waits for ever").toBeNull();
          ends.add(world.books.order.state);
          for (const { event } of world.books.events) met.add(event.type);
        }
      }
      expect(ends).toContain("DELIVERED");
      if (wish !== WISHES["a cancel"] && wish !== WISHES["an edit to more"]) {
        expect(met).toContain("EditAwaitsRecall");
        expect(met).toContain("EditAbandoned");
      }
    },
    60_000,
  );
});
