import type { LevelRegistration } from "../catalog.ts";
import type { WarehouseId } from "../ids.ts";
import {
  available,
  type CommandName,
  type Decision,
  type LevelState,
  refuseStock,
  requireUnits,
  type StockMovement,
  type StockRefusal,
} from "../inventory-level.ts";
import { type Entry, isNameOfCount, isSeen, record } from "./movements.ts";

/**
 * A transfer between two levels of one SKU. Two objects can't change in one transaction, so units on the way have a
 * state of their own. The source writes the units out and the transfer in one transaction; it then asks the target
 * until the target has decided; the target decides once for ever; the source records what was decided. At every moment
 * what is on hand at both, together with what is in transit, is what was there before.
 */
export interface Transfer extends CommandName {
  /** The warehouse that the units left, and the sequence of the movement by which they left there: `berlin#17`. */
  id: string;
  /** The level that they go to. */
  to: LevelRegistration;
  quantity: number;
  /** The source's clock. Units that left at a moment arrive at the same moment: counts at both ends compare it. */
  occurredAt: number;
  /** When it was recorded here, epoch milliseconds. */
  leftAt: number;
  state: TransferState;
  /** How often the target was asked without an answer. */
  tries: number;
  /** When there is something to do for it again, epoch milliseconds; null once there is nothing. */
  dueAt: number | null;
  /** The state that a person was last told of by a deviation; null while nobody had to be told. */
  told: TransferState["kind"] | null;
}

export type TransferState =
  | { kind: "in_transit" }
  /** With what the target had when it took them. */
  | { kind: "arrived"; onHand: number; available: number }
  /** The target refused, and the units are on hand here again. */
  | { kind: "returned"; refusal: StockRefusal };

/** What the target of a transfer has decided. It is kept for ever, so that a late or repeated request changes nothing. */
export interface Arrival {
  transfer: string;
  decision: { kind: "taken"; movement: StockMovement } | { kind: "refused"; refusal: StockRefusal };
}

/** The warehouse that a transfer's id names: where its units left. */
export function sourceOf({ id }: Pick<Transfer, "id">): WarehouseId {
  return id.slice(0, id.lastIndexOf("#")) as WarehouseId;
}

/** After so long on the way a person is told. */
const LATE_MS = 2 * 60_000;
/** The first pause before the target is asked again; it doubles with each time. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/**
 * Units leave for another warehouse. They may be safety stock but not promised: that is `insufficient_stock`, unless the
 * last count has already seen the units gone. `earlier`: what stands under the command's name, and the transfer of it.
 */
export function sendUnits(
  state: LevelState,
  earlier: { movement: StockMovement; transfer: Transfer | null } | null,
  command: CommandName & { to: LevelRegistration; quantity: number; occurredAt: number },
  now: number,
): Decision<Transfer> {
  const { by, ref, to, quantity, occurredAt } = command;
  requireUnits("quantity", quantity, 1);
  if (to.sku !== state.sku || to.warehouseId === state.warehouseId)
    throw new RangeError("a transfer goes to another warehouse's level of the same SKU");
  if (earlier !== null) {
    const { transfer } = earlier;
    const same = transfer?.quantity === quantity && transfer.to.warehouseId === to.warehouseId;
    return same && transfer !== null
      ? { kind: "unchanged", value: transfer }
      : refuseStock({ reason: "reference_reused" });
  }
  const id = `${state.warehouseId}#${state.lastMovement + 1}`;
  const entry: Entry = {
    ...{ by, ref, occurredAt, transfer: id },
    kind: "transfer_out",
    delta: -quantity,
    reason: `to ${to.warehouseId}`,
  };
  const unpromised = state.onHand - state.held - state.allocated;
  if (!isSeen(state, entry, now) && unpromised < quantity)
    return refuseStock({ reason: "insufficient_stock", available: available(state) });
  if (isNameOfCount(state, command)) return refuseStock({ reason: "reference_reused" });
  const moved = record(state, entry, now);
  if (moved.kind === "refused") return moved;
  const transfer: Transfer = {
    ...{ by, ref, id, to, quantity },
    occurredAt: moved.value.occurredAt,
    leftAt: now,
    state: { kind: "in_transit" },
    tries: 0,
    // Whoever asked for the transfer has the target asked at once; this is for when that goes wrong.
    dueAt: now + FIRST_PAUSE_MS,
    told: null,
  };
  return { ...moved, value: transfer, state: withInTransit(moved.state, quantity), transfer };
}

/**
 * Units of a transfer arrive at its target. `earlier` is what this level has decided on the transfer before: it is
 * answered again, whatever is asked now. Refused where on hand would pass the most that a level may have.
 */
export function takeUnits(
  state: LevelState,
  earlier: Arrival | null,
  command: CommandName & { transfer: string; from: string; quantity: number; occurredAt: number },
  now: number,
): Decision<Arrival> {
  const { by, ref, transfer, from, quantity, occurredAt } = command;
  requireUnits("quantity", quantity, 1);
  if (earlier !== null) return { kind: "unchanged", value: earlier };
  const entry: Entry = {
    ...{ by, ref, occurredAt, transfer },
    kind: "transfer_in",
    delta: quantity,
    reason: `from ${from}`,
  };
  // The name belongs to the source's books: whatever it may have been used for here is another movement.
  const moved = record(state, entry, now);
  if (moved.kind === "changed") {
    const arrival: Arrival = { transfer, decision: { kind: "taken", movement: moved.value } };
    return { ...moved, value: arrival, arrival };
  }
  const arrival: Arrival = { transfer, decision: { kind: "refused", refusal: moved.refusal } };
  return changed({ ...state, sequence: state.sequence + 1 }, { value: arrival, arrival });
}

/** Records what the target has decided: the units have arrived, or are on hand here again. */
export function settleTransfer(
  state: LevelState,
  transfer: Transfer,
  decided: { kind: "taken"; onHand: number; available: number } | { kind: "refused"; refusal: StockRefusal },
  now: number,
): Decision<Transfer> {
  if (transfer.state.kind !== "in_transit") return { kind: "unchanged", value: transfer };
  const { by, ref, id, quantity, to } = transfer;
  const left = withInTransit(state, -quantity);
  if (decided.kind === "taken") {
    const { onHand, available: offered } = decided;
    const settled = withNotice({ ...transfer, state: { kind: "arrived", onHand, available: offered } }, now);
    return changed({ ...left, sequence: state.sequence + 1 }, { value: settled, transfer: settled });
  }
  const entry: Entry = {
    ...{ by, ref, occurredAt: now, transfer: id },
    kind: "transfer_back",
    delta: quantity,
    reason: `refused by ${to.warehouseId}`,
  };
  const moved = record(left, entry, now);
  // They were here before and so fit, unless other stock has filled the level up since: then they stay in transit.
  if (moved.kind === "refused") return moved;
  const settled = withNotice({ ...transfer, state: { kind: "returned", refusal: decided.refusal } }, now);
  return { ...moved, value: settled, transfer: settled };
}

/** The transfer after the target was asked and has not answered: it is asked again after a pause that doubles. */
export function postponeTransfer(transfer: Transfer, now: number): Transfer {
  if (transfer.state.kind !== "in_transit") return transfer;
  const tries = transfer.tries + 1;
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS);
  return { ...transfer, tries, dueAt: now + pause };
}

/**
 * Whether a person has to be told how the transfer stands: it takes too long, or it has ended otherwise than they were
 * told. A caller who was told at once that the target refused needs no deviation.
 */
export function isNoticeDue({ state, told, tries, leftAt }: Transfer, now: number): boolean {
  switch (state.kind) {
    case "in_transit":
      return told === null && now - leftAt >= LATE_MS;
    case "arrived":
      return told === "in_transit";
    case "returned":
      return told !== "returned" && (told === "in_transit" || tries > 0);
  }
}

/** The transfer once a person has been told how it stands. */
export function toldOf(transfer: Transfer): Transfer {
  const told = transfer.state.kind;
  return { ...transfer, told, ...(told !== "in_transit" && { dueAt: null }) };
}

function withNotice(settled: Transfer, now: number): Transfer {
  return { ...settled, dueAt: isNoticeDue(settled, now) ? now : null };
}

function withInTransit(state: LevelState, units: number): LevelState {
  return { ...state, inTransit: state.inTransit + units };
}

function changed<Value>(
  state: LevelState,
  more: { value: Value; transfer?: Transfer; arrival?: Arrival },
): Decision<Value> {
  return { kind: "changed", state, reservation: null, movements: [], ...more };
}
