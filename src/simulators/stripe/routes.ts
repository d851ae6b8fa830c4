import { jsonAnswer, type VendorAnswer } from "../books/vendor-books.ts";
import type { DisputeLedger } from "./dispute-ledger.ts";
import { textOf, textsOf, type FormFields } from "./form.ts";
import { newId, type IntentLedger } from "./intent-ledger.ts";
import { expandsTo, integerOf, pageOf } from "./list-page.ts";
import { listBalanceTransactions, listCharges, readRefunds, refundIntent, wireRefund } from "./records.ts";
import type { SetupLedger } from "./setup-ledger.ts";
import { TEST_CARDS, testMethodOfNumber, type TestCard } from "./test-cards.ts";
import { refuse, wireError, wireList, wireMethod, type IntentRow } from "./wire.ts";

/** A call to the Stripe API, decoded. */
export interface StripeCall {
  method: string;
  /** `["v1", "payment_intents", …]` */
  path: string[];
  fields: FormFields;
  key: string | null;
  now: number;
}

interface Desk {
  sql: SqlStorage;
  intents: IntentLedger;
  disputes: DisputeLedger;
  setups: SetupLedger;
}

/** Answers the part of Stripe's API that the simulator has. */
export function routeStripe(call: StripeCall, desk: Desk): VendorAnswer {
  const [version, resource, id, action] = call.path;
  const isPost = call.method === "POST";
  if (version === "v1" && (isPost || call.method === "GET")) {
    if (resource === "payment_intents") return routeIntents(call, desk, id, action, isPost);
    if (resource === "refunds")
      return isPost && id === undefined
        ? jsonAnswer(200, wireRefund(refundIntent(call, desk)))
        : readRefunds(call.fields, desk, id);
    if (resource === "charges" && !isPost)
      return id === undefined ? listCharges(call.fields, desk) : readCharge(desk, id);
    if (resource === "balance_transactions" && !isPost) return listBalanceTransactions(call.fields, desk);
    if (resource === "disputes" && !isPost)
      return desk.disputes.read(
        id,
        textOf(call.fields, "payment_intent") ?? null,
        expandsTo(call.fields, "payment_intent"),
      );
    if (resource === "events" && !isPost) return readEvents(call, desk, id);
    if (resource === "setup_intents" && isPost && id === undefined) return desk.setups.create(call.fields, call.now);
    if (resource === "setup_intents" && !isPost && id !== undefined) return desk.setups.read(id, call.fields);
    if (resource === "payment_methods") return routeMethods(call, desk, id, action, isPost);
    if (resource === "customers") return routeCustomers(call, desk, id, action, isPost);
  }
  const message = `Unrecognized request URL (${call.method}: /${call.path.join("/")}).`;
  return wireError(404, { type: "invalid_request_error", message });
}

function routeIntents(
  call: StripeCall,
  desk: Desk,
  id: string | undefined,
  action: string | undefined,
  isPost: boolean,
): VendorAnswer {
  const { fields, key, now } = call;
  const expands = expandsTo(call.fields, "latest_charge");
  const done = (row: IntentRow): VendorAnswer => jsonAnswer(200, desk.intents.wire(row, expands));
  if (id === undefined) return isPost ? createIntent(call, desk, done) : listIntents(call, desk, expands);
  if (id === "search" && !isPost) return searchIntents(call, desk, expands);
  if (action === undefined && !isPost) return done(desk.intents.get(id, now));
  if (!isPost) return refuse(404, "Unrecognized request URL.");
  const paymentMethod = textOf(fields, "payment_method") ?? null;
  switch (action) {
    case "confirm":
      return confirmed(
        desk.intents.confirm(
          id,
          paymentMethod,
          textOf(fields, "return_url") ?? null,
          key,
          now,
          textOf(fields, "off_session") === "true",
        ),
        desk,
        done,
      );
    case "capture":
      return done(desk.intents.capture(id, integerOf(fields, "amount_to_capture"), key, now));
    case "cancel":
      return done(desk.intents.cancel(id, textOf(fields, "cancellation_reason") ?? null, key, now));
    default:
      return refuse(404, "Unrecognized request URL.");
  }
}

function createIntent(call: StripeCall, desk: Desk, done: (row: IntentRow) => VendorAnswer): VendorAnswer {
  const { fields, key, now } = call;
  const amount =
    integerOf(fields, "amount") ??
    refuse(400, "Missing required param: amount.", { code: "parameter_missing", param: "amount" });
  const currency =
    textOf(fields, "currency") ??
    refuse(400, "Missing required param: currency.", { code: "parameter_missing", param: "currency" });
  if (amount < 1)
    return refuse(400, "Invalid positive integer", { code: "parameter_invalid_integer", param: "amount" });
  if (!/^[a-z]{3}$/.test(currency)) return refuse(400, `Invalid currency: ${currency}.`, { param: "currency" });
  if (textOf(fields, "payment_method_types") !== undefined || typeof fields["payment_method_types"] === "object") {
    return refuse(400, "Received unknown parameter: payment_method_types", {
      code: "parameter_unknown",
      param: "payment_method_types",
    });
  }
  const row = desk.intents.create(
    {
      amount,
      currency,
      captureMethod: textOf(fields, "capture_method") ?? "automatic",
      paymentMethod: textOf(fields, "payment_method") ?? null,
      customer: textOf(fields, "customer") ?? null,
      description: textOf(fields, "description") ?? null,
      receiptEmail: textOf(fields, "receipt_email") ?? null,
      metadata: textsOf(fields, "metadata"),
      returnUrl: textOf(fields, "return_url") ?? null,
    },
    key,
    now,
  );
  if (textOf(fields, "confirm") !== "true") return done(row);
  return confirmed(desk.intents.confirm(row.id, null, textOf(fields, "return_url") ?? null, key, now), desk, done);
}

/** A declined confirmation is an error to the caller, although the books keep it. */
function confirmed(row: IntentRow, desk: Desk, done: (row: IntentRow) => VendorAnswer): VendorAnswer {
  if (row.status !== "requires_payment_method" || row.last_error === null) return done(row);
  const error = JSON.parse(row.last_error) as { type: string; message: string; code: string };
  return wireError(402, { ...error, type: "card_error", payment_intent: desk.intents.wire(row, false) });
}

function listIntents(call: StripeCall, desk: Desk, expands: boolean): VendorAnswer {
  const page = pageOf(call.fields);
  const customer = textOf(call.fields, "customer") ?? null;
  const rows = desk.sql
    .exec<IntentRow>(
      `SELECT * FROM payment_intents WHERE (?1 IS NULL OR customer = ?1)
         AND (?2 IS NULL OR rowid < (SELECT rowid FROM payment_intents WHERE id = ?2)) ORDER BY rowid DESC LIMIT ?3`,
      customer,
      page.after,
      page.limit + 1,
    )
    .toArray();
  return wireList(
    "/v1/payment_intents",
    rows.slice(0, page.limit).map((row) => desk.intents.wire(row, expands)),
    rows.length > page.limit,
  );
}

/** Of Stripe's query language, the one clause that finds an order's intents. */
function searchIntents(call: StripeCall, desk: Desk, expands: boolean): VendorAnswer {
  const query = textOf(call.fields, "query") ?? "";
  const orderId = /^metadata\[(?:'|")order_id(?:'|")\]:(?:'|")([^'"]+)(?:'|")$/.exec(query.trim())?.[1];
  if (orderId === undefined)
    return refuse(400, "The simulator searches by metadata['order_id']:'…' only.", { param: "query" });
  const rows = desk.sql
    .exec<IntentRow>("SELECT * FROM payment_intents WHERE order_id = ? ORDER BY rowid DESC LIMIT 100", orderId)
    .toArray();
  const data = rows.map((row) => desk.intents.wire(row, expands));
  return jsonAnswer(200, {
    object: "search_result",
    data,
    has_more: false,
    next_page: null,
    url: "/v1/payment_intents/search",
  });
}

function readCharge(desk: Desk, id: string): VendorAnswer {
  const row = desk.sql.exec<IntentRow>("SELECT * FROM payment_intents WHERE charge_id = ?", id).toArray()[0];
  if (row === undefined) return refuse(404, `No such charge: '${id}'`, { code: "resource_missing" });
  return jsonAnswer(200, desk.intents.charge(row));
}

function readEvents(call: StripeCall, desk: Desk, id: string | undefined): VendorAnswer {
  if (id !== undefined) {
    const row = desk.sql.exec<{ body: string }>("SELECT body FROM events WHERE id = ?", id).toArray()[0];
    return row === undefined
      ? refuse(404, `No such event: '${id}'`, { code: "resource_missing" })
      : { ...jsonAnswer(200, null), body: row.body };
  }
  const page = pageOf(call.fields);
  const rows = desk.sql
    .exec<{ body: string }>(
      `SELECT body FROM events WHERE (?1 IS NULL OR type = ?1)
         AND (?2 IS NULL OR rowid < (SELECT rowid FROM events WHERE id = ?2)) ORDER BY rowid DESC LIMIT ?3`,
      textOf(call.fields, "type") ?? null,
      page.after,
      page.limit + 1,
    )
    .toArray();
  const data = rows.slice(0, page.limit).map(({ body }) => JSON.parse(body) as unknown);
  return wireList("/v1/events", data, rows.length > page.limit);
}

type MethodRow = { id: string; made_of: string; customer: string | null; created: number };

function routeMethods(
  call: StripeCall,
  desk: Desk,
  id: string | undefined,
  action: string | undefined,
  isPost: boolean,
): VendorAnswer {
  if (id === undefined)
    return isPost ? createMethod(call, desk) : listMethods(desk, textOf(call.fields, "customer") ?? null);
  const card = desk.intents.cardOf(id);
  if (isPost && (action === "attach" || action === "detach")) {
    const customer =
      action === "attach"
        ? (textOf(call.fields, "customer") ?? refuse(400, "Missing required param: customer."))
        : null;
    desk.sql.exec("UPDATE payment_methods SET customer = ? WHERE id = ?", customer, id);
  }
  const row = desk.sql.exec<MethodRow>("SELECT * FROM payment_methods WHERE id = ?", id).toArray()[0];
  return jsonAnswer(200, wireMethod(id, card, row?.customer ?? null, row?.created ?? call.now));
}

function createMethod(call: StripeCall, desk: Desk): VendorAnswer {
  const card = textsOf(call.fields, "card");
  const madeOf = card["token"]?.replace(/^tok_/, "pm_card_") ?? testMethodOfNumber(card["number"] ?? "");
  const known: TestCard | undefined = madeOf === null || madeOf === undefined ? undefined : TEST_CARDS[madeOf];
  if (known === undefined || !madeOf) {
    const answer = {
      type: "card_error",
      code: "incorrect_number",
      message: "Your card number is incorrect.",
      param: "card[number]",
    };
    return wireError(402, answer);
  }
  const id = newId("pm");
  desk.sql.exec(
    "INSERT INTO payment_methods (id, made_of, customer, created) VALUES (?, ?, NULL, ?)",
    id,
    madeOf,
    call.now,
  );
  return jsonAnswer(200, wireMethod(id, known, null, call.now));
}

function listMethods(desk: Desk, customer: string | null): VendorAnswer {
  const query = "SELECT * FROM payment_methods WHERE (?1 IS NULL OR customer = ?1) ORDER BY rowid DESC LIMIT 100";
  const rows = desk.sql.exec<MethodRow>(query, customer).toArray();
  return wireList(
    "/v1/payment_methods",
    rows.map((row) => wireMethod(row.id, desk.intents.cardOf(row.id), row.customer, row.created)),
    false,
  );
}

function readOwnMethod(desk: Desk, customer: string, id: string): VendorAnswer {
  const query = "SELECT * FROM payment_methods WHERE id = ? AND customer = ?";
  const row = desk.sql.exec<MethodRow>(query, id, customer).toArray()[0];
  return row === undefined
    ? refuse(404, `No such payment_method: '${id}'`, { code: "resource_missing" })
    : jsonAnswer(200, wireMethod(id, desk.intents.cardOf(id), row.customer, row.created));
}

function routeCustomers(
  call: StripeCall,
  desk: Desk,
  id: string | undefined,
  action: string | undefined,
  isPost: boolean,
): VendorAnswer {
  type CustomerRow = { id: string; email: string | null; name: string | null; metadata: string; created: number };
  const wire = (row: CustomerRow): VendorAnswer =>
    jsonAnswer(200, {
      ...row,
      object: "customer",
      created: Math.floor(row.created / 1000),
      livemode: false,
      metadata: JSON.parse(row.metadata) as unknown,
    });
  if (id === undefined) {
    if (!isPost) return refuse(404, "Unrecognized request URL.");
    const { fields, now } = call;
    const metadata = JSON.stringify(textsOf(fields, "metadata"));
    const row: CustomerRow = {
      id: newId("cus"),
      email: textOf(fields, "email") ?? null,
      name: textOf(fields, "name") ?? null,
      metadata,
      created: now,
    };
    desk.sql.exec(
      "INSERT INTO customers (id, email, name, metadata, created) VALUES (?, ?, ?, ?, ?)",
      row.id,
      row.email,
      row.name,
      metadata,
      now,
    );
    return wire(row);
  }
  if (action === "payment_methods") {
    const method = call.path[4];
    return method === undefined ? listMethods(desk, id) : readOwnMethod(desk, id, method);
  }
  const row = desk.sql.exec<CustomerRow>("SELECT * FROM customers WHERE id = ?", id).toArray()[0];
  return row === undefined ? refuse(404, `No such customer: '${id}'`, { code: "resource_missing" }) : wire(row);
}
