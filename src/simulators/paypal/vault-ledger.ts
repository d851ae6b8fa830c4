import { jsonAnswer, type VendorAnswer } from "../books/vendor-books.ts";
import type { Approval, ApprovalAnswer } from "./checkout-ledger.ts";
import { newId, refuse } from "./wire.ts";

/** A row of `setup_tokens`: what asks a payer whether their account may be saved. Times are epoch milliseconds. */
type SetupRow = {
  id: string;
  created: number;
  status: string;
  customer: string;
  merchant_customer: string | null;
  return_url: string | null;
  cancel_url: string | null;
  /** 1 where payments with the account will be declined. */
  declines: number;
};

/** A row of `payment_tokens`: a payer's account, saved. */
type TokenRow = { id: string; created: number; customer: string; declines: number };

/** What a set-up token is asked for with. */
export interface NewSetup {
  customer: string | null;
  merchantCustomer: string | null;
  returnUrl: string | null;
  cancelUrl: string | null;
}

const API = "https://api-m.paypal.com";
const SETUP_LIFE_MS = 3 * 24 * 60 * 60 * 1000;
const PAYER = { email_address: "local-payer@example.com", account_id: "LOCALPAYER000", account_status: "VERIFIED" };

/** PayPal's vault. Every method runs inside the caller's transaction. */
export class VaultLedger {
  readonly #sql: SqlStorage;
  readonly #publicUrl: string;

  constructor(sql: SqlStorage, publicUrl: string) {
    this.#sql = sql;
    this.#publicUrl = publicUrl;
  }

  /** Answers `POST /v3/vault/setup-tokens`. */
  setUp({ customer, merchantCustomer, returnUrl, cancelUrl }: NewSetup, now: number): VendorAnswer {
    const id = newId();
    this.#sql.exec(
      `INSERT INTO setup_tokens (id, created, status, customer, merchant_customer, return_url, cancel_url, declines)
       VALUES (?, ?, 'PAYER_ACTION_REQUIRED', ?, ?, ?, ?, 0)`,
      id,
      now,
      customer ?? newId(10),
      merchantCustomer,
      returnUrl,
      cancelUrl,
    );
    return jsonAnswer(201, this.#wireSetup(this.#setup(id, now)));
  }

  /** Answers `GET /v3/vault/setup-tokens/{id}`. */
  readSetup(id: string, now: number): VendorAnswer {
    return jsonAnswer(200, this.#wireSetup(this.#setup(id, now)));
  }

  /** What PayPal's page shows of a set-up; null where nobody made it. */
  readForApproval(id: string): Approval | null {
    const row = this.#find(id);
    if (row === null) return null;
    return {
      status: row.status,
      amount: null,
      currency: "",
      description: "Your PayPal account, to be saved for later",
    };
  }

  /** What the payer answered on PayPal's page, and where they go back to; null for what nobody set up. */
  answer(id: string, answer: ApprovalAnswer): { returnTo: string | null } | null {
    const row = this.#find(id);
    if (row === null) return null;
    if (row.status === "PAYER_ACTION_REQUIRED" && answer !== "cancel")
      this.#sql.exec(
        "UPDATE setup_tokens SET status = 'APPROVED', declines = ? WHERE id = ?",
        answer === "approve" ? 0 : 1,
        id,
      );
    const url = answer === "cancel" ? row.cancel_url : row.return_url;
    if (url === null) return { returnTo: null };
    const back = new URL(url);
    back.searchParams.set("approval_token_id", id);
    back.searchParams.set("approval_session_id", id);
    return { returnTo: back.toString() };
  }

  /** Answers `POST /v3/vault/payment-tokens`: the account of an approved set-up is saved. */
  save(setupId: string, now: number): VendorAnswer {
    const row = this.#setup(setupId, now);
    if (row.status !== "APPROVED")
      return refuse(422, "SETUP_TOKEN_NOT_APPROVED", "The setup token is not in an approved state.");
    const id = newId().toLowerCase();
    this.#sql.exec(
      "INSERT INTO payment_tokens (id, created, customer, declines) VALUES (?, ?, ?, ?)",
      id,
      now,
      row.customer,
      row.declines,
    );
    this.#sql.exec("UPDATE setup_tokens SET status = 'VAULTED' WHERE id = ?", setupId);
    return jsonAnswer(201, wireToken(this.#saved(id)));
  }

  /** Answers `GET /v3/vault/payment-tokens?customer_id=…`. */
  list(query: URLSearchParams): VendorAnswer {
    const customer = query.get("customer_id");
    if (customer === null) return refuse(400, "MISSING_REQUIRED_PARAMETER", "customer_id is required.");
    const whole = (name: string, usual: number, most: number): number => {
      const value = Number(query.get(name) ?? usual);
      return Number.isInteger(value) && value >= 1 && value <= most
        ? value
        : refuse(400, "INVALID_PARAMETER_VALUE", `The value of ${name} is invalid.`);
    };
    const size = whole("page_size", 5, 20);
    const page = whole("page", 1, 10);
    const rows = this.#sql
      .exec<TokenRow>("SELECT * FROM payment_tokens WHERE customer = ? ORDER BY rowid DESC", customer)
      .toArray();
    return jsonAnswer(200, {
      customer: { id: customer },
      payment_tokens: rows.slice((page - 1) * size, page * size).map(wireToken),
      ...(query.get("total_required") === "true" && {
        total_items: rows.length,
        total_pages: Math.max(1, Math.ceil(rows.length / size)),
      }),
      links: [{ href: `${API}/v3/vault/payment-tokens?customer_id=${customer}`, rel: "self", method: "GET" }],
    });
  }

  /** Answers `GET /v3/vault/payment-tokens/{id}`. */
  read(id: string): VendorAnswer {
    return jsonAnswer(200, wireToken(this.#saved(id)));
  }

  /** Answers `DELETE /v3/vault/payment-tokens/{id}`: nothing can be taken from the account any more. */
  remove(id: string): VendorAnswer {
    this.#saved(id);
    this.#sql.exec("DELETE FROM payment_tokens WHERE id = ?", id);
    return { status: 204, body: "", headers: {} };
  }

  /** Whether payments with this saved account are declined; refuses one that is not in the vault. */
  declines(id: string): boolean {
    const row = this.#one<TokenRow>("SELECT * FROM payment_tokens WHERE id = ?", id);
    return row === null ? refuse(422, "TOKEN_ID_NOT_FOUND", "Specified token was not found.") : row.declines === 1;
  }

  #setup(id: string, now: number): SetupRow {
    const row = this.#find(id);
    return row === null || row.created + SETUP_LIFE_MS <= now ? unknownToken() : row;
  }

  #find(id: string): SetupRow | null {
    return this.#one<SetupRow>("SELECT * FROM setup_tokens WHERE id = ?", id);
  }

  #saved(id: string): TokenRow {
    return this.#one<TokenRow>("SELECT * FROM payment_tokens WHERE id = ?", id) ?? unknownToken();
  }

  #one<Row extends Record<string, SqlStorageValue>>(query: string, id: string): Row | null {
    return this.#sql.exec<Row>(query, id).toArray()[0] ?? null;
  }

  #wireSetup(row: SetupRow): Record<string, unknown> {
    const self = `${API}/v3/vault/setup-tokens/${row.id}`;
    const page = new URL(`/simulators/paypal/approve/${row.id}`, this.#publicUrl).toString();
    const isApproved = row.status === "APPROVED" || row.status === "VAULTED";
    return {
      id: row.id,
      customer: {
        id: row.customer,
        ...(row.merchant_customer !== null && { merchant_customer_id: row.merchant_customer }),
      },
      status: row.status,
      payment_source: {
        paypal: { usage_type: "MERCHANT", permit_multiple_payment_tokens: false, ...(isApproved && PAYER) },
      },
      links: [
        { href: self, rel: "self", method: "GET" },
        ...(row.status === "PAYER_ACTION_REQUIRED" ? [{ href: page, rel: "approve", method: "GET" }] : []),
        ...(row.status === "APPROVED"
          ? [{ href: `${API}/v3/vault/payment-tokens`, rel: "confirm", method: "POST" }]
          : []),
      ],
    };
  }
}

function unknownToken(): never {
  return refuse(404, "TOKEN_NOT_FOUND", "The specified token does not exist.");
}

function wireToken({ id, customer }: TokenRow): Record<string, unknown> {
  const self = `${API}/v3/vault/payment-tokens/${id}`;
  return {
    id,
    customer: { id: customer },
    payment_source: { paypal: { usage_type: "MERCHANT", ...PAYER, payer_id: PAYER.account_id } },
    links: [
      { href: self, rel: "self", method: "GET" },
      { href: self, rel: "delete", method: "DELETE" },
    ],
  };
}
