/**
 * Names of things. Every id is a branded string: the compiler keeps a SKU from being passed as a warehouse.
 * Separators: `~` joins the parts of composed ids; none of the parts may contain it, so every id can be split again.
 */
type Branded<Name extends string> = string & { readonly __brand: Name };

export type OrderId = Branded<"OrderId">;
export type Sku = Branded<"Sku">;
export type WarehouseId = Branded<"WarehouseId">;
export type CustomerId = Branded<"CustomerId">;
export type ReservationId = Branded<"ReservationId">;
export type ShipmentId = Branded<"ShipmentId">;
export type ReturnId = Branded<"ReturnId">;
export type PaymentId = Branded<"PaymentId">;
export type EffectId = Branded<"EffectId">;
/** Names one inventory level, and so one InventoryLevel object. */
export type LevelKey = Branded<"LevelKey">;

export const SKU_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const WAREHOUSE_ID_PATTERN = /^[a-z0-9][a-z0-9-]{0,39}$/;
export const ORDER_ID_PATTERN = /^ord_[0-9a-hjkmnp-tv-z]{22}$/;

/** How many virtual shards orders are spread over; fixed for ever, because it is part of every order's id. */
export const VIRTUAL_SHARDS = 1024;

const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";
/** 2 characters name the shard (10 bits), 20 the order (100 bits). */
const ORDER_ID_CHARACTERS = 22;
/** Bytes that `orderIdFromBytes` needs: 110 bits. */
export const ORDER_ID_BYTES = 14;

/**
 * The order id that these bytes name: `ord_`, 2 characters of virtual shard, 20 of Crockford base32.
 * Takes the first 110 bits of `bytes` (a digest, or randomness) and refuses fewer than 14 bytes.
 */
export function orderIdFromBytes(bytes: Uint8Array): OrderId {
  if (bytes.length < ORDER_ID_BYTES) throw new RangeError(`an order id needs ${ORDER_ID_BYTES} bytes`);
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < ORDER_ID_CHARACTERS) {
      bits -= 5;
      text += CROCKFORD[(buffer >> bits) & 31];
    }
    buffer &= (1 << bits) - 1;
    if (text.length === ORDER_ID_CHARACTERS) break;
  }
  return `ord_${text}` as OrderId;
}

/** Whether the text is a well-formed order id (not whether such an order exists). */
export function isOrderId(text: string): text is OrderId {
  return ORDER_ID_PATTERN.test(text);
}

/** The virtual shard (0 to 1023) that the order lives on for its whole life. */
export function virtualShardOf(id: OrderId): number {
  return CROCKFORD.indexOf(id.charAt(4)) * 32 + CROCKFORD.indexOf(id.charAt(5));
}

/** The key of the inventory level of one SKU at one warehouse. */
export function levelKey(sku: Sku, warehouseId: WarehouseId): LevelKey {
  return `${sku}~${warehouseId}` as LevelKey;
}

export interface ReservationParts {
  /** The order's id, or another owner of the hold. */
  owner: string;
  line: number;
  /** Random per request; the effect's id where the saga holds. */
  attempt: string;
  round: number;
  sku: Sku;
  warehouseId: WarehouseId;
}

/** A reservation id: never used twice, and names the level that holds it. */
export function reservationId(parts: ReservationParts): ReservationId {
  const { owner, line, attempt, round, sku, warehouseId } = parts;
  return `rsv_${owner}~${line}~${attempt}~${round}~${sku}~${warehouseId}` as ReservationId;
}

/** The parts of a reservation id, or null when the text is none. */
export function parseReservationId(text: string): ReservationParts | null {
  const [prefixed = "", line = "", attempt = "", round = "", sku = "", warehouseId = "", ...rest] = text.split("~");
  if (!prefixed.startsWith("rsv_") || rest.length > 0) return null;
  if (!/^\d+$/.test(line) || !/^\d+$/.test(round)) return null;
  if (!SKU_PATTERN.test(sku) || !WAREHOUSE_ID_PATTERN.test(warehouseId)) return null;
  return {
    owner: prefixed.slice(4),
    line: Number(line),
    attempt,
    round: Number(round),
    sku: sku as Sku,
    warehouseId: warehouseId as WarehouseId,
  };
}

/** What people call an order on the telephone. */
export function orderNumberOf(orderId: OrderId): string {
  return `HF-${orderId.slice(-8).toUpperCase()}`;
}

const RETURN_ID_PATTERN = /^rtn_([0-9a-hjkmnp-tv-z]{22})-[1-9]\d{0,3}$/;

/** The id of the order's n-th return (1, 2, 3 …): it names its order, so that a scanned label is enough to find both. */
export function returnIdOf(orderId: OrderId, number: number): ReturnId {
  return `${orderId.replace("ord_", "rtn_")}-${number}` as ReturnId;
}

const PAYMENT_ID_PATTERN = /^pay_([0-9a-hjkmnp-tv-z]{22})-([1-9]\d{0,3})$/;

/** The id of the order's n-th payment (1, 2, 3 …): it names its order, so that it alone is enough to find both. */
export function paymentIdOf(orderId: OrderId, number: number): PaymentId {
  return `${orderId.replace("ord_", "pay_")}-${number}` as PaymentId;
}

/** The order that a payment's id names, and the payment's number there; null when the text is no payment's id. */
export function orderOfPayment(text: string): { orderId: OrderId; payment: number } | null {
  const [, shared, number] = PAYMENT_ID_PATTERN.exec(text) ?? [];
  return shared === undefined ? null : { orderId: `ord_${shared}` as OrderId, payment: Number(number) };
}

/** The order that a return's id names, or null when the text is no return's id. */
export function orderOfReturn(text: string): OrderId | null {
  const shared = RETURN_ID_PATTERN.exec(text)?.[1];
  return shared === undefined ? null : (`ord_${shared}` as OrderId);
}
