import type { VendorBooks } from "./books/vendor-books.ts";
import type { SimulatorsEnv } from "./env.ts";

export const VENDORS = ["stripe", "sendgrid", "twilio", "fedex", "paypal"] as const;
export type Vendor = (typeof VENDORS)[number];

/** The one set of books that each vendor keeps. */
const BOOKS = "books";

/** The hosts that the vendors' APIs live at. */
const VENDOR_OF_HOST: Readonly<Record<string, Vendor>> = {
  "api.stripe.com": "stripe",
  "api.sendgrid.com": "sendgrid",
  "api.twilio.com": "twilio",
  "apis.fedex.com": "fedex",
  "api-m.paypal.com": "paypal",
  "api.paypal.com": "paypal",
};

/** The vendor whose API this host is; null for our own pages. */
export function vendorOfHost(host: string): Vendor | null {
  return VENDOR_OF_HOST[host] ?? null;
}

export function isVendor(text: string): text is Vendor {
  return VENDORS.some((vendor) => vendor === text);
}

/** The vendor's books, by what all books have in common. */
export function booksOf(env: SimulatorsEnv, vendor: Vendor): DurableObjectStub<VendorBooks> {
  switch (vendor) {
    case "stripe":
      return env.STRIPE_BOOKS.getByName(BOOKS);
    case "sendgrid":
      return env.SENDGRID_BOOKS.getByName(BOOKS);
    case "twilio":
      return env.TWILIO_BOOKS.getByName(BOOKS);
    case "fedex":
      return env.FEDEX_BOOKS.getByName(BOOKS);
    case "paypal":
      return env.PAYPAL_BOOKS.getByName(BOOKS);
    default:
      return unknownVendor(vendor);
  }
}

/** The books of one vendor each, by what only they have. */
export const stripeBooks = (env: SimulatorsEnv) => env.STRIPE_BOOKS.getByName(BOOKS);
export const sendgridBooks = (env: SimulatorsEnv) => env.SENDGRID_BOOKS.getByName(BOOKS);
export const twilioBooks = (env: SimulatorsEnv) => env.TWILIO_BOOKS.getByName(BOOKS);
export const fedexBooks = (env: SimulatorsEnv) => env.FEDEX_BOOKS.getByName(BOOKS);
export const paypalBooks = (env: SimulatorsEnv) => env.PAYPAL_BOOKS.getByName(BOOKS);

function unknownVendor(vendor: never): never {
  throw new RangeError(`unknown vendor ${String(vendor)}`);
}
