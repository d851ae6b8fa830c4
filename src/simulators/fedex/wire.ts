import { z } from "zod";
import { jsonAnswer, VendorRefusal, type VendorAnswer } from "../books/vendor-books.ts";
import { JOURNEY } from "./journey.ts";

/** A row of `parcels`. `booked_at` and `next_at` are in the carrier's time, `created_at` in ours. */
export type ParcelRow = {
  tracking_number: string;
  reference: string | null;
  service: string;
  status: string;
  shipper: string;
  recipient: string;
  weight_kg: number;
  charge: number;
  currency: string;
  created_at: number;
  booked_at: number;
  next_at: number | null;
  cancelled_at: number | null;
};

export type ScanRow = { tracking_number: string; code: string; description: string; at: number };

export const addressShape = z.object({
  streetLines: z.array(z.string()).min(1),
  city: z.string().optional(),
  stateOrProvinceCode: z.string().optional(),
  postalCode: z.string().optional(),
  countryCode: z.string().length(2),
});

export const partyShape = z.object({
  contact: z.object({
    personName: z.string().min(1),
    phoneNumber: z.string().optional(),
    emailAddress: z.string().optional(),
  }),
  address: addressShape,
});
const accountShape = z.object({ value: z.string() });
const weightShape = z.object({ units: z.enum(["KG", "LB"]), value: z.number().positive() });

export const resolveShape = z.object({
  addressesToValidate: z
    .array(z.object({ address: addressShape }))
    .min(1)
    .max(100),
});

export const quoteShape = z.object({
  accountNumber: accountShape,
  requestedShipment: z.object({
    shipper: z.object({ address: addressShape }),
    recipient: z.object({ address: addressShape }),
    serviceType: z.string().optional(),
    requestedPackageLineItems: z.array(z.object({ weight: weightShape })).min(1),
  }),
});

export const shipShape = z.object({
  accountNumber: accountShape,
  requestedShipment: z.object({
    shipper: partyShape,
    recipients: z.array(partyShape).min(1),
    serviceType: z.string(),
    labelSpecification: z.object({ imageType: z.enum(["PDF", "ZPLII"]) }),
    requestedPackageLineItems: z
      .array(
        z.object({
          weight: weightShape,
          customerReferences: z.array(z.object({ customerReferenceType: z.string(), value: z.string() })).optional(),
        }),
      )
      .min(1),
  }),
});

export const cancelShape = z.object({ accountNumber: accountShape, trackingNumber: z.string() });

export const trackShape = z.object({
  trackingInfo: z
    .array(z.object({ trackingNumberInfo: z.object({ trackingNumber: z.string() }) }))
    .min(1)
    .max(30),
});

export const referenceShape = z.object({
  referencesInformation: z.object({ type: z.string(), value: z.string().min(1), accountNumber: z.string() }),
});

/** An answer as FedEx wraps it. */
export function wireOutput(output: unknown): VendorAnswer {
  return jsonAnswer(200, { transactionId: crypto.randomUUID(), output });
}

/** An error as FedEx wraps it. */
export function wireErrors(status: number, code: string, message: string): VendorAnswer {
  return jsonAnswer(status, { transactionId: crypto.randomUUID(), errors: [{ code, message }] });
}

/** Refuses the call. */
export function refuse(status: number, code: string, message: string): never {
  throw new VendorRefusal(wireErrors(status, code, message));
}

/** One parcel's tracking as FedEx writes it, in answers and in pushed events. */
export function wireTracking(parcel: ParcelRow, scans: readonly ScanRow[]): Record<string, unknown> {
  const latest = scans.at(-1);
  const delivery = JOURNEY.at(-1);
  const dateTime = (at: number): string => new Date(at).toISOString();
  const dateAndTimes = scans
    .filter(({ code }) => code === "PU" || code === "DL")
    .map(({ code, at }) => ({ type: code === "PU" ? "ACTUAL_PICKUP" : "ACTUAL_DELIVERY", dateTime: dateTime(at) }));
  return {
    trackingNumberInfo: {
      trackingNumber: parcel.tracking_number,
      trackingNumberUniqueId: `12${parcel.tracking_number}`,
      carrierCode: "FDXE",
    },
    additionalTrackingInfo: {
      packageIdentifiers: parcel.reference === null ? [] : [{ type: "CUSTOMER_REFERENCE", values: [parcel.reference] }],
    },
    latestStatusDetail: {
      code: latest?.code ?? "OC",
      derivedCode: latest?.code ?? "OC",
      statusByLocale: latest?.description ?? "",
      description: latest?.description ?? "",
    },
    dateAndTimes: [
      ...dateAndTimes,
      { type: "ESTIMATED_DELIVERY", dateTime: dateTime(parcel.booked_at + (delivery?.afterMs ?? 0)) },
    ],
    scanEvents: scans
      .toReversed()
      .map(({ code, description, at }) => ({ date: dateTime(at), eventType: code, eventDescription: description })),
    serviceDetail: { type: parcel.service },
  };
}

/** What FedEx answers in place of a number that it does not know. */
export function wireUnknownTracking(trackingNumber: string): Record<string, unknown> {
  return {
    trackingNumberInfo: { trackingNumber, trackingNumberUniqueId: "", carrierCode: "" },
    error: { code: "TRACKING.TRACKINGNUMBER.NOTFOUND", message: "Tracking number cannot be found." },
  };
}
