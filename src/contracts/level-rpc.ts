import type { LevelRegistration } from "../domain/catalog.ts";
import type { ReservationId, Sku, WarehouseId } from "../domain/ids.ts";

/** One inventory level as it stands; `sequence` rises with every change, so that of two copies the higher is newer. */
export interface LevelView {
  sku: Sku;
  warehouseId: WarehouseId;
  onHand: number;
  held: number;
  allocated: number;
  safetyStock: number;
  reorderPoint: number;
  /** on hand − held − allocated − safety stock, never below 0. */
  available: number;
  sequence: number;
  /** Epoch milliseconds at which this was true. */
  asOf: number;
  /**
   * Units that orders wait for and that nobody else is offered, and the orders that would get what there is, first come,
   * first served; absent while nobody waits.
   */
  waiting?: { units: number; next: string[] };
}

export interface ReservationView {
  reservationId: ReservationId;
  owner: string;
  quantity: number;
  status: "HELD" | "ALLOCATED";
  /** Epoch milliseconds; null once allocated. */
  expiresAt: number | null;
  channel: string;
}

export interface Movement {
  sequence: number;
  kind: "opening" | "receipt" | "shipment" | "adjustment" | "transfer_out" | "transfer_in" | "drift";
  /** Signed change of on hand. */
  delta: number;
  /** On hand after this movement, in the order of recording. */
  balance: number;
  ref: string;
  reason: string;
  /** The source's clock; counts compare this. */
  occurredAt: number;
  /** Our clock. */
  recordedAt: number;
}

/** Why a level refuses a command. */
export type LevelRefusal =
  | { reason: "insufficient_stock"; available: number }
  | { reason: "reservation_released" }
  | { reason: "reservation_unknown" }
  | { reason: "reservation_expired" }
  | { reason: "reservation_taken" }
  | { reason: "quantity_exceeds_allocation"; allocated: number }
  | { reason: "quantity_mismatch"; held: number }
  | { reason: "count_outdated"; lastAsOf: number }
  | { reason: "version_stale"; version: number }
  | { reason: "reference_reused" };

export type LevelResult<Value> =
  | { ok: true; value: Value; level: LevelView }
  | { ok: false; refusal: LevelRefusal; level: LevelView };

export interface HoldCommand {
  reservationId: ReservationId;
  quantity: number;
  expiresAt: number;
  channel: string;
  /** Who holds has waited for it since then, and has its place among those who wait. */
  turn?: { owner: string; since: number };
}

export interface WaitCommand {
  /** The order's id. */
  owner: string;
  /** Since when it waits, epoch milliseconds: the longest comes first. */
  since: number;
  /** Units it waits for; 0 takes it out of the line. */
  quantity: number;
  /** It loses its place unless it says so again before. Epoch milliseconds. */
  until: number;
  channel: string;
}

export interface UnclaimCommand {
  reservationId: ReservationId;
  /** The order's id. */
  owner: string;
  /** Which of the attempts at that order this is. */
  attempt: string;
}

export interface ClaimCommand extends UnclaimCommand {
  /** The line of the order that the units are for. */
  line: number;
  quantity: number;
  expiresAt: number;
}

/**
 * What an InventoryLevel object answers. `registration` goes with every call, because the object opens itself
 * from it at its first write (reading writes nothing); once opened, its own books rule and the rest of the
 * registration is ignored.
 */
export interface InventoryLevelRpc {
  hold(registration: LevelRegistration, command: HoldCommand): Promise<LevelResult<ReservationView>>;
  /** Takes a place among those who wait for stock, or leaves it. `offered`: units that it may hold now. */
  wait(registration: LevelRegistration, command: WaitCommand): Promise<LevelResult<{ offered: number }>>;
  /** Takes over a hold made before (by `POST /inventory/reserve`) for one line of an order: same id, new owner and expiry. */
  claim(registration: LevelRegistration, command: ClaimCommand): Promise<LevelResult<ReservationView>>;
  /** Why this claim would be refused now; null where it would not. Claims nothing. */
  refuseClaim(registration: LevelRegistration, command: ClaimCommand): Promise<LevelRefusal | null>;
  /**
   * Undoes a claim of this attempt: the hold has its former owner and expiry again. Does nothing once another attempt
   * at the same order has claimed it too. Idempotent.
   */
  unclaim(registration: LevelRegistration, command: UnclaimCommand): Promise<LevelResult<null>>;
  allocate(
    registration: LevelRegistration,
    command: { reservationId: ReservationId },
  ): Promise<LevelResult<ReservationView>>;
  /**
   * Idempotent, also before the hold arrives: leaves a tombstone. With `keep`, that many units stay promised. Refused to
   * whom the reservation does not belong.
   */
  release(
    registration: LevelRegistration,
    command: { reservationId: ReservationId; owner: string; keep?: number },
  ): Promise<LevelResult<null>>;
  /** Idempotent by `ref`. `remaining` is what of the reservation stays allocated. */
  ship(
    registration: LevelRegistration,
    command: { reservationId: ReservationId; quantity: number; ref: string; occurredAt: number },
  ): Promise<LevelResult<{ remaining: number }>>;
  receive(
    registration: LevelRegistration,
    command: { quantity: number; ref: string; occurredAt: number },
  ): Promise<LevelResult<Movement>>;
  adjust(
    registration: LevelRegistration,
    command: { delta: number; reason: string; ref: string; occurredAt: number },
  ): Promise<LevelResult<Movement>>;
  transferOut(
    registration: LevelRegistration,
    command: { quantity: number; ref: string; occurredAt: number },
  ): Promise<LevelResult<Movement>>;
  transferIn(
    registration: LevelRegistration,
    command: { quantity: number; ref: string; occurredAt: number },
  ): Promise<LevelResult<Movement>>;
  /** `drift` is 0 when the count agreed; `atRisk` names the reservations that no longer fit, newest first. */
  count(
    registration: LevelRegistration,
    command: { quantity: number; asOf: number; ref: string },
  ): Promise<LevelResult<{ drift: number; atRisk: ReservationView[] }>>;
  /** Versioned: refused unless `expectedVersion` is the settings' version. */
  configure(
    registration: LevelRegistration,
    command: {
      expectedVersion: number;
      safetyStock: number;
      reorderPoint: number;
      channelBuffers: Record<string, number>;
    },
  ): Promise<LevelResult<LevelSettings>>;
  view(registration: LevelRegistration): Promise<LevelView>;
  detail(
    registration: LevelRegistration,
  ): Promise<{ level: LevelView; settings: LevelSettings; reservations: ReservationView[] }>;
  /** Newest first, below `before` (a sequence) when given. */
  movements(registration: LevelRegistration, query: { before?: number; limit: number }): Promise<Movement[]>;
}

export interface LevelSettings {
  version: number;
  safetyStock: number;
  reorderPoint: number;
  /** Units kept from a channel: it is offered available − buffer. */
  channelBuffers: Record<string, number>;
}
