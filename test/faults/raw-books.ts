import { filesOf, maybeNumber, maybeText, number, RawFile, SIMULATORS_WORKER, text } from "./raw-file.ts";
import type { RawBooks } from "./raw-rows.ts";

/** Reads what every object of one vendor has in its books. */
function fromBooks<Value>(stateDir: string, className: string, read: (file: RawFile) => Value[]): Value[] {
  return filesOf(stateDir, SIMULATORS_WORKER, className).flatMap((path) => RawFile.read(path, read));
}

/** Reads the books of everybody outside. */
export function readBooks(stateDir: string): RawBooks {
  const undelivered = ["StripeBooks", "PaypalBooks", "SendgridBooks", "TwilioBooks", "FedexBooks"]
    .flatMap((className) =>
      fromBooks(stateDir, className, (file) => file.rows("SELECT count(*) AS n FROM outbox WHERE state = 'due'")),
    )
    .reduce((sum, row) => sum + number(row, "n"), 0);
  return {
    undelivered,
    intents: [...readStripe(stateDir), ...readPaypal(stateDir)],
    movements: [
      ...fromBooks(stateDir, "StripeBooks", (file) =>
        file.rows("SELECT *, intent_id AS intent FROM money_movements ORDER BY seq"),
      ),
      ...fromBooks(stateDir, "PaypalBooks", (file) =>
        file.rows("SELECT *, order_id AS intent FROM money_movements ORDER BY seq"),
      ),
    ].map((row) => ({
      intentId: text(row, "intent"),
      kind: text(row, "kind"),
      amount: number(row, "amount"),
      key: maybeText(row, "idempotency_key"),
    })),
    refunds: [
      ...fromBooks(stateDir, "StripeBooks", (file) => file.rows("SELECT id, intent_id AS intent, amount FROM refunds")),
      ...fromBooks(stateDir, "PaypalBooks", (file) => file.rows("SELECT id, order_id AS intent, amount FROM refunds")),
    ].map((row) => ({ id: text(row, "id"), intentId: text(row, "intent"), amount: number(row, "amount") })),
    mails: fromBooks(stateDir, "SendgridBooks", (file) => file.rows("SELECT id, reference FROM messages")).map(
      (row) => ({
        id: text(row, "id"),
        reference: maybeText(row, "reference"),
      }),
    ),
    texts: fromBooks(stateDir, "TwilioBooks", (file) => file.rows("SELECT sid, status_callback FROM messages")).map(
      (row) => ({
        id: text(row, "sid"),
        reference: referenceIn(maybeText(row, "status_callback")),
      }),
    ),
    parcels: fromBooks(stateDir, "FedexBooks", (file) =>
      file.rows("SELECT tracking_number, reference, cancelled_at FROM parcels"),
    ).map((row) => ({
      trackingNumber: text(row, "tracking_number"),
      reference: maybeText(row, "reference"),
      cancelledAt: maybeNumber(row, "cancelled_at"),
    })),
  };
}

function referenceIn(callback: string | null): string | null {
  return callback === null ? null : new URL(callback).searchParams.get("reference");
}

function readStripe(stateDir: string): RawBooks["intents"] {
  return fromBooks(stateDir, "StripeBooks", (file) => file.rows("SELECT * FROM payment_intents")).map((row) => ({
    id: text(row, "id"),
    orderId: maybeText(row, "order_id"),
    status: text(row, "status"),
    amount: number(row, "amount"),
    capturable: number(row, "capturable"),
    received: number(row, "received"),
    refunded: number(row, "refunded"),
  }));
}

/** PayPal's orders in Stripe's words; their authorizations and captures lie in tables of their own. */
function readPaypal(stateDir: string): RawBooks["intents"] {
  return fromBooks(stateDir, "PaypalBooks", (file) => file.rows(PAYPAL_ORDERS)).map((row) => {
    const capturable = number(row, "capturable");
    const received = number(row, "received");
    return {
      id: text(row, "id"),
      // The reference is the order's id and the payment's number.
      orderId: maybeText(row, "reference")?.split(".")[0] ?? null,
      status: statusOf(text(row, "status"), capturable, received),
      amount: number(row, "amount"),
      capturable,
      received,
      refunded: number(row, "refunded"),
    };
  });
}

const PAYPAL_ORDERS = `SELECT o.id, o.reference, o.status, o.amount,
    coalesce((SELECT sum(a.amount - a.captured) FROM authorizations a
      WHERE a.order_id = o.id AND a.status IN ('CREATED', 'PARTIALLY_CAPTURED')), 0) AS capturable,
    coalesce((SELECT sum(c.amount) FROM captures c WHERE c.order_id = o.id), 0) AS received,
    coalesce((SELECT sum(c.refunded) FROM captures c WHERE c.order_id = o.id), 0) AS refunded
  FROM orders o`;

function statusOf(status: string, capturable: number, received: number): string {
  if (status === "PAYER_ACTION_REQUIRED") return "requires_action";
  if (status !== "COMPLETED") return status.toLowerCase();
  if (capturable > 0) return "requires_capture";
  return received > 0 ? "succeeded" : "canceled";
}
