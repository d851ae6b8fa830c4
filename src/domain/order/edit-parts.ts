import type { ReservationId, ShipmentId } from "../ids.ts";
import type { LineUnits, OrderEdit } from "./order.ts";

/** Units that leave an order, and where each of them was. */
export interface TakenOut {
  backordered: LineUnits[];
  unsourced: LineUnits[];
  /** What each reservation gives back. */
  reservations: { id: ReservationId; quantity: number }[];
  /** Parcels that nobody has begun and that had some of the units: withdrawn, and what is left asked for anew. */
  shipments: ShipmentId[];
  /** Parcels that their warehouses have given back for this: withdrawn as well. */
  recalled?: ShipmentId[];
}

/** A change that is made. */
export interface MadeEdit {
  edit: OrderEdit;
  takenOut: TakenOut;
  /** The payment that the added units wait for, or were paid by; null where nothing more is due. */
  payment: number | null;
  /** Payments that the order needs no more: their money is given back. */
  givenUp: number[];
}
