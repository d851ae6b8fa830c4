import { HOLD_MS } from "../../../src/domain/order/order.ts";
import type { OrderBook } from "../order-books.ts";
import type { RawLevel, RawReservation, RawState } from "../raw-rows.ts";
import { Checklist, type Finding } from "./finding.ts";

/**
 * Invariant 2: no reservation takes available below 0. Checked where each level stands now, and by going through its
 * life again in the order in which its rows say that it happened: units sold twice and freed again show there only.
 */
export function checkOversell(state: RawState, orders: ReadonlyMap<string, OrderBook>): Finding {
  const list = new Checklist();
  const kept = leastKept(orders);
  for (const level of state.levels) {
    checkNow(list, level, state.readAt);
    checkHistory(list, level, kept, state.readAt);
  }
  return list.finding("2", "no unit oversold");
}

function checkNow(list: Checklist, level: RawLevel, now: number): void {
  const promised = level.reservations
    .filter((reservation) => counts(reservation, now))
    .reduce((sum, { quantity }) => sum + quantity, 0);
  const room = onHandOf(level) - level.safetyStock + takenAway(level, now);
  list.must(
    promised === 0 || promised <= room,
    () => `${level.sku}~${level.warehouseId}: ${promised} promised, ${room} could be`,
  );
}

interface Change {
  at: number;
  promised: number;
  room: number;
  reservation: RawReservation | null;
}

/** Reservations that gave a part of their units back, and the least that they kept: their rows do not tell when. */
function leastKept(orders: ReadonlyMap<string, OrderBook>): Map<string, number> {
  const least = new Map<string, number>();
  for (const { effects } of orders.values())
    for (const { effect } of effects)
      if (effect.kind === "ReleaseStock")
        for (const { id, keep } of effect.reservations)
          if (keep !== undefined) least.set(id, Math.min(keep, least.get(id) ?? keep));
  return least;
}

function checkHistory(list: Checklist, level: RawLevel, kept: ReadonlyMap<string, number>, now: number): void {
  const changes: Change[] = [];
  // A count or an adjustment may take stock that is promised; what follows is not the reservations' doing.
  for (const { recordedAt, kind, delta } of level.movements)
    changes.push({
      at: recordedAt,
      promised: 0,
      room: (kind === "adjustment" || kind === "drift") && delta < 0 ? 0 : delta,
      reservation: null,
    });
  for (const reservation of level.reservations) {
    const { createdAt } = reservation;
    const asked = Math.min(reservation.asked, kept.get(reservation.id) ?? reservation.asked);
    if (asked === 0 || mayHaveLapsedBetween(reservation)) continue;
    changes.push({ at: createdAt, promised: asked, room: 0, reservation });
    const freedAt = freedAtOf(reservation, now);
    if (freedAt !== null) changes.push({ at: freedAt, promised: -asked, room: 0, reservation: null });
  }
  // Within a millisecond what frees comes first: the rows do not tell, and only a sure violation counts.
  changes.sort((a, b) => a.at - b.at || a.promised - b.promised || b.room - a.room);
  let promised = 0;
  let room = -level.safetyStock;
  for (const change of changes) {
    promised += change.promised;
    room += change.room;
    const { reservation } = change;
    if (reservation === null) continue;
    list.must(
      promised <= room,
      () => `${level.sku}~${level.warehouseId}: with ${reservation.id} there were ${promised} promised of ${room}`,
    );
  }
}

/** When its units stopped counting; null while they count. What shipped left together with its units on hand. */
function freedAtOf({ status, changedAt, expiresAt }: RawReservation, now: number): number | null {
  switch (status) {
    case "RELEASED":
    case "SHIPPED":
      return expiresAt === null ? changedAt : Math.min(changedAt, expiresAt);
    case "HELD":
      return expiresAt !== null && expiresAt <= now ? expiresAt : null;
    case "ALLOCATED":
      return null;
  }
}

/** A hold that ran out may have been held again later, and its row does not tell when. */
function mayHaveLapsedBetween({ status, createdAt, changedAt }: RawReservation): boolean {
  return (status === "ALLOCATED" || status === "SHIPPED") && changedAt - createdAt >= HOLD_MS;
}

/** Whether the reservation's units are promised at this moment. */
export function counts({ status, expiresAt }: RawReservation, now: number): boolean {
  return status === "ALLOCATED" || (status === "HELD" && expiresAt !== null && expiresAt > now);
}

function onHandOf({ movements }: RawLevel): number {
  return movements.at(-1)?.balance ?? 0;
}

function takenAway({ movements }: RawLevel, now: number): number {
  return movements
    .filter(
      ({ kind, delta, recordedAt }) => (kind === "adjustment" || kind === "drift") && delta < 0 && recordedAt <= now,
    )
    .reduce((sum, { delta }) => sum - delta, 0);
}
