import { appendFileSync, writeFileSync } from "node:fs";
import type { ReturnState } from "../../src/domain/order/return.ts";
import type { OrderId, ReservationId, Sku, WarehouseId } from "../../src/domain/ids.ts";

/** One promise that the system has made by answering: it must still hold after every kill. */
export type Acknowledgement =
  | {
      kind: "order_placed";
      key: string;
      orderId: OrderId;
      version: number;
      total: number;
      lines: readonly { sku: string; quantity: number }[];
      /** Holds that were promised by the answer, or before it. */
      reservations: readonly string[];
    }
  | { kind: "order_cancelled"; orderId: OrderId; version: number }
  | { kind: "order_fulfilled"; orderId: OrderId; warehouseId: WarehouseId }
  | { kind: "shipment_delivered"; orderId: OrderId; shipmentId: string }
  | { kind: "short_picked"; orderId: OrderId; shipmentId: string }
  | { kind: "message_sent"; orderId: OrderId; text: string }
  /** Edited, or to be once the difference is paid, between these versions. */
  | { kind: "order_edited"; orderId: OrderId; by: "OrderEdited" | "ItemsAdded"; after: number; version: number }
  | { kind: "lines_cancelled"; orderId: OrderId; reason: string }
  | { kind: "payment_provided"; orderId: OrderId; version: number }
  | { kind: "return_requested"; orderId: OrderId; returnId: string }
  | { kind: "return_moved"; orderId: OrderId; returnId: string; to: ReturnState }
  | { kind: "refund_asked"; orderId: OrderId; number: number; amount: number; reason: string }
  | {
      kind: "stock_moved";
      command: "receipt" | "adjustment" | "transfer_out" | "transfer_in";
      ref: string;
      sku: Sku;
      warehouseId: WarehouseId;
      delta: number;
    }
  | { kind: "stock_counted"; ref: string; sku: Sku; warehouseId: WarehouseId; drift: number }
  | { kind: "stock_reserved"; reservationId: ReservationId; sku: Sku; warehouseId: WarehouseId; quantity: number }
  | { kind: "reservation_released"; reservationId: ReservationId };

/** An answer that no fault excuses. */
export interface WrongAnswer {
  asked: string;
  status: number;
  code: string;
  detail: string;
}

/**
 * What the load generator was answered, each entry on disk before the generator goes on: the generator outlives
 * every kill, and its file stays with a failing run for whoever looks into it.
 */
export class Journal {
  readonly acknowledged: Acknowledgement[] = [];
  readonly wrong: WrongAnswer[] = [];
  /** How often which answer came: `POST /orders 201`. */
  readonly answers = new Map<string, number>();
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
    writeFileSync(file, "");
  }

  acknowledge(entry: Acknowledgement): void {
    this.acknowledged.push(entry);
    this.#append(entry);
  }

  complain(entry: WrongAnswer): void {
    this.wrong.push(entry);
    this.#append({ kind: "wrong_answer", ...entry });
  }

  count(answer: string): void {
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
  }

  #append(entry: object): void {
    appendFileSync(this.#file, `${JSON.stringify({ at: Date.now(), ...entry })}\n`);
  }
}
