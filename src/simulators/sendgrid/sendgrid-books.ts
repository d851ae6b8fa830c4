import { z } from "zod";
import { names } from "../books/knobs.ts";
import { jsonAnswer, VendorBooks, type VendorAnswer, type VendorRequest } from "../books/vendor-books.ts";
import type { OutgoingWebhook } from "../books/webhook-outbox.ts";
import type { SimulatorsEnv } from "../env.ts";
import { base64Of, signEcdsa } from "../signing.ts";

/** Append only. */
const MIGRATIONS = [
  `CREATE TABLE messages (
     id TEXT PRIMARY KEY, reference TEXT, to_email TEXT NOT NULL, to_name TEXT, from_email TEXT NOT NULL, subject TEXT NOT NULL,
     html TEXT, text TEXT, status TEXT NOT NULL, at INTEGER NOT NULL
   );
   CREATE INDEX messages_reference ON messages (reference);
   CREATE TABLE events (id TEXT PRIMARY KEY, message_id TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL);`,
  `ALTER TABLE messages ADD COLUMN headers TEXT NOT NULL DEFAULT '{}';
   CREATE INDEX events_message ON events (message_id);`,
];

/** Events leave once a second, all of that second together; the real one takes up to half a minute. */
const GATHERED_MS = 1_000;

/** SendGrid takes ASCII alone: hosts of other scripts in their `xn--` form. */
const MAILBOX = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z\d-]{2,}$/i;
const personShape = z.object({ email: z.string().max(254).regex(MAILBOX), name: z.string().optional() });
/** SendGrid's own headers are nobody else's to set, and none may break out of its line. */
const headersShape = z.record(
  z.string().regex(/^(?!(?:to|from|subject|reply-to|cc|bcc|received|dkim-signature|content-type)$)[!-9;-~]+$/i),
  z.string().regex(/^[^\r\n]*$/),
);
const sendShape = z.object({
  personalizations: z
    .array(
      z.object({
        to: z.array(personShape).min(1),
        custom_args: z.record(z.string(), z.string()).optional(),
        subject: z.string().optional(),
        headers: headersShape.optional(),
      }),
    )
    .min(1)
    .max(1000),
  from: personShape,
  subject: z.string().min(1),
  content: z.array(z.object({ type: z.string(), value: z.string().min(1) })).min(1),
  custom_args: z.record(z.string(), z.string()).optional(),
  headers: headersShape.optional(),
});

/** One mail, as the mailbox shows it. */
export type MailRow = {
  id: string;
  reference: string | null;
  to_email: string;
  to_name: string | null;
  from_email: string;
  subject: string;
  html: string | null;
  text: string | null;
  status: string;
  at: number;
  /** What the mail asked for beside its own headers, as JSON. */
  headers: string;
};

/** A mail with what became of it, oldest first, as JSON of kinds and moments. */
export type MailboxRow = MailRow & { events: string };

/** What a mail to somebody comes to: each event that is told of it, in its order. */
const FATES = {
  delivered: { status: "delivered", events: ["processed", "delivered"] },
  bounced: { status: "not_delivered", events: ["processed", "bounce"] },
  delayed: { status: "processing", events: ["processed", "deferred", "deferred", "deferred"] },
} as const;

/**
 * A SendGrid account. Mail to an address that begins with `bounce`, or that the knob names, comes back; to one that
 * the other knob names it is only ever delayed.
 */
export class SendgridBooks extends VendorBooks {
  constructor(ctx: DurableObjectState, env: SimulatorsEnv) {
    super(ctx, env, { migrations: MIGRATIONS, tables: ["messages", "events"] });
  }

  /** The newest mails. */
  readMailbox(limit: number): MailboxRow[] {
    const events =
      "SELECT json_group_array(json_object('kind', kind, 'at', at) ORDER BY rowid) FROM events WHERE message_id = messages.id";
    return this.sql
      .exec<MailboxRow>(`SELECT *, (${events}) AS events FROM messages ORDER BY rowid DESC LIMIT ?`, limit)
      .toArray();
  }

  /** One mail; null for an id that nobody was answered with. */
  readMail(id: string): MailRow | null {
    return this.sql.exec<MailRow>("SELECT * FROM messages WHERE id = ?", id).toArray()[0] ?? null;
  }

  protected override answer(request: VendorRequest, now: number): VendorAnswer {
    if (request.headers.get("authorization") !== `Bearer ${this.env.SENDGRID_API_KEY}`) {
      return refusal(401, "The provided authorization grant is invalid, expired, or revoked");
    }
    const { pathname } = request.url;
    if (request.method === "POST" && pathname === "/v3/mail/send") return this.#send(request, now);
    if (request.method === "GET" && pathname === "/v3/messages") return this.#find(request.url.searchParams);
    if (request.method === "GET" && pathname.startsWith("/v3/messages/"))
      return this.#show(decodeURIComponent(pathname.slice("/v3/messages/".length)));
    return refusal(404, "Not Found");
  }

  protected override turnAway(status: 429 | 500): VendorAnswer {
    const answer = refusal(status, status === 429 ? "too many requests" : "internal error");
    return status === 429 ? { ...answer, headers: { ...answer.headers, "retry-after": "1" } } : answer;
  }

  protected override async sign(webhook: OutgoingWebhook, now: number): Promise<Record<string, string>> {
    const timestamp = String(Math.floor(now / 1000));
    const signature = await signEcdsa(this.env.SENDGRID_WEBHOOK_PRIVATE_KEY, timestamp + webhook.body);
    return {
      "x-twilio-email-event-webhook-signature": base64Of(signature),
      "x-twilio-email-event-webhook-timestamp": timestamp,
      "user-agent": "SendGrid Event API",
    };
  }

  protected override passTime(): void {}

  protected override nextEvent(): null {
    return null;
  }

  #send(request: VendorRequest, now: number): VendorAnswer {
    const parsed = sendShape.safeParse(parseBody(request.body));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return refusal(400, issue?.message ?? "Bad Request", issue?.path.join(".") ?? null);
    }
    const mail = parsed.data;
    const id = randomId(22);
    const valueOf = (type: string): string | null => mail.content.find((part) => part.type === type)?.value ?? null;
    for (const [index, personalization] of mail.personalizations.entries()) {
      for (const [position, to] of personalization.to.entries()) {
        const isFirst = index === 0 && position === 0;
        const args = { ...mail.custom_args, ...personalization.custom_args };
        const { status, events } = FATES[this.#fateOf(to.email)];
        const messageId = isFirst ? id : `${id}-${index}-${position}`;
        this.sql.exec(
          "INSERT INTO messages (id, reference, to_email, to_name, from_email, subject, html, text, status, at, headers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          messageId,
          args["reference"] ?? null,
          to.email,
          to.name ?? null,
          mail.from.email,
          personalization.subject ?? mail.subject,
          valueOf("text/html"),
          valueOf("text/plain"),
          status,
          now,
          JSON.stringify({ ...mail.headers, ...personalization.headers }),
        );
        this.#happen(messageId, to.email, args, events, now);
      }
    }
    return { status: 202, body: "", headers: { "x-message-id": id } };
  }

  #fateOf(email: string): keyof typeof FATES {
    if (email.startsWith("bounce") || names(this.knobs.bounces, email)) return "bounced";
    return names(this.knobs.delays, email) ? "delayed" : "delivered";
  }

  #happen(messageId: string, email: string, args: Record<string, string>, kinds: readonly string[], now: number): void {
    const events = kinds.map((kind, index) => ({
      ...args,
      email,
      timestamp: Math.floor(now / 1000),
      "smtp-id": `<${messageId}@geopod-ismtpd-0>`,
      event: kind,
      sg_event_id: randomId(22),
      sg_message_id: `${messageId}.recvd-0-0-0.0`,
      ...(kind === "bounce"
        ? {
            reason: "550 5.1.1 The email account that you tried to reach does not exist.",
            status: "5.1.1",
            type: "bounce",
          }
        : {}),
      ...(kind === "deferred" ? { response: "451 4.7.1 Try again later.", attempt: String(index) } : {}),
    }));
    for (const { sg_event_id: id, event } of events) {
      this.sql.exec("INSERT INTO events (id, message_id, kind, at) VALUES (?, ?, ?, ?)", id, messageId, event, now);
    }
    this.push(
      events[0]?.sg_event_id ?? messageId,
      "/api/v1/webhooks/sendgrid",
      "application/json",
      JSON.stringify(events),
      now,
      GATHERED_MS - (now % GATHERED_MS),
    );
  }

  /** SendGrid tells of many mails in one request. */
  protected override bundle(due: readonly OutgoingWebhook[]): { request: OutgoingWebhook; of: OutgoingWebhook[] }[] {
    return [...Map.groupBy(due, ({ target, attempts }) => `${attempts} ${target}`).values()].flatMap((of) => {
      const [first] = of;
      const events = of.flatMap(({ body }): unknown[] => JSON.parse(body));
      return first ? [{ request: { ...first, body: JSON.stringify(events) }, of }] : [];
    });
  }

  /** Of the activity feed's query language, the clauses that find a mail by our reference, its id or its address. */
  #find(query: URLSearchParams): VendorAnswer {
    const clause = /^\(?\s*(msg_id|to_email|unique_args\['reference'\])\s*=\s*"([^"]*)"\s*\)?$/.exec(
      query.get("query") ?? "",
    );
    if (clause === null) return refusal(400, "invalid query", "query");
    const column = clause[1] === "msg_id" ? "id" : clause[1] === "to_email" ? "to_email" : "reference";
    const limit = Math.min(Math.max(Number(query.get("limit") ?? 10) || 10, 1), 1000);
    const rows = this.sql
      .exec<MailRow>(`SELECT * FROM messages WHERE ${column} = ? ORDER BY rowid DESC LIMIT ?`, clause[2] ?? "", limit)
      .toArray();
    return jsonAnswer(200, { messages: rows.map(wireActivity) });
  }

  #show(id: string): VendorAnswer {
    const row = this.readMail(id.split(".")[0] ?? id);
    return row === null ? refusal(404, "message not found") : jsonAnswer(200, wireActivity(row));
  }
}

function wireActivity(row: MailRow): Record<string, unknown> {
  return {
    from_email: row.from_email,
    msg_id: `${row.id}.recvd-0-0-0.0`,
    subject: row.subject,
    to_email: row.to_email,
    status: row.status,
    opens_count: 0,
    clicks_count: 0,
    last_event_time: new Date(row.at).toISOString(),
  };
}

function refusal(status: number, message: string, field: string | null = null): VendorAnswer {
  return jsonAnswer(status, { errors: [{ message, field, help: null }] });
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function randomId(length: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => alphabet.charAt(byte & 63)).join("");
}
