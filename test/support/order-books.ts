import {
  type EffectId,
  type OrderId,
  orderIdFromBytes,
  reservationId,
  type ReservationId,
  type ShipmentId,
  type Sku,
  type WarehouseId,
} from "../../src/domain/ids.ts";
import type { OrderCommand, OrderFact, OrderTimer } from "../../src/domain/order/commands.ts";
import { type Decision, decide } from "../../src/domain/order/decide.ts";
import {
  type Effect,
  type EffectKind,
  effectId,
  type EffectResult,
  type PaymentFact,
} from "../../src/domain/order/effects.ts";
import type { OrderEvent, PlacedOrder, RecordedEvent } from "../../src/domain/order/events.ts";
import { evolve } from "../../src/domain/order/evolve.ts";
import { HOLD_MS, type Order } from "../../src/domain/order/order.ts";
import { record } from "../../src/domain/order/record.ts";
import { react } from "../../src/domain/order/saga.ts";

export const PLACED_AT = Date.UTC(2026, 10, 20, 9);
export const MINUTE = 60_000;

export interface LineSpec {
  quantity: number;
  unitPrice?: number;
  tax?: number;
  /** Units held at each warehouse; the rest of the quantity is backordered. */
  held?: Record<string, number>;
}

let made = 0;
let ofThisRun: Uint8Array | undefined;

/** An order id that no other test has, nor another file whose objects and databases are the same. */
export function newOrderId(): OrderId {
  made += 1;
  // Not at import: a Worker has no randomness before its first request.
  ofThisRun ??= crypto.getRandomValues(new Uint8Array(14));
  const bytes = ofThisRun.slice();
  new DataView(bytes.buffer).setUint32(8, made);
  new DataView(bytes.buffer).setUint8(0, made % 256);
  return orderIdFromBytes(bytes);
}

/** A reservation of the saga or of placing. */
export function reservation(
  orderId: OrderId,
  line: number,
  warehouse: string,
  quantity: number,
  attempt = "a",
  round = 0,
) {
  const sku = skuOf(orderId, line);
  const warehouseId = warehouse as WarehouseId;
  return {
    id: reservationId({ owner: orderId, line, attempt, round, sku, warehouseId }),
    line,
    sku,
    warehouseId,
    quantity,
  };
}

function skuOf(orderId: OrderId, line: number): Sku {
  return `SKU-${orderId.slice(-6)}-${line}` as Sku;
}

/** What a customer places: two units held at one warehouse for 20.00 unless said otherwise. */
export function placedOrder(
  lines: readonly LineSpec[] = [{ quantity: 2, held: { berlin: 2 } }],
  change: Partial<PlacedOrder> = {},
): PlacedOrder {
  const id = newOrderId();
  const priced = lines.map(({ quantity, unitPrice = 1000, tax = 0, held = {} }, index) => {
    const units = Object.values(held).reduce((sum, n) => sum + n, 0);
    return {
      number: index + 1,
      sku: skuOf(id, index + 1),
      name: `Thing ${index + 1}`,
      quantity,
      unitPrice,
      net: unitPrice * quantity,
      tax,
      weightGrams: 100 * quantity,
      backordered: quantity - units,
    };
  });
  const subtotal = priced.reduce((sum, { net }) => sum + net, 0);
  const tax = priced.reduce((sum, line) => sum + line.tax, 0);
  return {
    id,
    channel: "storefront",
    placedBy: "usr_1",
    customerId: null,
    contact: { name: "Ada", email: "ada@example.com" },
    address: { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
    location: { latitude: 52.5, longitude: 13.4 },
    shippingMethod: "standard",
    currency: "EUR",
    discounts: [],
    totals: { subtotal, shipping: 0, tax, discount: 0, total: subtotal + tax },
    captureOn: "shipment",
    placedAt: PLACED_AT,
    holdExpiresAt: PLACED_AT + HOLD_MS,
    estimatedDelivery: "2026-11-25",
    paymentMethod: "pm_card_visa",
    lines: priced,
    reservations: lines.flatMap(({ held = {} }, index) =>
      Object.entries(held).map(([warehouse, quantity]) => reservation(id, index + 1, warehouse, quantity)),
    ),
    ...change,
  };
}

/** What a customer places at this moment, by the clock. */
export function placedNow(change: Partial<PlacedOrder> = {}, lines?: readonly LineSpec[]): PlacedOrder {
  const now = Date.now();
  return placedOrder(lines, { placedAt: now, holdExpiresAt: now + HOLD_MS, ...change });
}

export interface CalledEffect {
  id: EffectId;
  effect: Effect;
}

/** An order with its events and the effects they called for: decide, record, evolve and react, and nothing else. */
export class OrderBooks {
  now = PLACED_AT;
  order: Order;
  readonly events: RecordedEvent[] = [];
  readonly effects: CalledEffect[] = [];
  #seen = 0;

  constructor(placed: PlacedOrder = placedOrder()) {
    const decision = decide(null, { type: "PlaceOrder", order: placed }, this.now);
    const [event] = decision.ok ? decision.events : [];
    if (event === undefined) throw new Error(`refused: ${JSON.stringify(decision)}`);
    this.order = this.#append(null, placed.id, event);
  }

  /** Runs a command; its events are applied when it is accepted. */
  command(command: OrderCommand): Decision {
    const decision = decide(this.order, command, this.now);
    if (decision.ok) this.#take(decision.events);
    return decision;
  }

  /** The same, and a refusal fails the test. */
  accept(command: OrderCommand): this {
    const decision = this.command(command);
    if (!decision.ok) throw new Error(`${command.type} was refused: ${JSON.stringify(decision.refusal)}`);
    return this;
  }

  fact(fact: OrderFact): OrderEvent[] {
    const events = record(this.order, fact, this.now);
    this.#take(events);
    return events;
  }

  timer(timer: OrderTimer): OrderEvent[] {
    return this.fact({ type: "TimerFired", timer });
  }

  /** The newest effect of the kind that has been called for. */
  effect<Kind extends EffectKind>(kind: Kind): CalledEffect & { effect: Extract<Effect, { kind: Kind }> } {
    const found = this.effects.findLast(({ effect }) => effect.kind === kind);
    if (!found) throw new Error(`no ${kind} was called for`);
    return found as CalledEffect & { effect: Extract<Effect, { kind: Kind }> };
  }

  /** Reports the newest effect of this kind as done. */
  done(kind: EffectKind, result: EffectResult, called: CalledEffect = this.effect(kind)): OrderEvent[] {
    return this.fact({
      type: "RecordOutcome",
      effectId: called.id,
      effect: called.effect,
      outcome: { status: "done", result },
    });
  }

  /** Reports the newest effect of this kind as failed for good. */
  exhausted(
    kind: EffectKind,
    code = "refused",
    unknown = false,
    called: CalledEffect = this.effect(kind),
  ): OrderEvent[] {
    return this.fact({
      type: "RecordExhausted",
      effectId: called.id,
      effect: called.effect,
      code,
      message: "it did not work",
      unknown,
    });
  }

  /** Effects called for since this was asked last. */
  called(): Effect[] {
    const fresh = this.effects.slice(this.#seen).map(({ effect }) => effect);
    this.#seen = this.effects.length;
    return fresh;
  }

  /** Their kinds, with what tells two of a kind apart. */
  kinds(): string[] {
    return this.called().map((effect) => {
      if (effect.kind === "Notify") return `Notify ${effect.notification}`;
      if (effect.kind === "OpenDeviation") return `OpenDeviation ${effect.deviation}`;
      return effect.kind;
    });
  }

  payment(fact: PaymentFact, number = 1): OrderEvent[] {
    return this.fact({ type: "RecordPayment", payment: number, fact });
  }

  // What usually happens, step by step. Each step forgets the effects before it.

  authorized(number = 1, amount = this.order.payments[number - 1]?.amount ?? 0): this {
    this.called();
    this.payment(
      { status: "authorized", intentId: `pi_${number}`, amount, expiresAt: this.now + 7 * 24 * 60 * MINUTE },
      number,
    );
    return this;
  }

  allocated(short: readonly ReservationId[] = []): this {
    this.called();
    const { reservations } = this.effect("AllocateStock").effect;
    const ids = reservations.map(({ id }) => id);
    this.done("AllocateStock", {
      kind: "AllocateStock",
      allocated: ids.filter((id) => !short.includes(id)),
      short: [...short],
    });
    return this;
  }

  /** Every warehouse that has not answered yet takes its parcel; `picksAtOnce` as a WMS does, which may pick unseen. */
  accepted(picksAtOnce = false): this {
    this.called();
    for (const { id } of this.order.shipments.filter(({ state }) => state === "REQUESTED")) {
      const asked = this.effects.findLast(
        ({ effect }) => effect.kind === "RequestFulfillment" && effect.shipmentId === id,
      );
      this.done(
        "RequestFulfillment",
        { kind: "RequestFulfillment", accepted: true, reference: id, picksAtOnce },
        asked,
      );
    }
    return this;
  }

  /** What the warehouse says of the newest request to give this parcel back. */
  recalled(index = 0, recalled = true): this {
    this.called();
    const shipmentId = this.shipment(index);
    const asked = this.effects.findLast(
      ({ effect }) => effect.kind === "CancelFulfillment" && effect.shipmentId === shipmentId,
    );
    this.done(
      "CancelFulfillment",
      { kind: "CancelFulfillment", recalled, reason: recalled ? "recalled" : "picked" },
      asked,
    );
    return this;
  }

  captured(number = 1, amount = this.effect("CapturePayment").effect.amount.amount): this {
    this.called();
    this.done("CapturePayment", {
      kind: "CapturePayment",
      payment: { status: "captured", intentId: `pi_${number}`, captured: amount, refunded: 0 },
    });
    return this;
  }

  labelled(index = 0): this {
    const shipmentId = this.shipment(index);
    this.fact({
      type: "RecordOutcome",
      effectId: this.effect("CreateLabel").id,
      effect: { kind: "CreateLabel", shipmentId },
      outcome: {
        status: "done",
        result: { kind: "CreateLabel", carrier: "fedex", service: "ground", trackingNumber: `7946${index}` },
      },
    });
    return this;
  }

  shipment(index = 0): ShipmentId {
    const shipment = this.order.shipments[index];
    if (!shipment) throw new Error(`there is no shipment ${index}`);
    return shipment.id;
  }

  picking(index = 0): this {
    return this.accept({ type: "StartPicking", shipmentId: this.shipment(index) });
  }

  packed(index = 0): this {
    return this.picking(index)
      .accept({ type: "PackShipment", shipmentId: this.shipment(index) })
      .labelled(index);
  }

  shipped(index = 0): this {
    this.packed(index).called();
    return this.accept({ type: "ShipShipment", shipmentId: this.shipment(index) });
  }

  delivered(index = 0): this {
    this.shipped(index).called();
    return this.accept({ type: "DeliverShipment", shipmentId: this.shipment(index) });
  }

  #take(events: readonly OrderEvent[]): void {
    for (const event of events) this.order = this.#append(this.order, this.order.id, event);
  }

  #append(before: Order | null, orderId: OrderId, event: OrderEvent): Order {
    const recorded: RecordedEvent = {
      orderId,
      sequence: (before?.version ?? 0) + 1,
      at: this.now,
      actor: { kind: "system", id: "saga" },
      event,
    };
    const order = evolve(before, recorded);
    this.events.push(recorded);
    const seen = new Map<EffectKind, number>();
    for (const effect of react(order, event)) {
      const n = seen.get(effect.kind) ?? 0;
      seen.set(effect.kind, n + 1);
      this.effects.push({ id: effectId(orderId, recorded.sequence, effect, n), effect });
    }
    return order;
  }
}
