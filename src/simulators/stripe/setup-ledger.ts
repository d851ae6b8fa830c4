import { jsonAnswer, type VendorAnswer } from "../books/vendor-books.ts";
import { textOf, type FormFields } from "./form.ts";
import { newId, type IntentLedger } from "./intent-ledger.ts";
import { expandsTo } from "./list-page.ts";
import { refuse, wireError, wireMethod } from "./wire.ts";

/** A row of `setup_intents`. Times are epoch milliseconds. */
export type SetupRow = {
  id: string;
  created: number;
  status: string;
  customer: string;
  payment_method: string;
  return_url: string | null;
  client_secret: string;
};

/** Set-up intents: what asks a customer's bank whether their card may be charged while they are away. */
export class SetupLedger {
  readonly #sql: SqlStorage;
  readonly #intents: IntentLedger;
  readonly #publicUrl: string;

  constructor(sql: SqlStorage, intents: IntentLedger, publicUrl: string) {
    this.#sql = sql;
    this.#intents = intents;
    this.#publicUrl = publicUrl;
  }

  /** Answers `POST /v1/setup_intents` with `confirm=true`. */
  create(fields: FormFields, now: number): VendorAnswer {
    const needed = (name: string): string =>
      textOf(fields, name) ??
      refuse(400, `Missing required param: ${name}.`, { code: "parameter_missing", param: name });
    const customer = needed("customer");
    const token = needed("payment_method");
    if (textOf(fields, "confirm") !== "true")
      return refuse(400, "The simulator makes set-up intents with confirm=true only.", { param: "confirm" });
    if (this.#sql.exec("SELECT 1 FROM customers WHERE id = ?", customer).toArray().length === 0)
      return refuse(400, `No such customer: '${customer}'`, { code: "resource_missing", param: "customer" });
    const { behaviour, asksOnSetup } = this.#intents.cardOf(token);
    if (behaviour.kind === "declines") {
      const { code, declineCode, message } = behaviour;
      return wireError(402, {
        type: "card_error",
        code,
        message,
        ...(declineCode === null ? {} : { decline_code: declineCode }),
      });
    }
    const asks = behaviour.kind === "asks_customer" || asksOnSetup === true;
    const id = newId("seti");
    const row: SetupRow = {
      id,
      created: now,
      status: asks ? "requires_action" : "succeeded",
      customer,
      payment_method: this.#ownMethod(token, now),
      return_url: textOf(fields, "return_url") ?? null,
      client_secret: `${id}_secret_${newId("s").slice(2)}`,
    };
    this.#sql.exec(
      "INSERT INTO setup_intents (id, created, status, customer, payment_method, return_url, client_secret) VALUES (?, ?, ?, ?, ?, ?, ?)",
      ...Object.values(row),
    );
    if (!asks) this.#attach(row);
    return jsonAnswer(200, this.#wire(row, expandsTo(fields, "payment_method")));
  }

  /** Answers `GET /v1/setup_intents/{id}`. */
  read(id: string, fields: FormFields): VendorAnswer {
    const row = this.find(id) ?? refuse(404, `No such setupintent: '${id}'`, { code: "resource_missing" });
    return jsonAnswer(200, this.#wire(row, expandsTo(fields, "payment_method")));
  }

  find(id: string): SetupRow | null {
    return this.#sql.exec<SetupRow>("SELECT * FROM setup_intents WHERE id = ?", id).toArray()[0] ?? null;
  }

  /** What the customer answered the bank on its page; null for what nobody set up. Answering twice changes nothing. */
  settleAuthentication(id: string, isPassed: boolean): SetupRow | null {
    const row = this.find(id);
    if (row === null || row.status !== "requires_action") return row;
    const status = isPassed ? "succeeded" : "requires_payment_method";
    this.#sql.exec("UPDATE setup_intents SET status = ? WHERE id = ?", status, id);
    if (isPassed) this.#attach(row);
    return { ...row, status };
  }

  /** A test card's name stands for a new card each time it is used. */
  #ownMethod(token: string, now: number): string {
    const known = this.#sql.exec("SELECT 1 FROM payment_methods WHERE id = ?", token).toArray();
    if (known.length > 0) return token;
    const id = newId("pm");
    this.#sql.exec(
      "INSERT INTO payment_methods (id, made_of, customer, created) VALUES (?, ?, NULL, ?)",
      id,
      token,
      now,
    );
    return id;
  }

  #attach({ customer, payment_method: method }: SetupRow): void {
    this.#sql.exec("UPDATE payment_methods SET customer = ? WHERE id = ?", customer, method);
  }

  #wire(row: SetupRow, expands: boolean): Record<string, unknown> {
    const page = new URL(`/simulators/stripe/authenticate/${row.id}`, this.#publicUrl).toString();
    const method = row.payment_method;
    return {
      id: row.id,
      object: "setup_intent",
      client_secret: row.client_secret,
      created: Math.floor(row.created / 1000),
      customer: row.customer,
      last_setup_error: null,
      livemode: false,
      metadata: {},
      next_action:
        row.status === "requires_action"
          ? { type: "redirect_to_url", redirect_to_url: { url: page, return_url: row.return_url } }
          : null,
      payment_method: expands
        ? wireMethod(
            method,
            this.#intents.cardOf(method),
            row.status === "succeeded" ? row.customer : null,
            row.created,
          )
        : method,
      payment_method_types: ["card"],
      status: row.status,
      usage: "off_session",
    };
  }
}
