import type { Knobs } from "../books/knobs.ts";
import { TEST_CARDS, type TestCard } from "./test-cards.ts";
import { refuse, wireCharge, wireEvent, wireIntent, type IntentRow } from "./wire.ts";

/** What the ledger of intents needs of the books around it. */
export interface LedgerSurroundings {
  sql: SqlStorage;
  publicUrl: string;
  knobs: () => Knobs;
  /** Lays out an event for delivery. */
  push: (eventId: string, body: string, now: number) => void;
}

/** Events that the endpoint is subscribed to. */
const DELIVERED_TYPES: ReadonlySet<string> = new Set([
  "payment_intent.requires_action",
  "payment_intent.amount_capturable_updated",
  "payment_intent.succeeded",
  "payment_intent.payment_failed",
  "payment_intent.canceled",
  "charge.refunded",
  "charge.refund.updated",
  "refund.created",
  "refund.updated",
  "refund.failed",
  "charge.dispute.created",
  "charge.dispute.updated",
  "charge.dispute.closed",
]);

/** What the bank says when it wants to see a customer who is not there. */
const AUTHENTICATION_REQUIRED = {
  code: "authentication_required",
  declineCode: "authentication_required",
  message: "Your card was declined. This transaction requires authentication.",
};

export interface NewIntent {
  amount: number;
  currency: string;
  captureMethod: string;
  paymentMethod: string | null;
  customer: string | null;
  description: string | null;
  receiptEmail: string | null;
  metadata: Record<string, string>;
  returnUrl: string | null;
}

/** Payment intents and the money they move. Every method runs inside the caller's transaction. */
export class IntentLedger {
  readonly #around: LedgerSurroundings;

  constructor(around: LedgerSurroundings) {
    this.#around = around;
  }

  create(input: NewIntent, key: string | null, now: number): IntentRow {
    const id = newId("pi");
    if (input.paymentMethod !== null) this.#checkOwner(input.paymentMethod, input.customer);
    this.#around.sql.exec(
      `INSERT INTO payment_intents (id, order_id, created, status, amount, currency, capturable, received, refunded, capture_method,
        payment_method, customer, description, receipt_email, metadata, client_secret, return_url)
       VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      input.metadata["order_id"] ?? null,
      now,
      input.paymentMethod === null ? "requires_payment_method" : "requires_confirmation",
      input.amount,
      input.currency,
      input.captureMethod,
      input.paymentMethod,
      input.customer,
      input.description,
      input.receiptEmail,
      JSON.stringify(input.metadata),
      `${id}_secret_${newId("s").slice(2)}`,
      input.returnUrl,
    );
    this.#tell("payment_intent.created", this.get(id, now), key, now);
    return this.get(id, now);
  }

  /** The intent as it stands; an authorization that has lapsed is canceled by being looked at. */
  get(id: string, now: number): IntentRow {
    const row = this.find(id);
    if (row === null)
      return refuse(404, `No such payment_intent: '${id}'`, { code: "resource_missing", param: "intent" });
    if (row.status !== "requires_capture" || row.capture_before === null || row.capture_before > now) return row;
    this.#cancel(row, "automatic", null, now);
    return this.find(id) ?? row;
  }

  find(id: string): IntentRow | null {
    return this.#around.sql.exec<IntentRow>("SELECT * FROM payment_intents WHERE id = ?", id).toArray()[0] ?? null;
  }

  /** Asks the bank. A decline is an outcome like the others: it is read from the row. */
  confirm(
    id: string,
    paymentMethod: string | null,
    returnUrl: string | null,
    key: string | null,
    now: number,
    isOffSession = false,
  ): IntentRow {
    const row = this.get(id, now);
    if (
      row.status !== "requires_confirmation" &&
      row.status !== "requires_payment_method" &&
      row.status !== "requires_action"
    ) {
      return this.#refuseState(row, `You cannot confirm this PaymentIntent because it has a status of ${row.status}.`);
    }
    const method = paymentMethod ?? row.payment_method;
    if (method === null) {
      return this.#refuseState(row, "You cannot confirm this PaymentIntent because it's missing a payment method.");
    }
    this.#checkOwner(method, row.customer);
    const { behaviour } = this.cardOf(method);
    this.#around.sql.exec(
      "UPDATE payment_intents SET payment_method = ?, return_url = COALESCE(?, return_url), last_error = NULL WHERE id = ?",
      method,
      returnUrl,
      id,
    );
    switch (behaviour.kind) {
      case "approves":
        return this.#authorize(id, key, now);
      case "asks_customer":
        if (isOffSession) return this.#decline(id, AUTHENTICATION_REQUIRED, key, now);
        this.#around.sql.exec("UPDATE payment_intents SET status = 'requires_action' WHERE id = ?", id);
        this.#tell("payment_intent.requires_action", this.get(id, now), key, now);
        return this.get(id, now);
      case "declines":
        return this.#decline(
          id,
          { code: behaviour.code, declineCode: behaviour.declineCode, message: behaviour.message },
          key,
          now,
        );
      default:
        return unknownBehaviour(behaviour);
    }
  }

  /** What the customer answered the bank on its page. Answering twice changes nothing. */
  settleAuthentication(id: string, isPassed: boolean, now: number): IntentRow {
    const row = this.get(id, now);
    if (row.status !== "requires_action") return row;
    if (isPassed) return this.#authorize(id, null, now);
    const message = "The provided PaymentMethod has failed authentication.";
    return this.#decline(id, { code: "payment_intent_authentication_failure", declineCode: null, message }, null, now);
  }

  capture(id: string, amount: number | null, key: string | null, now: number): IntentRow {
    const row = this.get(id, now);
    if (row.status !== "requires_capture") {
      return this.#refuseState(
        row,
        `This PaymentIntent could not be captured because it has a status of ${row.status}.`,
      );
    }
    const captured = amount ?? row.capturable;
    if (captured < 1 || captured > row.capturable) {
      return refuse(400, "The amount to capture is more than can be captured.", {
        code: "amount_too_large",
        param: "amount_to_capture",
      });
    }
    this.#around.sql.exec(
      "UPDATE payment_intents SET status = 'succeeded', received = ?, capturable = 0 WHERE id = ?",
      captured,
      id,
    );
    this.#move(row, "capture", captured, key, now);
    if (captured < row.capturable) this.#move(row, "release", row.capturable - captured, key, now);
    this.#tell("payment_intent.succeeded", this.get(id, now), key, now);
    return this.get(id, now);
  }

  cancel(id: string, reason: string | null, key: string | null, now: number): IntentRow {
    const row = this.get(id, now);
    if (row.status === "succeeded" || row.status === "canceled") {
      return this.#refuseState(row, `You cannot cancel this PaymentIntent because it has a status of ${row.status}.`);
    }
    this.#cancel(row, reason, key, now);
    return this.get(id, now);
  }

  refund(id: string, amount: number | null, key: string | null, now: number): { row: IntentRow; amount: number } {
    const row = this.get(id, now);
    const left = row.received - row.refunded;
    if (row.status !== "succeeded" || row.charge_id === null) {
      return refuse(400, "This PaymentIntent does not have a successful charge to refund.", {
        param: "payment_intent",
      });
    }
    if (left <= 0)
      return refuse(400, `Charge ${row.charge_id} has already been refunded.`, { code: "charge_already_refunded" });
    if (row.disputed !== 0 && this.#isChargedBack(id))
      return refuse(400, `Charge ${row.charge_id} has been charged back; cannot issue a refund.`, {
        code: "charge_disputed",
      });
    const refunded = amount ?? left;
    if (refunded < 1 || refunded > left) {
      return refuse(400, `Refund amount (${refunded}) is greater than unrefunded amount on charge (${left})`, {
        param: "amount",
      });
    }
    this.#around.sql.exec("UPDATE payment_intents SET refunded = refunded + ? WHERE id = ?", refunded, id);
    this.#move(row, "refund", refunded, key, now);
    const after = this.get(id, now);
    this.#event("charge.refunded", wireCharge(after, this.#cardOrNull(after)), key, now);
    return { row: after, amount: refunded };
  }

  /** A refund did not reach the customer: its money is the merchant's again. */
  takeBackRefund(id: string, amount: number, now: number): IntentRow {
    this.#around.sql.exec("UPDATE payment_intents SET refunded = refunded - ? WHERE id = ?", amount, id);
    const row = this.get(id, now);
    this.#move(row, "refund_failure", amount, null, now);
    return row;
  }

  /** Cancels every authorization that has lapsed. */
  expire(now: number): void {
    const lapsed = this.#around.sql
      .exec<IntentRow>(
        "SELECT * FROM payment_intents WHERE status = 'requires_capture' AND capture_before <= ? LIMIT 200",
        now,
      )
      .toArray();
    for (const row of lapsed) this.#cancel(row, "automatic", null, now);
  }

  /** The card behind a payment method: one of Stripe's test methods, or one made from such a card. */
  cardOf(method: string): TestCard {
    const known = this.#cardOrNull({ payment_method: method });
    return (
      known ?? refuse(400, `No such PaymentMethod: '${method}'`, { code: "resource_missing", param: "payment_method" })
    );
  }

  /** Whether refunds to this intent's card fail later. */
  failsRefunds(row: IntentRow): boolean {
    return this.#cardOrNull(row)?.failsRefunds === true;
  }

  wire(row: IntentRow, expands: boolean): Record<string, unknown> {
    return wireIntent(row, this.#around.publicUrl, expands, this.#cardOrNull(row));
  }

  /** Books money that moved for a reason of its own. */
  moved(row: IntentRow, kind: string, amount: number, now: number): void {
    this.#move(row, kind, amount, null, now);
  }

  /** Tells of something that happened to what is not an intent. */
  told(type: string, object: unknown, now: number): void {
    this.#event(type, object, null, now);
  }

  /** A card that belongs to a customer pays for that customer only. */
  #checkOwner(method: string, customer: string | null): void {
    this.cardOf(method);
    const owner = this.#around.sql
      .exec<{ customer: string | null }>("SELECT customer FROM payment_methods WHERE id = ?", method)
      .toArray()[0]?.customer;
    if (owner == null || owner === customer) return;
    refuse(400, "The PaymentMethod belongs to a Customer: it can be used with that Customer only.", {
      param: "payment_method",
    });
  }

  #isChargedBack(id: string): boolean {
    const query =
      "SELECT 1 FROM disputes WHERE intent_id = ? AND status IN ('needs_response', 'under_review', 'lost') LIMIT 1";
    return this.#around.sql.exec(query, id).toArray().length > 0;
  }

  /** The intent's charge as Stripe writes it. */
  charge(row: IntentRow): Record<string, unknown> {
    return wireCharge(row, this.#cardOrNull(row));
  }

  #authorize(id: string, key: string | null, now: number): IntentRow {
    const row = this.get(id, now);
    const isManual = row.capture_method === "manual";
    const captureBefore = now + this.#around.knobs().authorizationSeconds * 1000;
    this.#around.sql.exec(
      "UPDATE payment_intents SET status = ?, charge_id = ?, capturable = ?, received = ?, capture_before = ? WHERE id = ?",
      isManual ? "requires_capture" : "succeeded",
      newId("ch"),
      isManual ? row.amount : 0,
      isManual ? 0 : row.amount,
      isManual ? captureBefore : null,
      id,
    );
    this.#move(row, "authorize", row.amount, key, now);
    if (!isManual) this.#move(row, "capture", row.amount, key, now);
    const after = this.get(id, now);
    this.#tell(isManual ? "payment_intent.amount_capturable_updated" : "payment_intent.succeeded", after, key, now);
    return after;
  }

  #decline(
    id: string,
    reason: { code: string; declineCode: string | null; message: string },
    key: string | null,
    now: number,
  ): IntentRow {
    const row = this.get(id, now);
    const chargeId = newId("ch");
    const error = {
      type: reason.code === "payment_intent_authentication_failure" ? "invalid_request_error" : "card_error",
      charge: chargeId,
      code: reason.code,
      ...(reason.declineCode === null ? {} : { decline_code: reason.declineCode }),
      doc_url: `https://stripe.com/docs/error-codes/${reason.code.replaceAll("_", "-")}`,
      message: reason.message,
      payment_method:
        row.payment_method === null ? null : { id: row.payment_method, object: "payment_method", type: "card" },
    };
    this.#around.sql.exec(
      "UPDATE payment_intents SET status = 'requires_payment_method', payment_method = NULL, charge_id = ?, last_error = ? WHERE id = ?",
      chargeId,
      JSON.stringify(error),
      id,
    );
    this.#move(row, "decline", row.amount, key, now);
    this.#tell("payment_intent.payment_failed", this.get(id, now), key, now);
    return this.get(id, now);
  }

  #cancel(row: IntentRow, reason: string | null, key: string | null, now: number): void {
    this.#around.sql.exec(
      "UPDATE payment_intents SET status = 'canceled', capturable = 0, canceled_at = ?, cancellation_reason = ? WHERE id = ?",
      now,
      reason,
      row.id,
    );
    if (row.capturable > 0) this.#move(row, reason === "automatic" ? "lapse" : "void", row.capturable, key, now);
    const after = this.find(row.id);
    if (after !== null) this.#tell("payment_intent.canceled", after, key, now);
  }

  #move(row: IntentRow, kind: string, amount: number, key: string | null, now: number): void {
    this.#around.sql.exec(
      "INSERT INTO money_movements (intent_id, order_id, kind, amount, currency, idempotency_key, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      row.id,
      row.order_id,
      kind,
      amount,
      row.currency,
      key,
      now,
    );
  }

  #tell(type: string, row: IntentRow, key: string | null, now: number): void {
    this.#event(type, this.wire(row, false), key, now);
  }

  #event(type: string, object: unknown, key: string | null, now: number): void {
    const id = newId("evt");
    const body = wireEvent(id, type, object, key, now);
    this.#around.sql.exec("INSERT INTO events (id, type, created, body) VALUES (?, ?, ?, ?)", id, type, now, body);
    if (DELIVERED_TYPES.has(type)) this.#around.push(id, body, now);
  }

  #refuseState(row: IntentRow, message: string): never {
    return refuse(400, message, { code: "payment_intent_unexpected_state", payment_intent: this.wire(row, false) });
  }

  #cardOrNull({ payment_method: method }: Pick<IntentRow, "payment_method">): TestCard | null {
    if (method === null) return null;
    const test = TEST_CARDS[method];
    if (test !== undefined) return test;
    const made = this.#around.sql
      .exec<{ made_of: string }>("SELECT made_of FROM payment_methods WHERE id = ?", method)
      .toArray()[0];
    return made === undefined ? null : (TEST_CARDS[made.made_of] ?? null);
  }
}

/** An id as Stripe makes them: prefix and 24 letters and digits. */
export function newId(prefix: string): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return `${prefix}_${Array.from(bytes, (byte) => alphabet.charAt(byte % alphabet.length)).join("")}`;
}

function unknownBehaviour(behaviour: never): never {
  throw new RangeError(`unknown card behaviour ${String(behaviour)}`);
}
