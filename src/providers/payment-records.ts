import type { Payment } from "../domain/order/order.ts";
import type { MoneyRecord } from "../domain/reconciliation.ts";
import type { ProviderResult } from "./outcome.ts";

/** The provider's id of a payment of ours, by our books: the order and the payment's number in it. Null where they know none. */
export type NamedIntent = (orderId: string, payment: number) => string | null;

/** A payment provider's own books, as they are compared with ours. */
export interface PaymentRecords {
  readonly provider: Payment["provider"];
  /**
   * Every payment that was authorized, captured or refunded from `from` until before `to` (epoch milliseconds), each
   * once, as it stands now or stood at `to`. `intentOf` spares looking up what a provider tells by our own names only.
   */
  movedBetween(from: number, to: number, intentOf: NamedIntent): Promise<ProviderResult<MoneyRecord[]>>;
  /** One payment as it stands now; null where the provider knows none of this id. */
  findRecord(intentId: string): Promise<ProviderResult<MoneyRecord | null>>;
}
