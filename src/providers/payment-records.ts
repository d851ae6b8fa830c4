import type { Payment } from "../domain/order/order.ts";
import type { MoneyRecord } from "../domain/reconciliation.ts";
import type { ProviderResult } from "./outcome.ts";

/** A payment provider's own books, as they are compared with ours. */
export interface PaymentRecords {
  readonly provider: Payment["provider"];
  /**
   * Every payment that was authorized, captured or refunded from `from` until before `to` (epoch milliseconds), each
   * once, as it stands now.
   */
  movedBetween(from: number, to: number): Promise<ProviderResult<MoneyRecord[]>>;
  /** One payment as it stands now; null where the provider knows none of this id. */
  findRecord(intentId: string): Promise<ProviderResult<MoneyRecord | null>>;
}
