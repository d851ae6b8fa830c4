import { parseReservationId } from "../../../src/domain/ids.ts";
import type { Reservation } from "../../../src/domain/order/order.ts";
import { HOLD_MS } from "../../../src/domain/order/order.ts";
import { isOpen, type OrderBook } from "../order-books.ts";
import type { RawReservation, RawState } from "../raw-rows.ts";
import { Checklist, type Finding } from "./finding.ts";
import { counts } from "./oversell.ts";

/**
 * Invariant 3: every hold belongs to one live order, or runs out; and what an order believes to have, its levels have
 * promised. A hold whose time is over counts for nothing, whatever its row still says.
 */
export function checkHolds(state: RawState, orders: ReadonlyMap<string, OrderBook>): Finding {
  const list = new Checklist();
  const atLevels = new Map<string, RawReservation>();
  for (const { sku, warehouseId, reservations } of state.levels) {
    for (const reservation of reservations) {
      atLevels.set(reservation.id, reservation);
      const parts = parseReservationId(reservation.id);
      list.must(
        parts?.sku === sku && parts.warehouseId === warehouseId,
        () => `${sku}~${warehouseId} keeps ${reservation.id}, which is not its own`,
      );
      if (counts(reservation, state.readAt)) checkOwner(list, reservation, orders);
    }
  }
  for (const book of orders.values())
    for (const reservation of book.order.reservations) checkKept(list, book, reservation, atLevels.get(reservation.id));
  return list.finding("3", "every hold has a live order, or runs out");
}

function checkOwner(list: Checklist, reservation: RawReservation, orders: ReadonlyMap<string, OrderBook>): void {
  const { id, status, expiresAt, createdAt, changedAt, claimedBy, quantity } = reservation;
  const owner = claimedBy ?? parseReservationId(id)?.owner ?? "";
  const book = orders.get(owner);
  const inOrder = book?.order.reservations.find((candidate) => candidate.id === id);
  if (status === "HELD") {
    // A claim gives the hold the time of its order.
    const begun = claimedBy === null ? createdAt : changedAt;
    list.must(
      expiresAt !== null && expiresAt <= begun + HOLD_MS + CLOCK_SLACK_MS,
      () => `${id} is held for longer than half an hour`,
    );
  }
  if (book === undefined || inOrder === undefined) {
    list.must(
      status === "HELD",
      () =>
        `${id} is allocated, and ${book === undefined ? "there is no such order" : "its order does not know of it"}`,
    );
    return;
  }
  switch (inOrder.status) {
    case "HELD":
      list.must(
        status === "HELD" || hasOpen(book, "AllocateStock"),
        () => `${id} is ${status}, and its order believes it to be held`,
      );
      break;
    case "ALLOCATED":
      list.must(
        status === "ALLOCATED" &&
          (quantity === inOrder.quantity || hasOpen(book, "ReleaseStock") || hasOpen(book, "WriteOffShort")),
        () => `${id} is ${status} with ${quantity}, and its order believes ${inOrder.quantity} to be allocated`,
      );
      break;
    case "SHIPPED":
      list.must(
        hasOpen(book, "ShipStock") || hasFailed(book, "ShipStock"),
        () => `${id} is ${status}, and its order has shipped it`,
      );
      break;
    case "RELEASED":
      list.must(
        hasOpen(book, "ReleaseStock") || hasFailed(book, "ReleaseStock"),
        () => `${id} is ${status}, and its order has given it up (${book.order.state})`,
      );
      break;
  }
}

/** What an order believes to have must be there. */
function checkKept(
  list: Checklist,
  book: OrderBook,
  { id, status }: Reservation,
  atLevel: RawReservation | undefined,
): void {
  if (status !== "HELD" && status !== "ALLOCATED") return;
  list.must(
    atLevel !== undefined,
    () => `${book.id} believes ${id} to be ${status}, and its level has never heard of it`,
  );
  if (atLevel === undefined) return;
  const fits =
    status === "ALLOCATED"
      ? atLevel.status === "ALLOCATED"
      : atLevel.status !== "RELEASED" && atLevel.status !== "SHIPPED";
  list.must(fits, () => `${book.id} believes ${id} to be ${status}, and its level says ${atLevel.status}`);
}

function hasOpen({ effects }: OrderBook, kind: string): boolean {
  return effects.some((effect) => effect.effect.kind === kind && isOpen(effect));
}

function hasFailed({ effects }: OrderBook, kind: string): boolean {
  return effects.some((effect) => effect.effect.kind === kind && effect.status === "failed");
}

/** The request's clock and the level's are read one after the other. */
const CLOCK_SLACK_MS = 60_000;
