import {
  AUTHORIZATION_MS,
  HONOR_MS,
  newId,
  refuse,
  wireAuthorization,
  wireCapture,
  wireEvent,
  wireOrder,
  wireRefund,
  type AuthorizationRow,
  type CaptureRow,
  type OrderRow,
  type RefundRow,
} from "./wire.ts";

/** What the ledger needs of the books around it. */
export interface LedgerSurroundings {
  sql: SqlStorage;
  publicUrl: string;
  /** Lays out an event for delivery. */
  push: (eventId: string, body: string, now: number) => void;
}

/** Marks of the means of payment; any other is the id of a saved account. */
const WALLET = "wallet";
const DECLINED_WALLET = "wallet_declined";

export type ApprovalAnswer = "approve" | "approve_declined" | "cancel";

/** What the customer's page shows of an order. */
export interface Approval {
  status: string;
  /** Null where nothing is paid yet. */
  amount: number | null;
  currency: string;
  description: string | null;
}

type NewOrder = Pick<OrderRow, "reference" | "invoice_id" | "intent" | "amount" | "currency" | "description">;

/** Orders and the money they move. Every method runs inside the caller's transaction. */
export class CheckoutLedger {
  readonly #around: LedgerSurroundings;

  constructor(around: LedgerSurroundings) {
    this.#around = around;
  }

  create(input: NewOrder, now: number): OrderRow {
    const id = newId();
    this.#around.sql.exec(
      `INSERT INTO orders (id, reference, invoice_id, created, status, intent, amount, currency, description)
       VALUES (?, ?, ?, ?, 'CREATED', ?, ?, ?, ?)`,
      id,
      input.reference,
      input.invoice_id,
      now,
      input.intent,
      input.amount,
      input.currency,
      input.description,
    );
    return this.order(id);
  }

  find(id: string): OrderRow | null {
    return this.#one<OrderRow>("SELECT * FROM orders WHERE id = ?", id);
  }

  order(id: string): OrderRow {
    return this.find(id) ?? this.#unknown();
  }

  /** The payer is to be sent to PayPal's page. */
  askPayer(id: string, urls: { returnUrl: string | null; cancelUrl: string | null }): OrderRow {
    const { status } = this.order(id);
    if (status !== "CREATED" && status !== "PAYER_ACTION_REQUIRED")
      return refuse(422, "ORDER_CANNOT_BE_CONFIRMED", "The order cannot be confirmed in its present state.");
    this.#around.sql.exec(
      "UPDATE orders SET status = 'PAYER_ACTION_REQUIRED', return_url = ?, cancel_url = ? WHERE id = ?",
      urls.returnUrl,
      urls.cancelUrl,
      id,
    );
    return this.order(id);
  }

  /** What the payer answered on PayPal's page. Who cancels may come back and approve after all. */
  answer(id: string, answer: ApprovalAnswer, now: number): OrderRow {
    const row = this.order(id);
    if (row.status !== "PAYER_ACTION_REQUIRED" || answer === "cancel") return row;
    this.#around.sql.exec(
      "UPDATE orders SET status = 'APPROVED', source = ? WHERE id = ?",
      answer === "approve" ? WALLET : DECLINED_WALLET,
      id,
    );
    this.#tell("CHECKOUT.ORDER.APPROVED", this.wire(this.order(id)), now);
    return this.order(id);
  }

  /** `saved`: an account that pays without the payer. */
  authorize(
    id: string,
    saved: { account: string; declines: boolean } | null,
    key: string | null,
    now: number,
  ): OrderRow {
    const row = this.order(id);
    if (row.intent !== "AUTHORIZE")
      return refuse(422, "ACTION_DOES_NOT_MATCH_INTENT", "Order was created with an intent to CAPTURE.");
    if (row.status === "COMPLETED") return refuse(422, "ORDER_ALREADY_AUTHORIZED", "Order already authorized.");
    const isApproved = row.status === "APPROVED";
    const source = isApproved ? row.source : (saved?.account ?? null);
    if (source === null) return refuse(422, "ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment.");
    if (this.#isPaid(row.invoice_id)) return refuse(422, "DUPLICATE_INVOICE_ID", "Duplicate Invoice ID detected.");
    if (source === DECLINED_WALLET || (!isApproved && saved?.declines === true)) {
      return refuse(
        422,
        "INSTRUMENT_DECLINED",
        "The instrument presented was either declined by the processor or bank.",
      );
    }
    this.#around.sql.exec("UPDATE orders SET status = 'COMPLETED', source = ? WHERE id = ?", source, id);
    this.#addAuthorization(row, null, now, now + AUTHORIZATION_MS);
    this.#move(row, "authorize", row.amount, key, now);
    return this.order(id);
  }

  authorization(id: string): AuthorizationRow {
    return this.#one<AuthorizationRow>("SELECT * FROM authorizations WHERE id = ?", id) ?? this.#unknown();
  }

  capture(id: string, amount: number | null, final: boolean, key: string | null, now: number): CaptureRow {
    const row = this.#open(id, now);
    const left = row.amount - row.captured;
    const taken = amount ?? left;
    if (taken > left) return refuse(422, "MAX_CAPTURE_AMOUNT_EXCEEDED", "Capture amount exceeds allowable limit.");
    const captureId = newId();
    this.#around.sql.exec(
      `INSERT INTO captures (id, order_id, authorization_id, status, amount, refunded, currency, final, created)
       VALUES (?, ?, ?, 'COMPLETED', ?, 0, ?, ?, ?)`,
      captureId,
      row.order_id,
      id,
      taken,
      row.currency,
      final ? 1 : 0,
      now,
    );
    const isOver = final || taken === left;
    this.#around.sql.exec(
      "UPDATE authorizations SET status = ?, captured = captured + ? WHERE id = ?",
      isOver ? "CAPTURED" : "PARTIALLY_CAPTURED",
      taken,
      id,
    );
    const order = this.order(row.order_id);
    this.#move(order, "capture", taken, key, now);
    if (isOver && taken < left) this.#move(order, "release", left - taken, key, now);
    const capture = this.captureRow(captureId);
    this.#tell("PAYMENT.CAPTURE.COMPLETED", wireCapture(capture, order), now);
    return capture;
  }

  void(id: string, key: string | null, now: number): AuthorizationRow {
    const row = this.authorization(id);
    if (row.status === "VOIDED") return refuse(422, "PREVIOUSLY_VOIDED", "Authorization has been previously voided.");
    if (row.captured > 0 || row.status === "CAPTURED")
      return refuse(
        422,
        "PREVIOUSLY_CAPTURED",
        "Authorization has been previously captured and hence cannot be voided.",
      );
    this.#end(row, "void", key, now);
    return this.authorization(id);
  }

  /** A new authorization in place of one whose honor period is over. */
  reauthorize(id: string, now: number): AuthorizationRow {
    const row = this.#open(id, now);
    if (now < row.created + HONOR_MS)
      return refuse(
        422,
        "REAUTHORIZATION_TOO_SOON",
        "A reauthorization is only allowed once the honor period is over.",
      );
    this.#around.sql.exec("UPDATE authorizations SET status = 'VOIDED' WHERE id = ?", id);
    return this.authorization(this.#addAuthorization(this.order(row.order_id), id, now, row.expires));
  }

  captureRow(id: string): CaptureRow {
    return this.#one<CaptureRow>("SELECT * FROM captures WHERE id = ?", id) ?? this.#unknown();
  }

  refund(
    captureId: string,
    input: { amount: number | null; note: string | null; reference: string | null },
    key: string | null,
    now: number,
  ): RefundRow {
    const row = this.captureRow(captureId);
    if (row.disputed !== 0)
      return refuse(
        422,
        "TRANSACTION_DISPUTED",
        "Refunds cannot be offered while there is a case on this transaction.",
      );
    const left = row.amount - row.refunded;
    if (left === 0) return refuse(422, "CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded.");
    const amount = input.amount ?? left;
    if (amount > left)
      return refuse(
        422,
        "REFUND_AMOUNT_EXCEEDED",
        "The refund amount must be less than or equal to the capture amount that has not yet been refunded.",
      );
    const id = newId();
    this.#around.sql.exec(
      "INSERT INTO refunds (id, order_id, capture_id, reference, amount, currency, note, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      id,
      row.order_id,
      captureId,
      input.reference,
      amount,
      row.currency,
      input.note,
      now,
    );
    this.#around.sql.exec(
      "UPDATE captures SET refunded = refunded + ?, status = ? WHERE id = ?",
      amount,
      amount === left ? "REFUNDED" : "PARTIALLY_REFUNDED",
      captureId,
    );
    this.#move(this.order(row.order_id), "refund", amount, key, now);
    const refund = this.refundRow(id);
    this.#tell("PAYMENT.CAPTURE.REFUNDED", wireRefund(refund), now);
    return refund;
  }

  /** A refund that was made does not reach the buyer: its money is the merchant's again. False where there is none of this id. */
  failRefund(id: string, now: number): boolean {
    const failed = this.#one<RefundRow>(
      "UPDATE refunds SET status = 'FAILED' WHERE id = ? AND status = 'COMPLETED' RETURNING *",
      id,
    );
    if (failed === null) return false;
    this.#around.sql.exec(
      `UPDATE captures SET refunded = refunded - ?1,
         status = CASE WHEN refunded = ?1 THEN 'COMPLETED' ELSE 'PARTIALLY_REFUNDED' END WHERE id = ?2`,
      failed.amount,
      failed.capture_id,
    );
    this.#move(this.order(failed.order_id), "refund_failure", failed.amount, null, now);
    this.#tell("PAYMENT.REFUND.FAILED", wireRefund(failed), now);
    return true;
  }

  /** The body of the event of this id. */
  event(id: string): string {
    return this.#one<{ body: string }>("SELECT body FROM events WHERE id = ?", id)?.body ?? this.#unknown();
  }

  refundRow(id: string): RefundRow {
    return this.#one<RefundRow>("SELECT * FROM refunds WHERE id = ?", id) ?? this.#unknown();
  }

  /** Writes down what another ledger of these books has moved of an order's money. */
  moved(orderId: string, kind: string, amount: number, key: string, now: number): void {
    this.#move(this.order(orderId), kind, amount, key, now);
  }

  /** Tells of what has happened in another ledger of these books. */
  told(type: string, resource: Record<string, unknown>, now: number): void {
    this.#tell(type, resource, now);
  }

  /** Ends every authorization that has lapsed. */
  expire(now: number): void {
    const open = "status IN ('CREATED', 'PARTIALLY_CAPTURED')";
    const lapsed = this.#around.sql
      .exec<AuthorizationRow>(`SELECT * FROM authorizations WHERE ${open} AND expires <= ? LIMIT 200`, now)
      .toArray();
    for (const row of lapsed) this.#end(row, "lapse", null, now);
  }

  wire(row: OrderRow): Record<string, unknown> {
    const all = <Row extends AuthorizationRow | CaptureRow | RefundRow>(table: string): Row[] =>
      this.#around.sql.exec<Row>(`SELECT * FROM ${table} WHERE order_id = ? ORDER BY rowid`, row.id).toArray();
    return wireOrder(row, this.#around.publicUrl, {
      authorizations: all<AuthorizationRow>("authorizations"),
      captures: all<CaptureRow>("captures"),
      refunds: all<RefundRow>("refunds"),
    });
  }

  #addAuthorization(order: OrderRow, renews: string | null, now: number, expires: number): string {
    const id = newId();
    this.#around.sql.exec(
      `INSERT INTO authorizations (id, order_id, status, amount, currency, captured, created, expires, renews)
       VALUES (?, ?, 'CREATED', ?, ?, 0, ?, ?, ?)`,
      id,
      order.id,
      order.amount,
      order.currency,
      now,
      expires,
      renews,
    );
    this.#tell("PAYMENT.AUTHORIZATION.CREATED", wireAuthorization(this.authorization(id), order), now);
    return id;
  }

  /** The authorization while money can be taken from it. */
  #open(id: string, now: number): AuthorizationRow {
    const row = this.authorization(id);
    if (row.status === "VOIDED")
      return refuse(422, "AUTHORIZATION_VOIDED", "A voided authorization cannot be captured or reauthorized.");
    if (row.status === "CAPTURED")
      return refuse(422, "AUTHORIZATION_ALREADY_CAPTURED", "Authorization has already been captured.");
    if (row.expires <= now) return refuse(422, "AUTHORIZATION_EXPIRED", "An expired authorization cannot be captured.");
    return row;
  }

  #end(row: AuthorizationRow, kind: "void" | "lapse", key: string | null, now: number): void {
    this.#around.sql.exec("UPDATE authorizations SET status = 'VOIDED' WHERE id = ?", row.id);
    const order = this.order(row.order_id);
    this.#move(order, kind, row.amount - row.captured, key, now);
    this.#tell("PAYMENT.AUTHORIZATION.VOIDED", wireAuthorization(this.authorization(row.id), order), now);
  }

  #isPaid(invoiceId: string | null): boolean {
    if (invoiceId === null) return false;
    const query = `SELECT o.* FROM orders o JOIN authorizations a ON a.order_id = o.id
       WHERE o.invoice_id = ? AND a.status <> 'VOIDED' LIMIT 1`;
    return this.#one<OrderRow>(query, invoiceId) !== null;
  }

  #move(order: OrderRow, kind: string, amount: number, key: string | null, now: number): void {
    this.#around.sql.exec(
      "INSERT INTO money_movements (order_id, reference, kind, amount, currency, idempotency_key, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      order.id,
      order.reference,
      kind,
      amount,
      order.currency,
      key,
      now,
    );
  }

  #tell(type: string, resource: Record<string, unknown>, now: number): void {
    const id = `WH-${newId()}-${newId()}`;
    const body = wireEvent(id, type, resource, now);
    this.#around.sql.exec("INSERT INTO events (id, type, created, body) VALUES (?, ?, ?, ?)", id, type, now, body);
    this.#around.push(id, body, now);
  }

  #one<Row extends Record<string, SqlStorageValue>>(query: string, id: string): Row | null {
    return this.#around.sql.exec<Row>(query, id).toArray()[0] ?? null;
  }

  #unknown(): never {
    return refuse(404, "INVALID_RESOURCE_ID", "Specified resource ID does not exist.");
  }
}
