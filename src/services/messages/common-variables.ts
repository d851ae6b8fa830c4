import type { Language } from "../../domain/language.ts";
import { currencyExponent, type Money } from "../../domain/money.ts";
import type { Shipment } from "../../domain/order/order.ts";
import type { MessageSubject, Variable } from "./message-kind.ts";

/** A variable that every message of its kind has a value for. */
export function always(about: string, sample: string, valueOf: Variable["valueOf"]): Variable {
  return { about, always: true, link: false, sample, valueOf };
}

/** A variable that may have no value. */
export function sometimes(about: string, sample: string, valueOf: Variable["valueOf"]): Variable {
  return { about, always: false, link: false, sample, valueOf };
}

/** An address to go to, which may not be there. */
export function link(about: string, sample: string, valueOf: Variable["valueOf"]): Variable {
  return { about, always: false, link: true, sample, valueOf };
}

/** What every message can say. */
export const ORDER_VARIABLES = {
  number: always("the order's number", "HF-7K2M9", ({ order }) => order.number),
  total: always("the order's total", "EUR 59.90", ({ order, language }) =>
    money({ amount: order.totals.total, currency: order.currency }, language),
  ),
  name: sometimes("the reader's name", "Ada Example", ({ order }) => order.contact.name),
  deliveryDay: sometimes("when the order should arrive", "24 November 2026", ({ order, language }) =>
    order.estimatedDelivery === null ? undefined : day(order.estimatedDelivery, language),
  ),
};

/** What a message about a parcel can say beside that. */
export const PARCEL_VARIABLES = {
  ...ORDER_VARIABLES,
  carrier: sometimes("who carries the parcel", "FedEx", (subject) => carrierName(parcelOf(subject))),
  trackingNumber: sometimes(
    "the parcel's tracking number",
    "794644790138",
    (subject) => parcelOf(subject)?.label?.trackingNumber,
  ),
  trackingLink: link(
    "the carrier's own page about the parcel",
    "https://www.fedex.com/fedextrack/?trknbr=794644790138",
    (subject) => trackingPage(parcelOf(subject)),
  ),
};

/** The amount as readers of the language write it. */
export function money({ amount, currency }: Money, language: Language): string {
  const format = new Intl.NumberFormat(language, { style: "currency", currency, currencyDisplay: "code" });
  return format.format(amount / 10 ** currencyExponent(currency));
}

/** The day (YYYY-MM-DD) as readers of the language write it; other text as it is. */
export function day(text: string, language: Language): string {
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at)
    ? text
    : new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "long", timeZone: "UTC" }).format(
        at,
      );
}

function parcelOf({ order, about }: MessageSubject): Shipment | undefined {
  return order.shipments.find(({ id }) => about === `shipment:${id}`);
}

function isFedex(label: NonNullable<Shipment["label"]>): boolean {
  return label.carrier.toLowerCase() === "fedex";
}

function carrierName(parcel: Shipment | undefined): string | undefined {
  const label = parcel?.label;
  return label && isFedex(label) ? "FedEx" : label?.carrier;
}

function trackingPage(parcel: Shipment | undefined): string | undefined {
  const label = parcel?.label;
  return label && isFedex(label)
    ? `https://www.fedex.com/fedextrack/?trknbr=${encodeURIComponent(label.trackingNumber)}`
    : undefined;
}
