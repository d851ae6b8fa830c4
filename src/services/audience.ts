import type { LiveAudience } from "../contracts/live.ts";
import type { Principal, Role } from "../contracts/principal.ts";
import { isBoundToWarehouse } from "./authorize.ts";

/**
 * Who reads, as far as it decides what is told of a thing that they may read:
 * - `staff` see all of it;
 * - `buyers` (customers, and the shops that act for them) see what is theirs: not who of the staff did something, no
 *   ids and errors of providers, no stock figures but what they can order;
 * - `floor` (warehouse staff and warehouse systems) see what they ship and where it goes: no e-mail address, no phone,
 *   no prices, no payments.
 */
export type Audience = LiveAudience;

const AUDIENCES: Readonly<Record<Role, Audience>> = {
  customer: "buyers",
  storefront: "buyers",
  warehouse: "floor",
  bridge: "floor",
  csr: "staff",
  manager: "staff",
  admin: "staff",
};

/** Part of a principal that says what they are told. */
export type Reader = Pick<Principal, "role" | "warehouseId">;

export function audienceOf({ role }: Pick<Reader, "role">): Audience {
  return AUDIENCES[role];
}

/** Whether the parcels of this warehouse are told to the reader: a floor sees its own. */
export function seesParcelsOf(reader: Reader, warehouseId: string): boolean {
  return audienceOf(reader) !== "floor" || !isBoundToWarehouse(reader) || reader.warehouseId === warehouseId;
}
