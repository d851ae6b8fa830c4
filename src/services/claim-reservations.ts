import { type FieldProblem, refuse, type ServiceResult } from "../contracts/problem.ts";
import type { LevelRegistration } from "../domain/catalog.ts";
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
    if (!parts || !registration) return notClaimed([{ pointer: `${pointer}/reservationId`, detail: `must be a reservation of ${sku}` }]);
    wanted.push({ line: index + 1, reservationId, sku, warehouseId: parts.warehouseId, quantity, registration });
  }
  if (wanted.length === 0) return { ok: true, value: [] };
  const answers = await Promise.all(wanted.map((claim) => claimOne(env, claim, holder)));
  const problems = answers.flatMap((reason, index): FieldProblem[] => {
    const claim = wanted[index];
    if (reason === null || !claim) return [];
    return [{ pointer: `${lines[claim.line - 1]?.pointer ?? ""}/reservationId`, detail: reason }];
  });
  if (problems.length === 0) return { ok: true, value: wanted };
  await unclaimReservations(env, wanted.filter((_, index) => answers[index] === null), holder.owner);
  return notClaimed(problems);
}

/** Gives claimed reservations back to whoever had them. A failure is only logged: they run out by themselves. */
export async function unclaimReservations(env: Env, claimed: readonly ClaimedLine[], owner: string): Promise<void> {
  await Promise.all(
    claimed.map(async ({ reservationId, sku, warehouseId, registration }) => {
      try {
        await levelStub(env, sku, warehouseId).unclaim(registration, { reservationId, owner });
      } catch (error) {
        logError("reservation_not_given_back", error, { sku, warehouseId });
      }
    }),
  );
}

async function claimOne(env: Env, claim: ClaimedLine, { owner, expiresAt }: Holder): Promise<string | null> {
  const { reservationId, quantity, sku, warehouseId, registration } = claim;
  const answer = await levelStub(env, sku, warehouseId).claim(registration, { reservationId, owner, quantity, expiresAt });
  if (answer.ok) return null;
  switch (answer.refusal.reason) {
    case "quantity_mismatch":
      return `holds ${answer.refusal.held} units, and the line wants ${quantity}`;
    case "reservation_taken":
      return "belongs to another order";
    default:
      return "has run out or was released: leave it out to have the stock held anew";
  }
}

function notClaimed(errors: FieldProblem[]): ReturnType<typeof refuse> {
  return refuse("reservation_state", "A reservation can't be used for this order.", { errors });
}
