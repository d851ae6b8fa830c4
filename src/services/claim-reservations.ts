import { type FieldProblem, refuse, type ServiceResult } from "../contracts/problem.ts";
import type { LevelRegistration } from "../domain/catalog.ts";
import type { StockRefusal } from "../domain/inventory-level.ts";
import { parseReservationId, type ReservationId, type Sku, type WarehouseId } from "../domain/ids.ts";
import { refuseSale, type SaleRefusal } from "../domain/sourcing/may-sell.ts";
import type { Env } from "../platform/env.ts";
import { logError } from "../platform/log.ts";
import type { Catalog } from "./catalog.ts";
import type { DraftLine } from "./order-draft.ts";
import type { Holder } from "./source-stock.ts";
import { levelStub } from "./stubs.ts";

/** A line whose units were held before the order came. */
export interface ReservedLine {
  line: number;
  reservationId: ReservationId;
  sku: Sku;
  warehouseId: WarehouseId;
  quantity: number;
  registration: LevelRegistration;
  /** Where in the caller's body the reservation is named. */
  pointer: string;
}

/**
 * The reservations that lines bring along, without asking any level. Refuses, with a pointer to each, one that is not for
 * the line's SKU, one that an earlier line has named, and one at a warehouse that may not sell to the country.
 */
export function reservedLines(
  catalog: Catalog,
  lines: readonly DraftLine[],
  country: string,
): ServiceResult<ReservedLine[]> {
  const reserved: ReservedLine[] = [];
  const errors: FieldProblem[] = [];
  for (const [index, { sku, quantity, reservationId, pointer: ofLine }] of lines.entries()) {
    if (reservationId === null) continue;
    const pointer = `${ofLine}/reservationId`;
    const parts = parseReservationId(reservationId);
    const registration = parts && parts.sku === sku ? catalog.level(parts.sku, parts.warehouseId) : undefined;
    if (!parts || !registration) {
      errors.push({ pointer, detail: `must be a reservation of ${sku}` });
      continue;
    }
    const { warehouseId } = parts;
    const first = reserved.find((other) => other.reservationId === reservationId);
    const warehouse = catalog.warehouses.get(warehouseId);
    const refusal = warehouse ? refuseSale(warehouse, country) : "warehouse_closed";
    if (first) errors.push({ pointer, detail: `is named at ${first.pointer} already: each line needs its own` });
    else if (refusal !== null) errors.push({ pointer, detail: saleRefused(refusal, warehouseId, country) });
    reserved.push({ line: index + 1, reservationId, sku, warehouseId, quantity, registration, pointer });
  }
  return errors.length > 0 ? notClaimed(errors) : { ok: true, value: reserved };
}

function saleRefused(refusal: SaleRefusal, warehouseId: WarehouseId, country: string): string {
  switch (refusal) {
    case "warehouse_closed":
      return `is at ${warehouseId}, which is closed: leave it out to have the stock held elsewhere`;
    case "destination_not_served":
      return `is at ${warehouseId}, which does not ship to ${country}: leave it out to have the stock held elsewhere`;
  }
}

/**
 * Takes over the reservations that lines bring along, all or none. Refuses, with the line's pointer, one that is not
 * for this quantity, has run out, or belongs to another order. A level that does not answer may have claimed or not:
 * then, too, everything is given back.
 */
export async function claimReservations(
  env: Env,
  wanted: readonly ReservedLine[],
  holder: Holder,
): Promise<ServiceResult<null>> {
  if (wanted.length === 0) return { ok: true, value: null };
  const answers = await Promise.all(wanted.map((claim) => claimOne(env, claim, holder)));
  if (answers.every((answer) => answer === "claimed")) return { ok: true, value: null };
  await unclaimReservations(
    env,
    wanted.filter((_, index) => answers[index] === "claimed" || answers[index] === "unknown"),
    holder,
  );
  const refused = wanted.flatMap(({ pointer, quantity }, index): FieldProblem[] => {
    const answer = answers[index];
    return answer === undefined || typeof answer === "string" ? [] : [{ pointer, detail: reasonOf(answer, quantity) }];
  });
  return refused.length > 0
    ? notClaimed(refused)
    : refuse(
        "temporarily_unavailable",
        "A reservation could not be asked for: send the same request again in a moment, with the same Idempotency-Key.",
      );
}

/** Whether an order could claim these now. Claims nothing; refuses as `claimReservations` does. */
export async function checkReservations(
  env: Env,
  wanted: readonly ReservedLine[],
  expiresAt: number,
): Promise<ServiceResult<null>> {
  const answers = await Promise.all(
    wanted.map(async ({ line, reservationId, quantity, sku, warehouseId, registration }) =>
      levelStub(env, sku, warehouseId).refuseClaim(registration, {
        reservationId,
        owner: "quote",
        line,
        attempt: "quote",
        quantity,
        expiresAt,
      }),
    ),
  );
  const errors = wanted.flatMap(({ pointer, quantity }, index): FieldProblem[] => {
    const refusal = answers[index];
    return refusal ? [{ pointer, detail: reasonOf(refusal, quantity) }] : [];
  });
  return errors.length > 0 ? notClaimed(errors) : { ok: true, value: null };
}

/**
 * Gives back, to whoever had them, the reservations that this request has claimed. One that another request for the
 * same order has claimed too stays claimed. A failure is only logged: they run out by themselves.
 */
export async function unclaimReservations(
  env: Env,
  claimed: readonly ReservedLine[],
  { owner, attempt }: Pick<Holder, "owner" | "attempt">,
): Promise<void> {
  const giveBack = ({ reservationId, sku, warehouseId, registration }: ReservedLine) =>
    levelStub(env, sku, warehouseId).unclaim(registration, { reservationId, owner, attempt });
  await Promise.all(
    claimed.map(async (one) => {
      try {
        // A stub that has thrown may be broken for good: the second try makes its own.
        await giveBack(one).catch(() => giveBack(one));
      } catch (error) {
        logError("reservation_not_given_back", error, { sku: one.sku, warehouseId: one.warehouseId });
      }
    }),
  );
}

async function claimOne(
  env: Env,
  { line, reservationId, quantity, sku, warehouseId, registration }: ReservedLine,
  { owner, attempt, expiresAt, limit }: Holder,
): Promise<"claimed" | "unknown" | StockRefusal> {
  try {
    const command = { reservationId, owner, line, attempt, quantity, expiresAt, ...(limit && { limit }) };
    const answer = await levelStub(env, sku, warehouseId).claim(registration, command);
    return answer.ok ? "claimed" : answer.refusal;
  } catch (error) {
    logError("claim_unknown", error, { sku, warehouseId });
    return "unknown";
  }
}

function reasonOf(refusal: StockRefusal, quantity: number): string {
  switch (refusal.reason) {
    case "quantity_mismatch":
      return `holds ${refusal.held} units, and the line wants ${quantity}`;
    case "unpaid_limit":
      return `would be more than may be held before it is paid: ${refusal.left} units are left`;
    case "reservation_taken":
      return "belongs to another order";
    default:
      return "has run out or was released: leave it out to have the stock held anew";
  }
}

function notClaimed(errors: FieldProblem[]): ReturnType<typeof refuse> {
  return refuse("reservation_state", "A reservation can't be used for this order.", { errors });
}
