import { names } from "../books/knobs.ts";
import { jsonAnswer, VendorBooks, type VendorAnswer, type VendorRequest } from "../books/vendor-books.ts";
import type { OutgoingWebhook } from "../books/webhook-outbox.ts";
import type { SimulatorsEnv } from "../env.ts";
import { base64Of, hexOf, hmac } from "../signing.ts";

/** Append only. */
const MIGRATIONS = [
  `CREATE TABLE messages (
     sid TEXT PRIMARY KEY, to_number TEXT NOT NULL, from_number TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL,
     status_callback TEXT, error_code INTEGER, at INTEGER NOT NULL
   );
   CREATE INDEX messages_to ON messages (to_number);`,
  `CREATE TABLE events (message_sid TEXT NOT NULL, status TEXT NOT NULL, at INTEGER NOT NULL);
   CREATE INDEX events_message ON events (message_sid);`,
];

/** One text message, as the mailbox shows it. */
export type SmsRow = {
  sid: string;
  to_number: string;
  from_number: string;
  body: string;
  status: string;
  status_callback: string | null;
  error_code: number | null;
  at: number;
};

/** A text message with what became of it, oldest first, as JSON of states and moments. */
export type TextRow = SmsRow & { events: string };

/** Twilio's own test numbers, and what they stand for. */
const REFUSED_NUMBERS: Readonly<Record<string, { code: number; message: string }>> = {
  "+15005550001": { code: 21211, message: "The 'To' number +15005550001 is not a valid phone number." },
  "+15005550002": { code: 21612, message: "The 'To' phone number: +15005550002, is not currently reachable via SMS." },
  "+15005550003": {
    code: 21408,
    message: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number.",
  },
  "+15005550004": { code: 21610, message: "Attempt to send to unsubscribed recipient" },
  "+15005550009": { code: 21614, message: "'To' number is not a valid mobile number" },
};
const LONGEST_BODY = 1600;

/**
 * A Twilio account. A number that ends in 9999, or that the knob names, takes messages and never delivers them; one that
 * the other knob names keeps them on their way.
 */
export class TwilioBooks extends VendorBooks {
  constructor(ctx: DurableObjectState, env: SimulatorsEnv) {
    super(ctx, env, { migrations: MIGRATIONS, tables: ["messages", "events"] });
  }

  /** The newest text messages. */
  readMailbox(limit: number): TextRow[] {
    const events =
      "SELECT json_group_array(json_object('kind', status, 'at', at) ORDER BY rowid) FROM events WHERE message_sid = messages.sid";
    return this.sql
      .exec<TextRow>(`SELECT *, (${events}) AS events FROM messages ORDER BY rowid DESC LIMIT ?`, limit)
      .toArray();
  }

  protected override answer(request: VendorRequest, now: number): VendorAnswer {
    const { TWILIO_ACCOUNT_SID: account, TWILIO_AUTH_TOKEN: token } = this.env;
    if (request.headers.get("authorization") !== `Basic ${btoa(`${account}:${token}`)}`)
      return refusal(401, 20003, "Authenticate");
    const prefix = `/2010-04-01/Accounts/${account}/Messages`;
    const { pathname, searchParams } = request.url;
    if (pathname === `${prefix}.json`)
      return request.method === "POST" ? this.#send(new URLSearchParams(request.body), now) : this.#list(searchParams);
    const sid = pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length + 1).replace(/\.json$/, "") : null;
    const row =
      sid === null ? undefined : this.sql.exec<SmsRow>("SELECT * FROM messages WHERE sid = ?", sid).toArray()[0];
    return row === undefined
      ? refusal(404, 20404, `The requested resource ${pathname} was not found`)
      : jsonAnswer(200, this.#wire(row));
  }

  protected override turnAway(status: 429 | 500): VendorAnswer {
    return status === 429 ? refusal(429, 20429, "Too Many Requests") : refusal(500, 20500, "Internal Server Error");
  }

  protected override async sign(webhook: OutgoingWebhook): Promise<Record<string, string>> {
    const sorted = [...new URLSearchParams(webhook.body)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const signed = webhook.target + sorted.map(([name, value]) => name + value).join("");
    return {
      "x-twilio-signature": base64Of(await hmac("SHA-1", this.env.TWILIO_AUTH_TOKEN, signed)),
      "user-agent": "TwilioProxy/1.1",
    };
  }

  protected override passTime(): void {}

  protected override nextEvent(): null {
    return null;
  }

  #send(form: URLSearchParams, now: number): VendorAnswer {
    const to = form.get("To") ?? "";
    const from = form.get("From") ?? "";
    const body = form.get("Body") ?? "";
    if (to === "") return refusal(400, 21604, "A 'To' phone number is required.");
    if (from === "") return refusal(400, 21603, "A 'From' phone number is required.");
    if (body === "") return refusal(400, 21602, "Message body is required.");
    if (body.length > LONGEST_BODY)
      return refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit");
    const refused = REFUSED_NUMBERS[to];
    if (refused !== undefined) return refusal(400, refused.code, refused.message);
    if (!/^\+[1-9]\d{6,14}$/.test(to)) return refusal(400, 21211, `The 'To' number ${to} is not a valid phone number.`);
    const isLost = to.endsWith("9999") || names(this.knobs.bounces, to);
    const isLate = !isLost && names(this.knobs.delays, to);
    const row: SmsRow = {
      sid: `SM${hexOf(crypto.getRandomValues(new Uint8Array(16)))}`,
      to_number: to,
      from_number: from,
      body,
      status: isLost ? "undelivered" : isLate ? "sent" : "delivered",
      status_callback: form.get("StatusCallback"),
      error_code: isLost ? 30003 : null,
      at: now,
    };
    const insert =
      "INSERT INTO messages (sid, to_number, from_number, body, status, status_callback, error_code, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    this.sql.exec(insert, row.sid, to, from, body, row.status, row.status_callback, row.error_code, now);
    for (const status of new Set(["sent", row.status])) this.#happen(row, status, now);
    return jsonAnswer(201, { ...this.#wire(row), status: "queued", date_sent: null, error_code: null });
  }

  #happen(row: SmsRow, status: string, now: number): void {
    this.sql.exec("INSERT INTO events (message_sid, status, at) VALUES (?, ?, ?)", row.sid, status, now);
    if (row.status_callback === null || !URL.canParse(row.status_callback)) return;
    const form = new URLSearchParams({
      AccountSid: this.env.TWILIO_ACCOUNT_SID,
      ApiVersion: "2010-04-01",
      From: row.from_number,
      MessageSid: row.sid,
      MessageStatus: status,
      SmsSid: row.sid,
      SmsStatus: status,
      To: row.to_number,
    });
    if (status === "undelivered") form.set("ErrorCode", String(row.error_code));
    this.push(`${row.sid}:${status}`, row.status_callback, "application/x-www-form-urlencoded", form.toString(), now);
  }

  #list(query: URLSearchParams): VendorAnswer {
    const to = query.get("To");
    const since = query.get("DateSent>");
    const rows = this.sql
      .exec<SmsRow>(
        "SELECT * FROM messages WHERE (?1 IS NULL OR to_number = ?1) AND at >= ?2 ORDER BY rowid DESC LIMIT ?3",
        to,
        since === null ? 0 : Date.parse(since) || 0,
        Math.min(Math.max(Number(query.get("PageSize") ?? 50) || 50, 1), 1000),
      )
      .toArray();
    return jsonAnswer(200, {
      messages: rows.map((row) => this.#wire(row)),
      page: 0,
      page_size: rows.length,
      next_page_uri: null,
    });
  }

  #wire(row: SmsRow): Record<string, unknown> {
    const at = new Date(row.at).toUTCString();
    return {
      account_sid: this.env.TWILIO_ACCOUNT_SID,
      api_version: "2010-04-01",
      body: row.body,
      date_created: at,
      date_sent: at,
      date_updated: at,
      direction: "outbound-api",
      error_code: row.error_code,
      error_message: null,
      from: row.from_number,
      messaging_service_sid: null,
      num_media: "0",
      num_segments: String(Math.ceil(row.body.length / 153)),
      price: null,
      price_unit: "USD",
      sid: row.sid,
      status: row.status,
      to: row.to_number,
      uri: `/2010-04-01/Accounts/${this.env.TWILIO_ACCOUNT_SID}/Messages/${row.sid}.json`,
    };
  }
}

function refusal(status: number, code: number, message: string): VendorAnswer {
  return jsonAnswer(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
}
