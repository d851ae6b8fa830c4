import { type FieldProblem, refuse, type ServiceResult } from "../contracts/problem.ts";
import type { LevelRegistration } from "../domain/catalog.ts";
import type { StockRefusal } from "../domain/inventory-level.ts";
import { parseReservationId, type ReservationId, type Sku, type WarehouseId } from "../domain/ids.ts";
import type { Env } from "../platform/env.ts";
import { logError } from "../platform/log.ts";
import type { Catalog } from "./catalog.ts";
import type { DraftLine } from "./order-draft.ts";
import type { Holder } from "./source-stock.ts";
import { levelStub } from "./stubs.ts";

/** A line whose units were held before the order came. */
export interface ClaimedLine {
  line: number;
  reservationId: ReservationId;
  sku: Sku;
  warehouseId: WarehouseId;
  quantity: number;
  registration: LevelRegistration;
}

/**
 * Takes over the reservations that lines bring along, all or none. Refuses, with the line's pointer, one that is not
 * for this SKU and quantity, has run out, or belongs to another order; then everything is as it was.
 */
export async function claimReservations(
  env: Env,
  catalog: Catalog,
  lines: readonly DraftLine[],
  holder: Holder,
): Promise<ServiceResult<ClaimedLine[]>> {
  const wanted: ClaimedLine[] = [];
  for (const [index, { sku, quantity, reservationId, pointer }] of lines.entries()) {
    if (reservationId === null) continue;
    const parts = parseReservationId(reservationId);
    const registration = parts && parts.sku === sku ? catalog.level(parts.sku, parts.warehouseId) : undefined;
    if (!parts || !registration)
      return notClaimed([{ pointer: `${pointer}/reservationId`, detail: `must be a reservation of ${sku}` }]);
    wanted.push({ line: index + 1, reservationId, sku, warehouseId: parts.warehouseId, quantity, registration });
  }
  if (wanted.length === 0) return { ok: true, value: [] };
  const answers = await Promise.all(wanted.map(async (claim) => ({ claim, ...(await claimOne(env, claim, holder)) })));
  const claimed = answers.flatMap(({ claim, ok }) => (ok ? [claim] : []));
  if (claimed.length === wanted.length) return { ok: true, value: claimed };
  await unclaimReservations(env, claimed, holder);
  return notClaimed(
    answers.flatMap(({ claim, ...answer }): FieldProblem[] =>
      answer.ok ? [] : [{ pointer: `${lines[claim.line - 1]?.pointer ?? ""}/reservationId`, detail: answer.reason }],
    ),
  );
}

/**
 * Gives back, to whoever had them, the reservations that this request has claimed. One that another request for the
 * same order has claimed too stays claimed. A failure is only logged: they run out by themselves.
 */
export async function unclaimReservations(
  env: Env,
  claimed: readonly ClaimedLine[],
  { owner, attempt }: Pick<Holder, "owner" | "attempt">,
): Promise<void> {
  await Promise.all(
    claimed.map(async ({ reservationId, sku, warehouseId, registration }) => {
      try {
        await levelStub(env, sku, warehouseId).unclaim(registration, { reservationId, owner, attempt });
      } catch (error) {
        logError("reservation_not_given_back", error, { sku, warehouseId });
      }
    }),
  );
}

async function claimOne(
  env: Env,
  { reservationId, quantity, sku, warehouseId, registration }: ClaimedLine,
  { owner, attempt, expiresAt }: Holder,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const answer = await levelStub(env, sku, warehouseId).claim(registration, {
    reservationId,
    owner,
    attempt,
    quantity,
    expiresAt,
  });
  return answer.ok ? { ok: true } : { ok: false, reason: reasonOf(answer.refusal, quantity) };
}

function reasonOf(refusal: StockRefusal, quantity: number): string {
  switch (refusal.reason) {
    case "quantity_mismatch":
      return `holds ${refusal.held} units, and the line wants ${quantity}`;
    case "reservation_taken":
      return "belongs to another order";
    default:
      return "has run out or was released: leave it out to have the stock held anew";
  }
}

function notClaimed(errors: FieldProblem[]): ReturnType<typeof refuse> {
  return refuse("reservation_state", "A reservation can't be used for this order.", { errors });
}
