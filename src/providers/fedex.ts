import type { z } from "zod";
import type { Address, Contact } from "../domain/catalog.ts";
import { asciiEmail } from "../domain/email.ts";
import { LABEL, labelLines, labelState } from "../domain/label-lines.ts";
import type { Money } from "../domain/money.ts";
import type { CarrierProvider, Label, LabelRequest, TrackingSnapshot } from "./carrier.ts";
import {
  addressShape,
  cancelShape,
  isLiveTracking,
  moneyOf,
  rateShape,
  readFedexRefusal,
  shipShape,
  tokenShape,
  trackingSnapshotOf,
  trackShape,
} from "./fedex-parse.ts";
import { exchange, readJson, type Exchange, type FetchFunction } from "./http.ts";
import type { ProviderResult } from "./outcome.ts";

/** An access token and the epoch milliseconds until which it is used. */
export interface FedexToken {
  token: string;
  usableUntil: number;
}

export interface FedexConfig {
  clientId: string;
  clientSecret: string;
  /** The shipping account that is charged. */
  account: string;
  fetch: FetchFunction;
  /** PDF where nothing is said. */
  labelFormat?: "PDF" | "ZPL";
  /** E.164 number for the driver where a contact has none; FedEx wants one for every address. */
  fallbackPhone?: string;
  /** Milliseconds a call may take; 8,000 where nothing is said. */
  timeLimitMs?: number;
  /** Outlives the adapter, so that one token serves its whole hour; keyed by client id. */
  tokens?: Map<string, FedexToken>;
}

const BASE = "https://apis.fedex.com";
/** The budget is counted by the minute: coming back sooner is turned away again. */
const THROTTLE_FALLBACK_MS = 60_000;
const TOKEN_MARGIN_MS = 60_000;
const MOST_TRACKED_AT_ONCE = 30;
const LONGEST_EMAIL = 80;
const ALREADY_CANCELLED = "SHIPMENT.CANCELLED.ALREADY";

/** FedEx's REST API. It takes no idempotency keys; see `findLabel` for what follows a lost reply. */
export class FedexCarrier implements CarrierProvider {
  readonly name = "fedex";
  readonly #config: FedexConfig;
  readonly #tokens: Map<string, FedexToken>;

  constructor(config: FedexConfig) {
    this.#config = config;
    this.#tokens = config.tokens ?? new Map();
  }

  async validateAddress(address: Address): Promise<ProviderResult<{ deliverable: boolean; reason?: string }>> {
    const body = { addressesToValidate: [{ address: wireAddress(address) }] };
    const answer = await this.#ask("POST", "/address/v1/addresses/resolve", body, addressShape);
    if (answer.outcome !== "done") return answer;
    const resolved = answer.value.output.resolvedAddresses[0];
    const deliverable = String(resolved?.attributes?.["Resolved"] ?? "false").toLowerCase() === "true";
    const reason = resolved?.customerMessages?.map(({ message, code }) => message ?? code).find(Boolean);
    return { outcome: "done", value: deliverable || !reason ? { deliverable } : { deliverable, reason } };
  }

  async rate(request: Omit<LabelRequest, "reference">): Promise<ProviderResult<Money>> {
    const body = {
      accountNumber: { value: this.#config.account },
      requestedShipment: {
        shipper: { address: wireAddress(request.from.address) },
        recipient: { address: wireAddress(request.to.address) },
        serviceType: request.service,
        pickupType: "USE_SCHEDULED_PICKUP",
        rateRequestType: ["ACCOUNT"],
        requestedPackageLineItems: [{ weight: wireWeight(request) }],
      },
    };
    const answer = await this.#ask("POST", "/rate/v1/rates/quotes", body, rateShape);
    if (answer.outcome !== "done") return answer;
    const { rateReplyDetails } = answer.value.output;
    const rated = (rateReplyDetails.find(({ serviceType }) => serviceType === request.service) ?? rateReplyDetails[0])
      ?.ratedShipmentDetails[0];
    const charge = moneyOf(rated?.totalNetCharge, rated?.currency);
    if (charge !== null) return { outcome: "done", value: charge };
    return {
      outcome: "failed",
      code: "currency_unknown",
      message: "the rate is in a currency that is not kept",
      retryable: false,
    };
  }

  async createLabel(request: LabelRequest): Promise<ProviderResult<Label>> {
    const format = this.#config.labelFormat ?? "PDF";
    const body = {
      labelResponseOptions: "LABEL",
      accountNumber: { value: this.#config.account },
      requestedShipment: {
        shipper: this.#party(request.from),
        recipients: [this.#party(request.to)],
        serviceType: request.service,
        packagingType: "YOUR_PACKAGING",
        pickupType: "USE_SCHEDULED_PICKUP",
        shippingChargesPayment: { paymentType: "SENDER" },
        labelSpecification: {
          imageType: format === "PDF" ? "PDF" : "ZPLII",
          labelStockType: format === "PDF" ? "PAPER_4X6" : "STOCK_4X6",
        },
        requestedPackageLineItems: [
          {
            weight: wireWeight(request),
            customerReferences: [{ customerReferenceType: "CUSTOMER_REFERENCE", value: request.reference }],
          },
        ],
      },
    };
    const answer = await this.#ask("POST", "/ship/v1/shipments", body, shipShape);
    if (answer.outcome === "failed" && isOfAddress(answer.code))
      return { ...answer, code: "address_invalid", message: `${answer.code}: ${answer.message}` };
    if (answer.outcome !== "done") return answer;
    const shipment = answer.value.output.transactionShipments[0];
    const piece = shipment?.pieceResponses[0];
    const document =
      piece?.packageDocuments.find(({ contentType }) => contentType === "LABEL") ?? piece?.packageDocuments[0];
    if (!shipment || !piece || !document) return { outcome: "unknown", message: "an answer without a label" };
    const charge = moneyOf(piece.netChargeAmount, piece.currency);
    const { trackingNumber } = piece;
    const label: Label = {
      trackingNumber,
      carrier: this.name,
      service: shipment.serviceType,
      format,
      document: document.encodedLabel,
    };
    return { outcome: "done", value: charge === null ? label : { ...label, charge } };
  }

  async cancelLabel(trackingNumber: string): Promise<ProviderResult<null>> {
    const body = {
      accountNumber: { value: this.#config.account },
      trackingNumber,
      deletionControl: "DELETE_ALL_PACKAGES",
    };
    const answer = await this.#ask("PUT", "/ship/v1/shipments/cancel", body, cancelShape);
    if (answer.outcome === "failed" && answer.code === ALREADY_CANCELLED) return { outcome: "done", value: null };
    if (answer.outcome !== "done") return answer;
    if (answer.value.output.cancelledShipment) return { outcome: "done", value: null };
    const message = answer.value.output.message ?? "FedEx did not withdraw the label";
    return { outcome: "failed", code: "not_cancelled", message, retryable: false };
  }

  async findLabel(reference: string, inUse?: string): Promise<ProviderResult<Label | null>> {
    const body = {
      includeDetailedScans: false,
      referencesInformation: { type: "CUSTOMER_REFERENCE", value: reference, accountNumber: this.#config.account },
    };
    const answer = await this.#ask("POST", "/track/v1/referencenumbers", body, trackShape);
    if (answer.outcome !== "done") return answer;
    const live = answer.value.output.completeTrackResults
      .flatMap(({ trackResults }) => trackResults)
      .filter(isLiveTracking);
    const snapshots = live
      .map(trackingSnapshotOf)
      .filter((snapshot) => snapshot !== null)
      .filter(({ trackingNumber }) => trackingNumber !== inUse);
    if (snapshots.some(({ status }) => status !== "label_created")) {
      return {
        outcome: "failed",
        code: "label_in_use",
        message: "a parcel with this reference is on its way already",
        retryable: false,
      };
    }
    for (const { trackingNumber } of snapshots) {
      const withdrawn = await this.cancelLabel(trackingNumber);
      if (withdrawn.outcome !== "done") return withdrawn;
    }
    return { outcome: "done", value: null };
  }

  async track(trackingNumbers: readonly string[]): Promise<ProviderResult<TrackingSnapshot[]>> {
    if (trackingNumbers.length === 0) return { outcome: "done", value: [] };
    if (trackingNumbers.length > MOST_TRACKED_AT_ONCE)
      throw new RangeError(`at most ${MOST_TRACKED_AT_ONCE} numbers are tracked at once`);
    const body = {
      includeDetailedScans: true,
      trackingInfo: trackingNumbers.map((trackingNumber) => ({ trackingNumberInfo: { trackingNumber } })),
    };
    const answer = await this.#ask("POST", "/track/v1/trackingnumbers", body, trackShape);
    if (answer.outcome !== "done") return answer;
    const results = answer.value.output.completeTrackResults.flatMap(({ trackResults }) => trackResults);
    return { outcome: "done", value: results.map(trackingSnapshotOf).filter((snapshot) => snapshot !== null) };
  }

  #party(party: { contact: Contact; address: Address }): {
    contact: Record<string, string>;
    address: Record<string, unknown>;
  } {
    const phone = [party.contact.phone, this.#config.fallbackPhone].map(wirePhone).find(Boolean);
    const contact: Record<string, string> = { personName: party.contact.name.slice(0, LABEL.name) };
    if (phone !== undefined) contact["phoneNumber"] = phone;
    const email = party.contact.email === undefined ? null : asciiEmail(party.contact.email);
    if (email !== null && email.length <= LONGEST_EMAIL) contact["emailAddress"] = email;
    return { contact, address: wireAddress(party.address) };
  }

  async #ask<Shape>(
    method: "POST" | "PUT",
    path: string,
    body: unknown,
    schema: z.ZodType<Shape>,
  ): Promise<ProviderResult<Shape>> {
    const first = await this.#send(method, path, body, false);
    if (first.outcome !== "done") return first;
    let reply = first.value;
    if (reply.kind === "answer" && reply.status === 401) {
      // Turned away at the door, so nothing was done: a token that was revoked early is worth one new one.
      const second = await this.#send(method, path, body, true);
      if (second.outcome !== "done") return second;
      reply = second.value;
    }
    return readJson(reply, schema, readFedexRefusal, { throttleFallbackMs: THROTTLE_FALLBACK_MS, now: Date.now() });
  }

  async #send(
    method: "POST" | "PUT",
    path: string,
    body: unknown,
    renewToken: boolean,
  ): Promise<ProviderResult<Exchange>> {
    const token = await this.#token(renewToken);
    if (token.outcome === "unknown") {
      // Without a token the call itself was never made.
      return { outcome: "failed", code: "no_token", message: token.message, retryable: true, retryAfterMs: 1000 };
    }
    if (token.outcome === "failed") return token;
    const headers = {
      authorization: `Bearer ${token.value}`,
      "content-type": "application/json",
      accept: "application/json",
      "x-locale": "en_US",
    };
    const init: RequestInit = { method, headers, body: JSON.stringify(body) };
    return {
      outcome: "done",
      value: await exchange(this.#config.fetch, `${BASE}${path}`, init, this.#config.timeLimitMs ?? 8000),
    };
  }

  async #token(renew: boolean): Promise<ProviderResult<string>> {
    const { clientId, clientSecret, fetch, timeLimitMs } = this.#config;
    const known = this.#tokens.get(clientId);
    if (known !== undefined && !renew && known.usableUntil > Date.now()) return { outcome: "done", value: known.token };
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
    });
    const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
    const reply = await exchange(
      fetch,
      `${BASE}/oauth/token`,
      { method: "POST", headers, body: form.toString() },
      timeLimitMs ?? 8000,
    );
    const now = Date.now();
    const answer = readJson(reply, tokenShape, readFedexRefusal, { throttleFallbackMs: THROTTLE_FALLBACK_MS, now });
    if (answer.outcome !== "done") return answer;
    this.#tokens.set(clientId, {
      token: answer.value.access_token,
      usableUntil: now + answer.value.expires_in * 1000 - TOKEN_MARGIN_MS,
    });
    return { outcome: "done", value: answer.value.access_token };
  }
}

/** An address that fits on no label is sent as it is: FedEx refuses it. */
function wireAddress(address: Address): Record<string, unknown> {
  const state = labelState(address);
  const streets = [address.line1, address.line2].filter((line) => line !== undefined);
  return {
    streetLines: labelLines(address) ?? streets,
    city: address.city,
    countryCode: address.country,
    ...(state !== null && { stateOrProvinceCode: state }),
    ...(address.postalCode !== undefined && { postalCode: wirePostalCode(address.postalCode) }),
  };
}

/** The digits of a number as FedEx takes them; undefined where they are too few or too many. */
function wirePhone(phone: string | undefined): string | undefined {
  const digits = phone?.replaceAll(/\D/g, "");
  return digits !== undefined && /^\d{10,15}$/.test(digits) ? digits : undefined;
}

/** Whether a refusal is about where the parcel goes or comes from: `RECIPIENTS.ADDRESS.INVALID`, `SHIPPER.CITY.INVALID`. */
function isOfAddress(code: string): boolean {
  return (
    /RECIPIENT|SHIPPER|DESTINATION|ORIGIN|CONSIGNEE/.test(code) &&
    /ADDRESS|STREET|CITY|STATE|POSTAL|ZIP|COUNTRY/.test(code)
  );
}

/** FedEx takes ten characters: the blanks and hyphens of a longer code go. */
function wirePostalCode(code: string): string {
  return code.length <= LABEL.postalCode ? code : code.replaceAll(/[\s-]/g, "");
}

function wireWeight({ parcel }: Pick<LabelRequest, "parcel">): { units: "KG"; value: number } {
  return { units: "KG", value: Math.max(parcel.weightGrams, 1) / 1000 };
}
