import type { EffectId, OrderId, ReservationId } from "../../src/domain/ids.ts";
import type { Effect, EffectResult, PaymentFact } from "../../src/domain/order/effects.ts";
import type { Order } from "../../src/domain/order/order.ts";
import { isOvertaken } from "../../src/domain/order/recall.ts";
import { hasReached } from "../../src/domain/order/state.ts";
import { newOrderId, reservation } from "./order-books.ts";

/** A number from 0 (included) to 1: whoever hands it out decides how the outside behaves. */
export type Dice = () => number;
/** Everything goes well. */
export const LUCK: Dice = () => 0.999;

/** The same numbers for the same seed (mulberry32). */
export function seededDice(seed: number): Dice {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Intent {
  status: "authorized" | "requires_action" | "approved" | "failed" | "voided" | "captured";
  amount: number;
  captures: number;
  captured: number;
  refunded: number;
  refunds: Set<string>;
}

type StockStatus = "allocated" | "released" | "shipped";

/**
 * Everything outside of one order, with books of its own: the bank, the levels, the floor and the carrier. Says what
 * really happened, whatever the order believes.
 */
export class Outside {
  readonly intents = new Map<number, Intent>();
  /** What each reservation has become; one that is not here is, or was, held and runs out by itself. */
  readonly stock = new Map<ReservationId, StockStatus>();
  /** Units that each level has promised, of those reservations that were allocated or reduced. */
  readonly units = new Map<ReservationId, number>();
  readonly shipped = new Map<ReservationId, number>();
  readonly told: string[] = [];
  readonly deviations = new Set<string>();
  /** Parcels that a WMS was given and has not given back: it picks them whatever becomes of the order. */
  readonly atWms = new Set<string>();
  /** The live labels of each shipment. */
  readonly labels = new Map<string, string[]>();
  /** What was received back into stock, under the warehouse and the reference it was received with. */
  readonly restocked = new Map<string, { sku: string; quantity: number }>();
  /** What of the order's money pays for orders in exchange, under the key that they were placed by. */
  readonly exchanges = new Map<string, { orderId: OrderId; credit: number; givenBack: number }>();
  /** How many of the warehouses that take a parcel pick it unseen. */
  readonly wmsShare: number;
  #labelled = 0;
  #sourced = 0;

  constructor(wmsShare = 0.3) {
    this.wmsShare = wmsShare;
  }

  /** The order begins with what was paid for goods that came back of another one. */
  credited(amount: number): void {
    this.intents.set(1, { status: "captured", amount, captures: 1, captured: amount, refunded: 0, refunds: new Set() });
  }

  /** Does the effect under this key; null when there is nothing to report yet. */
  perform(key: string, effect: Effect, order: Order, now: number, dice: Dice): EffectResult | null {
    switch (effect.kind) {
      case "AuthorizePayment":
        return this.#authorize(effect, order, now, dice);
      case "AwaitPayment": {
        const intent = this.intents.get(effect.payment);
        if (intent?.status !== "requires_action") return { kind: "nothing" };
        if (dice() < 0.3) return null;
        const answer = dice();
        intent.status = answer < 0.3 ? "failed" : answer < 0.6 ? "approved" : "authorized";
        return { kind: "AwaitPayment", payment: this.factOf(effect.payment, now) };
      }
      case "CapturePayment":
        return this.#capture(effect, order, now);
      case "VoidPayment": {
        const intent = this.intents.get(effect.payment);
        if (!intent) return { kind: "nothing" };
        if (intent.status !== "captured") intent.status = "voided";
        return { kind: "VoidPayment", payment: this.factOf(effect.payment, now) };
      }
      case "RefundPayment": {
        const intent = this.intents.get(effect.payment);
        const parts = order.refunds.find(({ number }) => number === effect.refund)?.parts ?? [];
        const isOpen = parts.some(({ payment, refundId }) => payment === effect.payment && refundId === null);
        if (!intent || !isOpen) return { kind: "nothing" };
        if (!intent.refunds.has(key)) intent.refunded += effect.amount.amount;
        intent.refunds.add(key);
        return { kind: "RefundPayment", refundId: `re_${key}`, amount: effect.amount.amount };
      }
      case "AllocateStock":
        return this.#allocate(effect, dice);
      case "ReSource":
      case "PromoteBackorder":
        return this.#source(key, effect, order, dice);
      case "ReleaseStock":
        for (const { id, keep = 0 } of effect.reservations) {
          if (keep > 0) this.units.set(id, Math.min(keep, this.units.get(id) ?? keep));
          else if (this.stock.get(id) !== "shipped") this.stock.set(id, "released");
        }
        return { kind: "nothing" };
      case "ShipStock":
        for (const { id, quantity } of effect.reservations) {
          this.stock.set(id, "shipped");
          this.shipped.set(id, quantity);
        }
        return { kind: "nothing" };
      case "WriteOffShort":
        // Comes off hand; what a reservation is promised stays as it is.
        return { kind: "nothing" };
      case "RequestFulfillment": {
        const shipment = order.shipments.find(({ id }) => id === effect.shipmentId);
        if (shipment?.state !== "REQUESTED") return { kind: "nothing" };
        if (dice() < 0.2) return { kind: "RequestFulfillment", accepted: false, reason: "closed" };
        const picksAtOnce = dice() < this.wmsShare;
        if (picksAtOnce) this.atWms.add(shipment.id);
        return { kind: "RequestFulfillment", accepted: true, reference: "ref", picksAtOnce };
      }
      case "CancelFulfillment": {
        const shipment = order.shipments.find(({ id }) => id === effect.shipmentId);
        if (!shipment || shipment.state === "CANCELLED" || isOvertaken(shipment, key as EffectId))
          return { kind: "nothing" };
        const recalled = !hasReached(shipment, "PICKING") && dice() > 0.2;
        if (recalled) this.atWms.delete(shipment.id);
        return { kind: "CancelFulfillment", recalled, reason: "said the floor" };
      }
      case "CreateLabel": {
        const shipment = order.shipments.find(({ id }) => id === effect.shipmentId);
        if (!shipment || shipment.label || shipment.state === "CANCELLED") return { kind: "nothing" };
        this.#labelled += 1;
        this.labels.set(effect.shipmentId, [...this.#labelsOf(effect), `T${this.#labelled}-${effect.shipmentId}`]);
        return this.again(effect);
      }
      case "VoidLabel":
        this.labels.set(
          effect.shipmentId,
          this.#labelsOf(effect).filter((number) => number !== effect.trackingNumber),
        );
        return { kind: "nothing" };
      case "CreateReturnLabel": {
        const returned = order.returns.find(({ id }) => id === effect.returnId);
        if (!returned || returned.label) return { kind: "nothing" };
        this.#labelled += 1;
        this.labels.set(returned.id, [...this.#labelsOf(effect), `T${this.#labelled}-${returned.id}`]);
        return this.again(effect);
      }
      case "RestockReturn":
        for (const { line, sku, quantity, warehouseId } of effect.units)
          this.restocked.set(`${warehouseId} ${effect.ref}:${line}`, { sku, quantity });
        return { kind: "nothing" };
      case "PlaceExchange": {
        const known = this.exchanges.get(key);
        const wanted = order.returns.find(({ id }) => id === effect.returnId)?.exchange;
        if (!wanted || wanted.orderId !== null || wanted.declined !== null) return { kind: "nothing" };
        const price = Math.round(2 * dice() * effect.credit.amount);
        const placed = known ?? { orderId: newOrderId(), credit: Math.min(price, effect.credit.amount), givenBack: 0 };
        this.exchanges.set(key, placed);
        return { kind: "PlaceExchange", orderId: placed.orderId, credit: placed.credit };
      }
      case "TrackParcel":
        return dice() < 0.5 ? null : { kind: "TrackParcel", status: "delivered" };
      case "Notify":
        this.told.push(`${effect.notification} ${effect.subject}`);
        return this.again(effect);
      case "OpenDeviation":
        this.deviations.add(key);
        return { kind: "nothing" };
    }
  }

  /** Whether this message was sent, or this label made, before. */
  has(effect: Extract<Effect, { kind: "Notify" | "CreateLabel" | "CreateReturnLabel" }>): boolean {
    return effect.kind === "Notify"
      ? this.told.includes(`${effect.notification} ${effect.subject}`)
      : this.#labelsOf(effect).length > 0;
  }

  /** What it came to. */
  again(effect: Extract<Effect, { kind: "Notify" | "CreateLabel" | "CreateReturnLabel" }>): EffectResult {
    if (effect.kind === "Notify") return { kind: "nothing" };
    const trackingNumber = this.#labelsOf(effect).at(-1) ?? "";
    return { kind: effect.kind, carrier: "fedex", service: "ground", trackingNumber };
  }

  #labelsOf(parcel: { shipmentId: string } | { returnId: string }): string[] {
    return this.labels.get("shipmentId" in parcel ? parcel.shipmentId : parcel.returnId) ?? [];
  }

  /** The bank's truth about a payment. */
  factOf(number: number, now: number): PaymentFact {
    const intent = this.intents.get(number);
    const intentId = `pi_${number}`;
    switch (intent?.status) {
      case undefined:
        return { status: "created", intentId };
      case "requires_action":
        return { status: "requires_action", intentId, actionUrl: "https://bank.example" };
      case "approved":
        return { status: "approved", intentId };
      case "authorized":
        return { status: "authorized", intentId, amount: intent.amount, expiresAt: now + 7 * 24 * 3_600_000 };
      case "captured":
        return { status: "captured", intentId, captured: intent.captured, refunded: intent.refunded };
      case "voided":
        return { status: "voided", intentId };
      case "failed":
        return { status: "failed", intentId, code: "declined", message: "no" };
    }
  }

  #authorize(
    effect: Extract<Effect, { kind: "AuthorizePayment" }>,
    order: Order,
    now: number,
    dice: Dice,
  ): EffectResult {
    const payment = order.payments.find(({ number }) => number === effect.payment);
    const known = this.intents.get(effect.payment);
    const wanted = !order.ended && payment?.status !== "failed" && payment?.status !== "voided";
    if (!known && (!wanted || now >= effect.deadline)) return { kind: "nothing" };
    if (!known) {
      const fate = dice();
      const status = fate < 0.15 ? "failed" : fate < 0.35 ? "requires_action" : "authorized";
      const amount = dice() < 0.05 ? effect.amount.amount - 1 : effect.amount.amount;
      this.intents.set(effect.payment, { status, amount, captures: 0, captured: 0, refunded: 0, refunds: new Set() });
    }
    if (known?.status === "approved" && wanted && now < effect.deadline)
      known.status = dice() < 0.2 ? "failed" : "authorized";
    return { kind: "AuthorizePayment", payment: this.factOf(effect.payment, now) };
  }

  #capture(effect: Extract<Effect, { kind: "CapturePayment" }>, order: Order, now: number): EffectResult {
    const intent = this.intents.get(effect.payment);
    const booked = order.payments.find(({ number }) => number === effect.payment);
    if (!intent || !booked || booked.captured > 0) return { kind: "nothing" };
    if (intent.status === "authorized") {
      intent.status = "captured";
      intent.captured = effect.amount.amount;
      intent.captures += 1;
    }
    return { kind: "CapturePayment", payment: this.factOf(effect.payment, now) };
  }

  #allocate(effect: Extract<Effect, { kind: "AllocateStock" }>, dice: Dice): EffectResult {
    const allocated: ReservationId[] = [];
    const short: ReservationId[] = [];
    for (const { id, quantity } of effect.reservations) {
      const status = this.stock.get(id);
      const goes = status === "allocated" || status === "shipped" || (status === undefined && dice() > 0.2);
      (goes ? allocated : short).push(id);
      if (!goes || status !== undefined) continue;
      this.stock.set(id, "allocated");
      this.units.set(id, Math.min(quantity, this.units.get(id) ?? quantity));
    }
    return { kind: "AllocateStock", allocated, short };
  }

  #source(
    key: string,
    effect: Extract<Effect, { kind: "ReSource" | "PromoteBackorder" }>,
    order: Order,
    dice: Dice,
  ): EffectResult | null {
    const open = (number: number) => {
      const line = order.lines.find((one) => one.number === number);
      return (effect.kind === "ReSource" ? line?.unsourced : line?.backordered) ?? 0;
    };
    const lines = effect.lines
      .map(({ line, quantity }) => ({ line, quantity: Math.min(quantity, open(line)) }))
      .filter(({ quantity }) => quantity > 0);
    if (order.ended || lines.length === 0) return { kind: "nothing" };
    const found = {
      kind: effect.kind,
      reservations: [],
      backordered: [],
      unavailable: [],
      estimatedDelivery: null,
    } as Extract<EffectResult, { kind: "ReSource" | "PromoteBackorder" }>;
    if (effect.kind === "PromoteBackorder" && dice() < 0.3) return null;
    if (effect.kind === "ReSource" && dice() < 0.2) return { ...found, unavailable: lines };
    if (effect.kind === "PromoteBackorder" && dice() < 0.1)
      return { ...found, promises: lines.map(({ line }) => ({ line, promise: { delivery: "2027-01-22" } })) };
    this.#sourced += 1;
    // Of a line that may be sent in parts, some units may come before the others.
    const comes = (quantity: number) => (effect.kind === "PromoteBackorder" && dice() < 0.3 ? 1 : quantity);
    const waits = effect.kind === "ReSource" && dice() < 0.3;
    return {
      ...found,
      backordered: waits ? lines.slice(0, 1) : [],
      reservations: lines
        .slice(waits ? 1 : 0)
        .map(({ line, quantity }) =>
          reservation(order.id, line, dice() < 0.5 ? "rome" : "oslo", comes(quantity), `${key}.${this.#sourced}`),
        ),
    };
  }
}
