import assert from "node:assert/strict";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { ReturnId } from "../../src/domain/ids.ts";
import type { OrderCommand } from "../../src/domain/order/commands.ts";
import { type EffectResult, laneOf } from "../../src/domain/order/effects.ts";
import { evolve } from "../../src/domain/order/evolve.ts";
import { ORDER_STATES, type Order } from "../../src/domain/order/order.ts";
import { nextTimer } from "../../src/domain/order/timers.ts";
import { checkModel, MODEL_RUNS } from "../support/model-check.ts";
import {
  checkHandedOver,
  checkKept,
  checkOrdered,
  checkPaidFor,
  checkPromised,
  editCommand,
} from "../support/order-edit-steps.ts";
import { afterwards, crowded, line, type Step, step } from "../support/order-steps.ts";
import { MEETINGS, meetingsOf, RARE } from "../support/order-meetings.ts";
import { ReturnsOracle } from "../support/returns-oracle.ts";
import { type Dice, LUCK, Outside, seededDice } from "../support/order-outside.ts";
import { type CalledEffect, MINUTE, newOrderId, OrderBooks, placedOrder } from "../support/order-books.ts";

interface Open extends CalledEffect {
  status: "blocked" | "open" | "done" | "failed";
  /** What it came to outside, where its report was lost or its order had given up on it. */
  unheard: EffectResult | null;
}

/** How an order begins, beside its lines. What is left out, sequences kept from before do not say. */
interface Extras {
  shipping: number;
  discount: number;
  credit: number;
  method?: string;
  /** How many of the warehouses pick unseen. */
  wmsShare?: number;
  /** So many effects go well before anything else happens. */
  luck?: number;
}

/** One order, its effects in their lanes, and everything outside. The lanes are the ledger's, said once more. */
class Run {
  readonly books: OrderBooks;
  readonly outside: Outside;
  readonly effects: Open[] = [];
  readonly dice: Dice;
  readonly returns = new ReturnsOracle();
  #reported: { called: CalledEffect; result: EffectResult }[] = [];

  constructor(
    lines: { quantity: number; unitPrice: number; tax: number; berlin: number; paris: number }[],
    captureOn: Order["captureOn"],
    { shipping, discount, credit, method = "pm_card_visa", wmsShare }: Extras,
    dice: Dice,
  ) {
    this.dice = dice;
    this.outside = new Outside(wmsShare);
    const specs = lines.map(({ quantity, unitPrice, tax, berlin, paris }) => {
      const near = Math.min(berlin, quantity);
      const far = Math.min(paris, quantity - near);
      return { quantity, unitPrice, tax, held: { ...(near > 0 && { berlin: near }), ...(far > 0 && { paris: far }) } };
    });
    const placed = placedOrder(specs, { captureOn });
    const { totals } = placed;
    const total = totals.total + shipping - discount;
    const discounts = discount > 0 ? [{ amount: discount, reason: "welcome" }] : [];
    const exchangeOf = { orderId: newOrderId(), returnId: "rtn_1" as ReturnId, refund: 1, credit };
    this.books = new OrderBooks({
      ...placed,
      discounts,
      paymentMethod: method,
      totals: { ...totals, shipping, discount, total },
      ...(credit > 0 && { exchangeOf }),
    });
    if (credit > 0) this.outside.credited(Math.min(credit, total));
    this.#enlist();
  }

  get open(): Open[] {
    return this.effects.filter(({ status }) => status === "open");
  }

  take(taken: Step): void {
    switch (taken.kind) {
      case "deliver":
        return this.deliver(this.open[taken.which % Math.max(1, this.open.length)], taken.how, this.dice);
      case "again": {
        const late = this.effects.filter(({ unheard, status }) => unheard !== null && status !== "done");
        const one = late[taken.which % Math.max(1, late.length)];
        if (one?.unheard) return this.#done(one, one.unheard);
        const told = this.#reported[taken.which % Math.max(1, this.#reported.length)];
        // The ledger drops the second report of one effect; a fact of the same payment comes again by its webhook.
        if (told && "payment" in told.result && "payment" in told.called.effect)
          this.books.payment(told.result.payment, told.called.effect.payment);
        return this.#enlist();
      }
      case "webhook": {
        const numbers = [...this.outside.intents.keys()];
        const number = numbers[taken.which % Math.max(1, numbers.length)];
        if (number !== undefined) {
          const fact = this.outside.factOf(number, this.books.now);
          if (fact.status !== "failed" && fact.status !== "created") this.books.payment(fact, number);
        }
        return this.#enlist();
      }
      case "wait":
        this.books.now += taken.minutes * MINUTE;
        return this.ring();
      case "floor":
        this.floor(taken.which, taken.shipment);
        return this.#enlist();
      case "person":
        this.person(taken.which);
        return this.#enlist();
      case "edit":
        this.books.command(editCommand(this.books.order, taken));
        return this.#enlist();
      case "return":
        this.returns.act(this.books, taken.which, taken.units);
        if (taken.which % 4 === 3) this.returns.giveBack(this.books, this.outside, taken.which, taken.units);
        return this.#enlist();
    }
  }

  deliver(called: Open | undefined, how: Extract<Step, { kind: "deliver" }>["how"], dice: Dice): void {
    if (!called || how === "fails") return;
    const { books } = this;
    // A definite failure is the truth: what was done and not heard of can only be unknown.
    if (how === "dies" && called.unheard === null && called.effect.kind !== "OpenDeviation") {
      this.#settle(called, "failed");
      books.exhausted(called.effect.kind, "refused", false, called);
      return this.#enlist();
    }
    const result = called.unheard ?? this.outside.perform(called.id, called.effect, books.order, books.now, dice);
    if (how === "lost" || how === "dies" || result === null) {
      called.unheard = result;
      return;
    }
    if (how === "dies unknown" && called.effect.kind !== "OpenDeviation") {
      called.unheard = result;
      this.#settle(called, "failed");
      books.exhausted(called.effect.kind, "outcome_unknown", true, called);
      return this.#enlist();
    }
    this.#done(called, result);
  }

  ring(): void {
    for (let rings = 0; ; rings += 1) {
      const timer = nextTimer(this.books.order);
      if (timer === null || timer.at > this.books.now) break;
      assert.ok(rings < 20, "timers never spin");
      assert.notEqual(this.books.timer(timer.timer).length, 0, `${timer.timer} comes to something`);
    }
    this.#enlist();
  }

  floor(number: number, shipment: number): void {
    const { shipments } = this.books.order;
    const shipmentId = shipments[shipment % Math.max(1, shipments.length)]?.id;
    if (shipmentId === undefined) return;
    const usual = ["StartPicking", "PackShipment", "ShipShipment", "DeliverShipment"] as const;
    const type = usual[number];
    if (type) this.books.command({ type, shipmentId });
    else if (number === 8)
      this.books.command({
        type: "ReportShort",
        shipmentId,
        items: [{ line: 1 + (shipment % 2), quantity: 1 }],
        reason: "empty",
      });
    else if (number === 10)
      this.books.command({
        type: "ShipShipment",
        shipmentId,
        tracking: { carrier: "dhl", service: "paket", trackingNumber: `OWN-${shipmentId}` },
      });
    else if (number === 9) this.books.command({ type: "RaiseException", shipmentId, reason: "wet" });
    else for (const next of usual) if (this.books.command({ type: next, shipmentId }).ok) return;
  }

  person(number: number): void {
    const { order } = this.books;
    const failed = order.failedEffects[number % Math.max(1, order.failedEffects.length)];
    const command: OrderCommand =
      number % 10 === 0
        ? { type: "CancelOrder", reason: "changed my mind" }
        : number % 10 === 1
          ? { type: "SendMessage", text: "hello" }
          : number % 10 === 2 || number % 10 === 3
            ? { type: number % 10 === 2 ? "CapturePayment" : "VoidPayment", payment: 1 + Math.floor(number / 10) }
            : failed !== undefined
              ? { type: "RetryEffect", effectId: failed as CalledEffect["id"] }
              : { type: "ProvidePayment", method: "pm_other" };
    const accepted = this.books.command(command).ok;
    if (!accepted || command.type !== "RetryEffect") return;
    const again = this.effects.find(({ id }) => id === command.effectId);
    if (again) again.status = this.#isBusy(again) ? "blocked" : "open";
  }

  #done(called: Open, result: EffectResult): void {
    called.unheard = null;
    this.#settle(called, "done");
    this.#reported.push({ called, result });
    this.books.done(called.effect.kind, result, called);
    this.#enlist();
  }

  #settle(called: Open, status: "done" | "failed"): void {
    const hadTurn = called.status === "open";
    called.status = status;
    if (!hadTurn) return;
    const next = this.effects.find(
      (other) => other.status === "blocked" && laneOf(other.effect) === laneOf(called.effect),
    );
    if (next) next.status = "open";
  }

  #isBusy({ effect }: CalledEffect): boolean {
    const lane = laneOf(effect);
    return (
      lane !== "watch" &&
      this.effects.some(
        (other) => (other.status === "open" || other.status === "blocked") && laneOf(other.effect) === lane,
      )
    );
  }

  #enlist(): void {
    for (const called of this.books.effects.slice(this.effects.length))
      this.effects.push({ ...called, status: this.#isBusy(called) ? "blocked" : "open", unheard: null });
  }
}

/** What must hold after every step, said without the domain's own functions. Plain assertions: this runs 100,000 times. */
function checkAlways({ books, outside, effects, returns }: Run): void {
  const { order, events } = books;
  returns.check(books);
  assert.ok(events.every(({ sequence }, index) => sequence === index + 1));
  assert.equal(new Set(effects.map(({ id }) => id)).size, effects.length);
  assert.ok(ORDER_STATES.includes(order.state));
  for (const { number, captured, authorized, refunded, amount } of order.payments) {
    assert.ok(captured <= Math.max(authorized, amount), `payment ${number} captured ${captured} of ${authorized}`);
    assert.ok(refunded <= captured, `payment ${number} refunded ${refunded} of ${captured}`);
    const asked = effects.filter(({ effect }) => effect.kind === "CapturePayment" && effect.payment === number);
    assert.ok(asked.length <= 1, `payment ${number} is captured once`);
  }
  for (const [number, intent] of outside.intents) {
    assert.ok(intent.captures <= 1 && intent.captured <= intent.amount, `captures of payment ${number}`);
    assert.ok(intent.refunded <= intent.captured, `refunds of payment ${number}`);
  }
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  const kept = sum([...outside.intents.values()].map(({ captured, refunded }) => captured - refunded));
  checkKept(kept, events, effects);
  if (events.at(-1)?.event.type === "ShipmentShipped") checkPaidFor(order, outside);
  checkOrdered(order, events);
  checkHandedOver(order, outside);
  const live = order.shipments.filter(({ state }) => state !== "CANCELLED");
  for (const one of order.lines) {
    assert.ok(one.backordered >= 0 && one.unsourced >= 0);
    const promised = order.reservations
      .filter(({ line: number, status }) => number === one.number && status !== "RELEASED")
      .map(({ quantity }) => quantity);
    if (!order.ended)
      assert.equal(sum(promised) + one.backordered + one.unsourced, one.quantity, `units of line ${one.number}`);
    if (order.state === "SHIPPED" || order.state === "DELIVERED") {
      const shipped = live
        .filter(({ reachedAt }) => reachedAt.SHIPPED !== undefined)
        .flatMap(({ items }) => items.filter((item) => item.line === one.number).map(({ quantity }) => quantity));
      assert.equal(sum(shipped), one.quantity, "never ahead of the slowest parcel");
    }
  }
  for (const [id, labels] of outside.labels) assert.ok(labels.length <= 1, `${id} has ${labels.length} live labels`);
  if (order.ended) assert.equal(live.length, 0, "nothing of an ended order is with a warehouse");
  const packed = live.flatMap(({ items }) => items.map(({ reservationId }) => reservationId));
  assert.equal(new Set(packed).size, packed.length, "no unit in two parcels");
  for (const id of packed)
    assert.match(order.reservations.find((one) => one.id === id)?.status ?? "", /ALLOCATED|SHIPPED/);
}

/** Lets everything go well until nothing is left to be done by anyone but people. */
function driveHome(run: Run): void {
  const { books } = run;
  for (let turns = 0; ; turns += 1) {
    assert.ok(turns < 400, "comes to rest");
    const [next] = run.open;
    if (next) {
      run.deliver(next, "done", LUCK);
      continue;
    }
    const timer = nextTimer(books.order);
    const idle = books.order.shipments.find(({ state }) => !["CANCELLED", "DELIVERED"].includes(state));
    if (timer && (timer.timer !== "authorization_lapse" || !idle)) {
      books.now = Math.max(books.now, timer.at);
      run.ring();
      continue;
    }
    let moved = false;
    for (const { id } of books.order.shipments)
      for (const type of ["StartPicking", "PackShipment", "ShipShipment", "DeliverShipment"] as const)
        moved = books.command({ type, shipmentId: id }).ok || moved;
    run.take({ kind: "wait", minutes: 0 });
    if (!moved && run.open.length === 0) return;
  }
}

function checkAtRest({ books, outside, effects, returns }: Run): void {
  const { order } = books;
  expect(books.events.reduce<Order | null>(evolve, null), "folding the events gives the order").toEqual(order);
  const failedFor = (...kinds: string[]) =>
    effects.some(({ effect, status }) => status === "failed" && kinds.includes(effect.kind));
  if (!failedFor("ReleaseStock", "ShipStock", "WriteOffShort", "AllocateStock")) checkPromised(order, outside);
  const settled = !failedFor("CapturePayment", "RefundPayment", "VoidPayment", "AuthorizePayment", "AwaitPayment");
  const kept = [...outside.intents.values()].reduce((sum, { captured, refunded }) => sum + captured - refunded, 0);
  if (settled) expect(kept, "nobody pays for more than they have").toBeLessThanOrEqual(order.totals.total);
  const gaveNothingBack = returns.given === 0 && returns.paid.size === 0;
  if (order.state === "DELIVERED" && outside.deviations.size === 0 && gaveNothingBack)
    expect(kept, "or less").toBe(order.totals.total);
  returns.checkAtRest(books, outside, failedFor);
  if (order.ended) {
    for (const [id, status] of outside.stock)
      if (!failedFor("ReleaseStock")) expect(status, `${id} of an ended order`).not.toBe("allocated");
    for (const [number, { status, captured, refunded }] of outside.intents) {
      if (!failedFor("VoidPayment")) expect(status, `payment ${number} of an ended order`).not.toBe("authorized");
      if (!failedFor("RefundPayment", "CapturePayment", "VoidPayment")) expect(refunded).toBe(captured);
    }
  }
  if (!failedFor("CreateLabel", "CreateReturnLabel", "VoidLabel"))
    for (const [id, labels] of outside.labels)
      expect(labels, `live labels of ${id}`).toEqual(
        labels.filter((live) =>
          [...order.shipments, ...order.returns].some(({ label }) => label?.trackingNumber === live),
        ),
      );
  const isOver = order.ended !== null || order.state === "DELIVERED" || order.state === "REFUNDED";
  if (!isOver)
    expect(
      outside.deviations.size,
      `${order.state} waits for nobody: ${JSON.stringify({ ...order, events: books.events.map(({ event }) => event.type) })}`,
    ).toBeGreaterThan(0);
  expect(effects.filter(({ status }) => status === "blocked" || status === "open")).toEqual([]);
}

it(
  "an order comes to an end or to a person, whatever happens to it and in whatever order",
  () => {
    const met: Record<string, number> = {};
    const count = (what: string) => {
      met[what] = (met[what] ?? 0) + 1;
    };
    checkModel(
      "order-model",
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 3 }),
        fc.constantFrom("order" as const, "shipment" as const),
        fc.record({
          shipping: fc.integer({ min: 0, max: 999 }),
          discount: fc.integer({ min: 0, max: 250 }),
          credit: fc.constantFrom(0, 0, 0, 0, 700, 100_000),
          method: fc.constantFrom("pm_card_visa", "pm_card_visa", "paypal", "invoice", "external"),
          wmsShare: fc.constantFrom(0.3, 1),
          luck: fc.constantFrom(0, 0, 8, 12),
        }),
        fc.oneof(
          { weight: 2, arbitrary: fc.array(step, { maxLength: 70, size: "max" }) },
          { weight: 1, arbitrary: fc.array(crowded, { maxLength: 40, size: "max" }) },
        ),
        fc.array(afterwards, { maxLength: 40, size: "max" }),
        fc.integer(),
        (lines, captureOn, extras: Extras, steps, later, seed) => {
          const goods = lines.reduce((sum, { quantity, unitPrice, tax }) => sum + quantity * unitPrice + tax, 0);
          fc.pre(goods + extras.shipping - extras.discount > 500);
          const run = new Run(lines, captureOn, extras, seededDice(seed));
          checkAlways(run);
          for (let done = 0; done < (extras.luck ?? 0); done += 1) run.deliver(run.open[0], "done", LUCK);
          for (const part of [steps, later]) {
            for (const taken of part) {
              run.take(taken);
              checkAlways(run);
            }
            driveHome(run);
            checkAlways(run);
            checkAtRest(run);
          }
          count(run.books.order.state);
          for (const type of new Set(run.books.events.map(({ event }) => event.type))) count(type);
          for (const meeting of meetingsOf(run.books.events)) count(meeting);
        },
      ),
    );
    // What no run has met, the runs prove nothing about.
    expect(Object.keys(met)).toEqual(
      expect.arrayContaining(["DELIVERED", "CANCELLED", "PAYMENT_FAILED", "REFUNDED", ...RARE, ...MEETINGS]),
    );
  },
  120_000 + MODEL_RUNS * 20,
);
