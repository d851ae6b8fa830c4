import type { z } from "zod";
import type { Knobs } from "../books/knobs.ts";
import { jsonAnswer, VendorBooks, type VendorAnswer, type VendorRequest } from "../books/vendor-books.ts";
import type { OutgoingWebhook } from "../books/webhook-outbox.ts";
import type { SimulatorsEnv } from "../env.ts";
import { base64Of, hmac } from "../signing.ts";
import { checkParty } from "./check-party.ts";
import { bookTimeAt, JOURNEY, realTimeAt, stepAfter, type BookClock } from "./journey.ts";
import { inKilograms, priceOf, SERVICES } from "./tariff.ts";
import { drawPdfLabel, drawZplLabel, type LabelFacts } from "./label.ts";
import {
  type addressShape,
  cancelShape,
  quoteShape,
  referenceShape,
  refuse,
  resolveShape,
  shipShape,
  trackShape,
  wireErrors,
  wireOutput,
  wireTracking,
  wireUnknownTracking,
  type ParcelRow,
  type ScanRow,
} from "./wire.ts";

/** Append only. */
const MIGRATIONS = [
  `CREATE TABLE parcels (
     tracking_number TEXT PRIMARY KEY, reference TEXT, service TEXT NOT NULL, status TEXT NOT NULL, shipper TEXT NOT NULL,
     recipient TEXT NOT NULL, weight_kg REAL NOT NULL, charge REAL NOT NULL, currency TEXT NOT NULL, created_at INTEGER NOT NULL,
     booked_at INTEGER NOT NULL, next_at INTEGER, cancelled_at INTEGER
   );
   CREATE INDEX parcels_reference ON parcels (reference);
   CREATE INDEX parcels_next ON parcels (next_at);
   CREATE TABLE scans (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, tracking_number TEXT NOT NULL, code TEXT NOT NULL, description TEXT NOT NULL, at INTEGER NOT NULL
   );
   CREATE INDEX scans_parcel ON scans (tracking_number, seq);`,
];

const MINUTE_MS = 60_000;
const TOKEN_SECONDS = 3600;
const FIRST_TRACKING_NUMBER = 794_600_000_000;
const MOST_STEPS_AT_ONCE = 500;

/** A FedEx account. An address with "undeliverable" in a street line does not resolve. */
export class FedexBooks extends VendorBooks {
  /** Moments of the calls of the last minute. */
  #calls: number[] = [];
  /** Labels still to be drawn: drawing is asynchronous, and the books are written by then. */
  readonly #labels = new WeakMap<VendorAnswer, { facts: LabelFacts; format: "PDF" | "ZPLII" }>();

  constructor(ctx: DurableObjectState, env: SimulatorsEnv) {
    super(ctx, env, { migrations: MIGRATIONS, tables: ["parcels", "scans"] });
  }

  /** Moves a parcel to its next scan, whatever the clock says; null where there is no such step. */
  advance(trackingNumber: string): string | null {
    const now = Date.now();
    const code = this.ctx.storage.transactionSync(() => {
      const parcel = this.#parcel(trackingNumber);
      return parcel === null || parcel.cancelled_at !== null
        ? null
        : this.#step(parcel, bookTimeAt(this.clock(now), now), now);
    });
    this.arm();
    return code;
  }

  protected override answer(request: VendorRequest, now: number): VendorAnswer {
    const { pathname } = request.url;
    if (pathname === "/oauth/token" && request.method === "POST")
      return this.#issueToken(new URLSearchParams(request.body));
    if (!this.#takesCall(now)) return this.turnAway(429);
    if (!request.headers.get("authorization")?.startsWith("Bearer sim-")) {
      return wireErrors(401, "NOT.AUTHORIZED.ERROR", "Access token expired. Please modify your request and try again.");
    }
    this.passTime(now);
    switch (`${request.method} ${pathname}`) {
      case "POST /address/v1/addresses/resolve":
        return this.#resolve(read(request, resolveShape));
      case "POST /rate/v1/rates/quotes":
        return this.#quote(read(request, quoteShape));
      case "POST /ship/v1/shipments":
        return this.#ship(read(request, shipShape), now);
      case "PUT /ship/v1/shipments/cancel":
        return this.#cancel(read(request, cancelShape), now);
      case "POST /track/v1/trackingnumbers":
        return this.#track(
          read(request, trackShape).trackingInfo.map(({ trackingNumberInfo }) => trackingNumberInfo.trackingNumber),
        );
      case "POST /track/v1/referencenumbers":
        return this.#trackByReference(read(request, referenceShape).referencesInformation);
      default:
        return wireErrors(404, "NOT.FOUND.ERROR", "The resource you requested is no longer available.");
    }
  }

  protected override async finish(_request: VendorRequest, answer: VendorAnswer): Promise<VendorAnswer> {
    const label = this.#labels.get(answer);
    if (label === undefined) return answer;
    const encoded = label.format === "PDF" ? await drawPdfLabel(label.facts) : drawZplLabel(label.facts);
    return { ...answer, body: answer.body.replace('"encodedLabel":""', `"encodedLabel":"${encoded}"`) };
  }

  protected override turnAway(status: 429 | 500): VendorAnswer {
    if (status === 500)
      return wireErrors(
        500,
        "INTERNAL.SERVER.ERROR",
        "We encountered an unexpected error and are working to resolve the issue.",
      );
    const oldest = this.#calls[0] ?? Date.now();
    const retryAfter = Math.max(1, Math.ceil((oldest + MINUTE_MS - Date.now()) / 1000));
    const message = "We have received too many requests in a short duration. Please wait a while and try again.";
    const answer = wireErrors(429, "TOO.MANY.REQUESTS", message);
    return { ...answer, headers: { ...answer.headers, "retry-after": String(retryAfter) } };
  }

  protected override async sign(webhook: OutgoingWebhook): Promise<Record<string, string>> {
    return { "fdx-signature": base64Of(await hmac("SHA-256", this.env.FEDEX_WEBHOOK_SECRET, webhook.body)) };
  }

  protected override passTime(now: number): void {
    const bookNow = bookTimeAt(this.clock(now), now);
    const query = "SELECT * FROM parcels WHERE next_at IS NOT NULL AND next_at <= ? ORDER BY next_at LIMIT 1";
    for (let steps = 0; steps < MOST_STEPS_AT_ONCE; steps += 1) {
      const parcel = this.sql.exec<ParcelRow>(query, bookNow).toArray()[0];
      if (parcel === undefined) return;
      this.#step(parcel, parcel.next_at ?? bookNow, now);
    }
  }

  protected override nextEvent(now: number): number | null {
    const next = this.sql.exec<{ at: number | null }>("SELECT MIN(next_at) AS at FROM parcels").one().at;
    return next === null ? null : realTimeAt(this.clock(now), next);
  }

  /** The clock's speed changes from now on, not for what has passed. */
  protected override beforeKnobs(next: Knobs, now: number): void {
    if (next.speed === this.knobs.speed) return;
    this.passTime(now);
    this.setSetting(
      "clock",
      JSON.stringify({ bookAt: bookTimeAt(this.clock(now), now), realAt: now, speed: next.speed }),
    );
  }

  #issueToken(form: URLSearchParams): VendorAnswer {
    const isKnown =
      form.get("client_id") === this.env.FEDEX_CLIENT_ID && form.get("client_secret") === this.env.FEDEX_CLIENT_SECRET;
    if (!isKnown || form.get("grant_type") !== "client_credentials") {
      return wireErrors(401, "NOT.AUTHORIZED.ERROR", "The given client credentials were not valid.");
    }
    return jsonAnswer(200, {
      access_token: `sim-${crypto.randomUUID()}`,
      token_type: "bearer",
      expires_in: TOKEN_SECONDS - 1,
      scope: "CXS",
    });
  }

  #takesCall(now: number): boolean {
    this.#calls = this.#calls.filter((at) => at > now - MINUTE_MS);
    if (this.#calls.length >= this.knobs.callsPerMinute) return false;
    this.#calls.push(now);
    return true;
  }

  #resolve({ addressesToValidate }: z.infer<typeof resolveShape>): VendorAnswer {
    const resolvedAddresses = addressesToValidate.map(({ address }) => {
      const isResolved = isDeliverable(address);
      return {
        streetLinesToken: address.streetLines,
        city: address.city ?? "",
        stateOrProvinceCode: address.stateOrProvinceCode ?? "",
        postalCode: address.postalCode ?? "",
        countryCode: address.countryCode,
        classification: "UNKNOWN",
        customerMessages: isResolved
          ? []
          : [{ code: "INTERPOLATED.STREET.ADDRESS", message: "The address could not be found." }],
        attributes: {
          Resolved: String(isResolved),
          Matched: String(isResolved),
          CountrySupported: "true",
          DPV: String(isResolved),
        },
      };
    });
    return wireOutput({ resolvedAddresses });
  }

  #quote(request: z.infer<typeof quoteShape>): VendorAnswer {
    this.#checkAccount(request.accountNumber.value);
    const { shipper, recipient, serviceType, requestedPackageLineItems } = request.requestedShipment;
    const isAbroad = shipper.address.countryCode !== recipient.address.countryCode;
    const kilograms = requestedPackageLineItems.reduce((sum, { weight }) => sum + inKilograms(weight), 0);
    const services = serviceType === undefined ? SERVICES : [serviceType];
    const rateReplyDetails = services.map((service) => ({
      serviceType: service,
      packagingType: "YOUR_PACKAGING",
      ratedShipmentDetails: [
        { rateType: "ACCOUNT", totalNetCharge: priceOf(service, kilograms, isAbroad), currency: "USD" },
      ],
    }));
    return wireOutput({ rateReplyDetails, quoteDate: new Date().toISOString().slice(0, 10), encoded: false });
  }

  #ship(request: z.infer<typeof shipShape>, now: number): VendorAnswer {
    this.#checkAccount(request.accountNumber.value);
    const { shipper, recipients, serviceType, labelSpecification, requestedPackageLineItems } =
      request.requestedShipment;
    const recipient = recipients[0] ?? shipper;
    const item = requestedPackageLineItems[0];
    checkParty(shipper, "SHIPPER");
    checkParty(recipient, "RECIPIENTS");
    if (!isDeliverable(recipient.address))
      refuse(400, "RECIPIENTS.ADDRESS.INVALID", "The recipient's address is invalid.");
    const kilograms = item === undefined ? 1 : inKilograms(item.weight);
    const reference =
      item?.customerReferences?.find(({ customerReferenceType }) => customerReferenceType === "CUSTOMER_REFERENCE")
        ?.value ?? null;
    const count = this.sql.exec<{ count: number }>("SELECT COUNT(*) AS count FROM parcels").one().count;
    const trackingNumber = String(FIRST_TRACKING_NUMBER + count + 1);
    const charge = priceOf(serviceType, kilograms, shipper.address.countryCode !== recipient.address.countryCode);
    const bookNow = Math.floor(bookTimeAt(this.clock(now), now));
    this.sql.exec(
      `INSERT INTO parcels (tracking_number, reference, service, status, shipper, recipient, weight_kg, charge, currency, created_at, booked_at, next_at)
       VALUES (?, ?, ?, 'OC', ?, ?, ?, ?, 'USD', ?, ?, ?)`,
      trackingNumber,
      reference,
      serviceType,
      JSON.stringify(shipper),
      JSON.stringify(recipient),
      kilograms,
      charge,
      now,
      bookNow,
      bookNow + (stepAfter("OC")?.afterMs ?? 0),
    );
    this.#scan(trackingNumber, "OC", JOURNEY[0]?.description ?? "", bookNow);
    const format = labelSpecification.imageType;
    const answer = wireOutput({
      transactionShipments: [
        {
          serviceType,
          shipDatestamp: new Date(now).toISOString().slice(0, 10),
          masterTrackingNumber: trackingNumber,
          pieceResponses: [
            {
              masterTrackingNumber: trackingNumber,
              trackingNumber,
              netChargeAmount: charge,
              currency: "USD",
              packageDocuments: [{ contentType: "LABEL", copiesToPrint: 1, docType: format, encodedLabel: "" }],
              customerReferences: item?.customerReferences ?? [],
            },
          ],
        },
      ],
    });
    const facts = {
      trackingNumber,
      service: serviceType,
      reference,
      from: linesOf(shipper),
      to: linesOf(recipient),
      weightKg: kilograms,
    };
    this.#labels.set(answer, { facts, format });
    return answer;
  }

  #cancel({ accountNumber, trackingNumber }: z.infer<typeof cancelShape>, now: number): VendorAnswer {
    this.#checkAccount(accountNumber.value);
    const parcel = this.#parcel(trackingNumber);
    if (parcel === null) return refuse(400, "TRACKING.NUMBER.INVALID", "The tracking number is invalid.");
    if (parcel.cancelled_at !== null)
      return refuse(400, "SHIPMENT.CANCELLED.ALREADY", "The shipment has been cancelled already.");
    if (parcel.status !== "OC")
      return refuse(400, "SHIPMENT.ALREADY.TENDERED", "The shipment is with FedEx already and cannot be cancelled.");
    this.sql.exec(
      "UPDATE parcels SET status = 'CA', cancelled_at = ?, next_at = NULL WHERE tracking_number = ?",
      now,
      trackingNumber,
    );
    this.#scan(trackingNumber, "CA", "Shipment cancelled", Math.floor(bookTimeAt(this.clock(now), now)));
    return wireOutput({
      cancelledShipment: true,
      cancelledHistory: true,
      message: "Shipment is successfully cancelled",
    });
  }

  #track(trackingNumbers: string[]): VendorAnswer {
    const completeTrackResults = trackingNumbers.map((trackingNumber) => {
      const parcel = this.#parcel(trackingNumber);
      return {
        trackingNumber,
        trackResults: [
          parcel === null ? wireUnknownTracking(trackingNumber) : wireTracking(parcel, this.#scans(trackingNumber)),
        ],
      };
    });
    return wireOutput({ completeTrackResults });
  }

  #trackByReference({ value, accountNumber }: { value: string; accountNumber: string }): VendorAnswer {
    this.#checkAccount(accountNumber);
    const parcels = this.sql
      .exec<ParcelRow>("SELECT * FROM parcels WHERE reference = ? ORDER BY rowid", value)
      .toArray();
    const trackResults = parcels.map((parcel) => wireTracking(parcel, this.#scans(parcel.tracking_number)));
    return wireOutput({
      completeTrackResults: [
        { trackingNumber: "", trackResults: trackResults.length > 0 ? trackResults : [wireUnknownTracking("")] },
      ],
    });
  }

  /** The next scan of a parcel, told to its account. */
  #step(parcel: ParcelRow, at: number, now: number): string | null {
    const step = stepAfter(parcel.status);
    if (step === null) return null;
    const following = stepAfter(step.code);
    const nextAt =
      following === null
        ? null
        : Math.floor(Math.max(at, parcel.booked_at + step.afterMs) + following.afterMs - step.afterMs);
    this.sql.exec(
      "UPDATE parcels SET status = ?, next_at = ? WHERE tracking_number = ?",
      step.code,
      nextAt,
      parcel.tracking_number,
    );
    this.#scan(parcel.tracking_number, step.code, step.description, Math.floor(at));
    const body = JSON.stringify(wireTracking(parcel, this.#scans(parcel.tracking_number)));
    this.push(`${parcel.tracking_number}:${step.code}`, "/api/v1/webhooks/fedex", "application/json", body, now);
    return step.code;
  }

  #scan(trackingNumber: string, code: string, description: string, at: number): void {
    this.sql.exec(
      "INSERT INTO scans (tracking_number, code, description, at) VALUES (?, ?, ?, ?)",
      trackingNumber,
      code,
      description,
      at,
    );
  }

  #scans(trackingNumber: string): ScanRow[] {
    const query = "SELECT tracking_number, code, description, at FROM scans WHERE tracking_number = ? ORDER BY seq";
    return this.sql.exec<ScanRow>(query, trackingNumber).toArray();
  }

  #parcel(trackingNumber: string): ParcelRow | null {
    return (
      this.sql.exec<ParcelRow>("SELECT * FROM parcels WHERE tracking_number = ?", trackingNumber).toArray()[0] ?? null
    );
  }

  /** Not a private method: it is called while the books are being opened, when an object does not have those yet. */
  protected clock(now: number): BookClock {
    const kept = this.setting("clock");
    return kept === null ? { bookAt: now, realAt: now, speed: 1 } : (JSON.parse(kept) as BookClock);
  }

  #checkAccount(account: string): void {
    if (account !== this.env.FEDEX_ACCOUNT)
      refuse(400, "ACCOUNT.NUMBER.MISMATCH", "The account number is not valid for this client.");
  }
}

function read<Shape>(request: VendorRequest, schema: z.ZodType<Shape>): Shape {
  let body: unknown;
  try {
    body = JSON.parse(request.body);
  } catch {
    return refuse(422, "INVALID.INPUT.EXCEPTION", "The body is not JSON.");
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return refuse(422, "INVALID.INPUT.EXCEPTION", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`);
}

function isDeliverable(address: z.infer<typeof addressShape>): boolean {
  return Boolean(address.city) && !address.streetLines.some((line) => line.toLowerCase().includes("undeliverable"));
}

function linesOf(party: { contact: { personName: string }; address: z.infer<typeof addressShape> }): string[] {
  const { streetLines, city, stateOrProvinceCode, postalCode, countryCode } = party.address;
  const place = [postalCode, city, stateOrProvinceCode].filter(Boolean).join(" ");
  return [party.contact.personName, ...streetLines, place, countryCode];
}
