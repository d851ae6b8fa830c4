import type { StockResultRow } from "../contracts/inventory.ts";
import type { LevelCommands, LevelResult, Performed, RowDeed, StockCommand, Track } from "../contracts/level-rpc.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { LevelRegistration } from "../domain/catalog.ts";
import type { DeviationReport } from "../domain/deviation.ts";
import { levelKey, type Sku, type WarehouseId } from "../domain/ids.ts";
import type { CommandName } from "../domain/inventory-level.ts";
import { askAgain, type LevelAnswer, performTracks } from "../platform/perform-tracks.ts";
import { sideBySide } from "../platform/side-by-side.ts";
import type { ServiceContext } from "./context.ts";
import { findLevels } from "./find-level.ts";
import { reportDeviations } from "./report-deviations.ts";
import { levelStub } from "./stubs.ts";

/** What became of one row, without its number. */
export type MovedRow = Omit<StockResultRow, "row">;

/** A refusal, as the result of a service. */
export type Refusal = Extract<ServiceResult<never>, { ok: false }>;

/** Which level a row is about, and under which reference. */
export interface RowPlace {
  sku: Sku;
  warehouseId: WarehouseId;
  ref: string;
}

/** What a row asks of a level. */
export interface PlannedRow {
  /** The level that is asked. */
  place: RowPlace;
  /** Whether a level that does not exist yet comes to exist by it. */
  makes: boolean;
  /** Another level that has to exist for it, and comes to. */
  target?: { sku: Sku; warehouseId: WarehouseId };
  /** The command, once it is known how the target opens. */
  command: (target: LevelRegistration | null) => StockCommand;
  describe: (answer: LevelResult<Performed>) => MovedRow;
  /** What a person has to be told of what was done. */
  deviations?: (answer: LevelResult<Performed>) => DeviationReport[];
}

/** What names a row's command, and makes it be done once. */
export interface RowName extends CommandName {
  deed?: RowDeed;
}

/** A row that was refused before any level was asked. */
export type RefusedRow = { refused: MovedRow };

/**
 * Has rows done by their levels, each by itself, and answers what became of them, in the order given. `plan` is given
 * a row and its name, and refuses it or says what to ask. Rows of one level keep their order; where rows depend on each
 * other across levels (`isChained`), those of one SKU do. `replayed`: all that is done was done by an earlier request.
 */
export async function performStock<Row extends { sku: Sku; ref?: string | undefined }>(
  ctx: ServiceContext,
  rows: readonly Row[],
  plan: (row: Row, name: RowName) => PlannedRow | RefusedRow,
  isChained: boolean,
): Promise<{ rows: StockResultRow[]; replayed: boolean }> {
  const base = ctx.deed?.key.slice(0, 20) ?? crypto.randomUUID();
  const planned = rows.map((row, index) =>
    plan(row, {
      by: ctx.principal.id,
      ref: row.ref ?? `${base}:${index}`,
      ...(ctx.deed && { deed: { ...ctx.deed, row: index } }),
    }),
  );
  const results = new Map<number, StockResultRow>();
  const refuseRow = (row: number, refused: MovedRow) => results.set(row, { row, ...refused });
  const asked = await withLevels(ctx, planned, refuseRow);
  const reports: DeviationReport[] = [];
  const { tracks, numbers } = tracksOf(asked, isChained);
  const answers = await askLevels(ctx, tracks);
  for (const [track, parts] of answers.entries())
    for (const [part, answer] of parts.entries())
      for (const [index, number] of (numbers[track]?.[part] ?? []).entries()) {
        const one = planned[number];
        if (one === undefined || "refused" in one) continue;
        const result = answer === "unknown" ? undefined : answer[index];
        if (result === undefined) refuseRow(number, notKnown(one.place));
        else {
          const replayed = result.ok && result.replayed === true;
          results.set(number, { row: number, ...one.describe(result), ...(replayed && { replayed }) });
          if (!replayed) reports.push(...(one.deviations?.(result) ?? []));
        }
      }
  // Awaited: what puts orders at risk is only done once somebody will be told.
  if (reports.length > 0) await reportDeviations(ctx, reports);
  const all = [...results.values()].sort((a, b) => a.row - b.row);
  const done = all.filter(({ status }) => status !== "refused");
  const replayed = done.length > 0 && done.every((row) => row.replayed === true);
  return { rows: replayed ? all.map(({ replayed: _replayed, ...row }) => row) : all, replayed };
}

interface AskedRow {
  number: number;
  row: PlannedRow;
  registration: LevelRegistration;
  target: LevelRegistration | null;
}

/** The rows whose levels exist; the others are refused. All levels are found, and made, together. */
async function withLevels(
  ctx: ServiceContext,
  planned: readonly (PlannedRow | RefusedRow)[],
  refuseRow: (row: number, refused: MovedRow) => void,
): Promise<AskedRow[]> {
  const rows = planned.flatMap((row, number) => {
    if (!("refused" in row)) return [{ number, row }];
    refuseRow(number, row.refused);
    return [];
  });
  const keyOf = (place: { sku: Sku; warehouseId: WarehouseId }) => levelKey(place.sku, place.warehouseId);
  const registered = new Map<string, Awaited<ReturnType<typeof findLevels>>[number]>();
  const find = async (places: readonly { sku: Sku; warehouseId: WarehouseId; make: boolean }[]) => {
    const found = await findLevels(ctx, places);
    for (const [index, place] of places.entries()) {
      const one = found[index];
      if (one !== undefined) registered.set(keyOf(place), one);
    }
  };
  await find(rows.map(({ row: { place, makes } }) => ({ ...place, make: makes })));
  // A level that an earlier row of the request fills need not exist before.
  const filled = new Set(rows.flatMap(({ row: { target } }) => (target ? [keyOf(target)] : [])));
  const exists = (place: RowPlace) => {
    const found = registered.get(keyOf(place));
    return found?.ok === true && (found.value !== null || filled.has(keyOf(place)));
  };
  await find(
    rows.flatMap(({ row: { place, target } }) => (target && exists(place) ? [{ ...target, make: true }] : [])),
  );
  return rows.flatMap(({ number, row }): AskedRow[] => {
    const { place, target } = row;
    const source = registered.get(keyOf(place));
    if (source?.ok !== true || source.value === null) {
      const missing = `There is no level of ${place.sku} at ${place.warehouseId}: receive or count first.`;
      refuseRow(number, refusedRow(place, source?.ok === false ? source : refuse("not_found", missing)));
      return [];
    }
    if (target === undefined) return [{ number, row, registration: source.value, target: null }];
    const arriving = registered.get(keyOf(target));
    if (arriving?.ok === true) return [{ number, row, registration: source.value, target: arriving.value }];
    if (arriving !== undefined) refuseRow(number, refusedRow({ ...place, ...target }, arriving));
    return [];
  });
}

/** Groups rows into tracks, and says which number each command has as a row. */
function tracksOf(asked: readonly AskedRow[], isChained: boolean): { tracks: Track[]; numbers: number[][][] } {
  const trackName = ({ row: { place } }: AskedRow) => (isChained ? place.sku : levelKey(place.sku, place.warehouseId));
  const grouped = [...Map.groupBy(asked, trackName).values()].map((rows) => {
    const parts: { registration: LevelRegistration; rows: AskedRow[] }[] = [];
    for (const one of rows) {
      const last = parts.at(-1);
      if (last?.registration.warehouseId === one.registration.warehouseId) last.rows.push(one);
      else parts.push({ registration: one.registration, rows: [one] });
    }
    return parts;
  });
  return {
    tracks: grouped.map((parts) =>
      parts.map(({ registration, rows }): LevelCommands => ({
        registration,
        commands: rows.map(({ row, target }) => row.command(target)),
      })),
    ),
    numbers: grouped.map((parts) => parts.map(({ rows }) => rows.map(({ number }) => number))),
  };
}

/** Levels that one invocation asks itself; with more, others ask them, each about so many. */
const LEVELS_AT_ONCE = 50;
const RELAYS_AT_ONCE = 6;

async function askLevels(ctx: ServiceContext, tracks: readonly Track[]): Promise<LevelAnswer[][]> {
  const levelAt = ({ sku, warehouseId }: LevelRegistration) => levelStub(ctx.env, sku, warehouseId);
  const slices = slicesOf(tracks);
  if (slices.length <= 1) return performTracks(tracks, levelAt);
  const answers = await sideBySide(slices, RELAYS_AT_ONCE, async (slice): Promise<LevelAnswer[][]> => {
    const relay = slice[0]?.[0]?.registration;
    if (relay === undefined) return slice.map(() => []);
    const answer = await askAgain(levelKey(relay.sku, relay.warehouseId), () => levelAt(relay).performAll(slice));
    return answer === "unknown" ? slice.map((track) => track.map(() => "unknown" as const)) : answer;
  });
  return answers.flat();
}

/** Tracks in slices of so many levels; one that is longer by itself is a slice of its own. */
function slicesOf(tracks: readonly Track[]): Track[][] {
  const slices: Track[][] = [];
  let levels = 0;
  for (const track of tracks) {
    const last = slices.at(-1);
    if (last === undefined || levels + track.length > LEVELS_AT_ONCE) {
      slices.push([track]);
      levels = track.length;
    } else {
      last.push(track);
      levels += track.length;
    }
  }
  return slices;
}

/** The row's result when it was refused. */
export function refusedRow(place: RowPlace, { problem }: Refusal): MovedRow {
  const { sku, warehouseId, ref } = place;
  return { status: "refused", code: problem.code, detail: problem.detail, sku, warehouseId, ref };
}

function notKnown(place: RowPlace): MovedRow {
  const detail =
    `${place.sku} at ${place.warehouseId} did not answer, so it is not known whether this was done. ` +
    `Send it again with the same Idempotency-Key, or with the ref ${place.ref}.`;
  return refusedRow(place, refuse("temporarily_unavailable", detail));
}
