import type { LevelRegistration } from "../domain/catalog.ts";
import type { ReservationId, Sku, WarehouseId } from "../domain/ids.ts";
import type { CommandName, StockMovement, StockRefusal } from "../domain/inventory-level.ts";
import type { Arrival, Transfer } from "../domain/inventory-level/transfers.ts";
import type { Deed } from "./deed.ts";

/** One inventory level as it stands; `sequence` rises with every change, so that of two copies the higher is newer. */
export interface LevelView {
  sku: Sku;
  warehouseId: WarehouseId;
  onHand: number;
  held: number;
  allocated: number;
  /** Units that left for another warehouse and have neither arrived nor come back; absent while there are none. */
  inTransit?: number;
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

/** One entry of a level's ledger. */
export type Movement = StockMovement;

/** Why a level refuses a command. */
export type LevelRefusal = StockRefusal;

/** `replayed`: the deed was done before, and this is what it came to then. */
export type LevelResult<Value> =
  | { ok: true; value: Value; level: LevelView; replayed?: true }
  | { ok: false; refusal: LevelRefusal; level: LevelView };

/** One row of what a caller has asked to be done once. */
export interface RowDeed extends Deed {
  /** From 0. A level that has done one row of a request refuses any row of another request under its key. */
  row: number;
}

/** What is done once: the level keeps its answer in the transaction that does it. */
interface Once {
  deed?: RowDeed;
}

export interface ReceiveCommand extends CommandName, Once {
  quantity: number;
  occurredAt: number;
}

export interface AdjustCommand extends CommandName, Once {
  delta: number;
  reason: string;
  occurredAt: number;
}

export interface CountCommand extends CommandName, Once {
  quantity: number;
  asOf: number;
}

export interface TransferCommand extends CommandName, Once {
  /** The level that the units go to. */
  to: LevelRegistration;
  quantity: number;
  occurredAt: number;
}

export interface ArriveCommand extends CommandName {
  /** The transfer's id. */
  transfer: string;
  from: WarehouseId;
  quantity: number;
  occurredAt: number;
}

export interface ShipCommand extends CommandName {
  reservationId: ReservationId;
  quantity: number;
  occurredAt: number;
}

export interface ReleaseCommand {
  reservationId: ReservationId;
  owner: string;
  keep?: number;
}

export interface ConfigureCommand {
  expectedVersion: number;
  safetyStock: number;
  reorderPoint: number;
  channelBuffers: Record<string, number>;
}

/** `drift` is 0 when the count agreed; `atRisk` names reservations that no longer fit, newest first. */
export interface Counted {
  drift: number;
  atRisk: ReservationView[];
}

/** One of many commands for one level. */
export type StockCommand =
  | ({ kind: "receive" } & ReceiveCommand)
  | ({ kind: "adjust" } & AdjustCommand)
  | ({ kind: "count" } & CountCommand)
  | ({ kind: "transfer" } & TransferCommand);

/** Commands for one level, in their order. */
export interface LevelCommands {
  registration: LevelRegistration;
  commands: readonly StockCommand[];
}

/** Commands that must be done one after the other, at one level or at several. */
export type Track = readonly LevelCommands[];

/** What became of it. */
export type Performed =
  | { kind: "moved"; movement: Movement }
  | ({ kind: "counted" } & Counted)
  | { kind: "transferred"; transfer: Transfer };

export interface HoldCommand {
  reservationId: ReservationId;
  quantity: number;
  expiresAt: number;
  channel: string;
  /** Who holds has waited for it since then, and has its place among those who wait. */
  turn?: { owner: string; since: number };
  /** The warehouse sells nothing: only what is held already is answered. */
  closed?: true;
  deed?: RowDeed;
  limit?: HoldLimit;
}

/** The most units that a buyer may hold at one level before they have paid. */
export interface HoldLimit {
  /** A hash of who buys. */
  buyer: string;
  most: number;
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
  limit?: HoldLimit;
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
  release(registration: LevelRegistration, command: ReleaseCommand): Promise<LevelResult<null>>;
  /** Idempotent by its name. `remaining` is what of the reservation stays allocated. */
  ship(registration: LevelRegistration, command: ShipCommand): Promise<LevelResult<{ remaining: number }>>;
  receive(registration: LevelRegistration, command: ReceiveCommand): Promise<LevelResult<Movement>>;
  adjust(registration: LevelRegistration, command: AdjustCommand): Promise<LevelResult<Movement>>;
  count(registration: LevelRegistration, command: CountCommand): Promise<LevelResult<Counted>>;
  /**
   * Units leave for another warehouse. Answers once the target has decided, or `in_transit` where it does not answer in
   * time: this level then asks it again until it has.
   */
  transfer(registration: LevelRegistration, command: TransferCommand): Promise<LevelResult<Transfer>>;
  /** Units of a transfer arrive. The first answer for a transfer is the answer for ever, also when it refuses them. */
  arrive(registration: LevelRegistration, command: ArriveCommand): Promise<LevelResult<Arrival>>;
  /** Many commands in the order given. Each is done or refused by itself. */
  perform(registration: LevelRegistration, commands: readonly StockCommand[]): Promise<LevelResult<Performed>[]>;
  /**
   * Has tracks performed at many levels: any level may be asked to. One invocation may make some thousand calls, so
   * whoever has more levels to ask leaves a part of them to others. `unknown` for a level that gave no answer.
   */
  performAll(tracks: readonly Track[]): Promise<(LevelResult<Performed>[] | "unknown")[][]>;
  /** Versioned: refused unless `expectedVersion` is the settings' version. */
  configure(registration: LevelRegistration, command: ConfigureCommand): Promise<LevelResult<LevelSettings>>;
  view(registration: LevelRegistration): Promise<LevelView>;
  /** `transfers`: those that have left and not arrived, oldest first. */
  detail(registration: LevelRegistration): Promise<{
    level: LevelView;
    settings: LevelSettings;
    reservations: ReservationView[];
    transfers: Transfer[];
  }>;
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
