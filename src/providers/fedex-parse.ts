import { z } from "zod";
import { isCurrency, minorUnits, type Money } from "../domain/money.ts";
import type { TrackingSnapshot, TrackingStatus } from "./carrier.ts";
import { parseJson } from "./http.ts";

export const tokenShape = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

const errorsShape = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string().nullish() })).min(1) });

export const addressShape = z.object({
  output: z.object({
    resolvedAddresses: z
      .array(
        z.object({
          attributes: z.record(z.string(), z.union([z.string(), z.boolean()])).nullish(),
          customerMessages: z.array(z.object({ code: z.string().nullish(), message: z.string().nullish() })).nullish(),
        }),
      )
      .min(1),
  }),
});

export const rateShape = z.object({
  output: z.object({
    rateReplyDetails: z
      .array(
        z.object({
          serviceType: z.string(),
          ratedShipmentDetails: z.array(z.object({ totalNetCharge: z.number(), currency: z.string() })).min(1),
        }),
      )
      .min(1),
  }),
});

export const shipShape = z.object({
  output: z.object({
    transactionShipments: z
      .array(
        z.object({
          masterTrackingNumber: z.string().min(1),
          serviceType: z.string(),
          pieceResponses: z
            .array(
              z.object({
                trackingNumber: z.string().min(1),
                netChargeAmount: z.number().nullish(),
                currency: z.string().nullish(),
                packageDocuments: z
                  .array(z.object({ contentType: z.string(), docType: z.string(), encodedLabel: z.string().min(1) }))
                  .min(1),
              }),
            )
            .min(1),
        }),
      )
      .min(1),
  }),
});

export const cancelShape = z.object({
  output: z.object({ cancelledShipment: z.boolean(), message: z.string().nullish() }),
});

/** One parcel's tracking, as both the tracking answers and the pushed events have it. */
export const trackResultShape = z.object({
  trackingNumberInfo: z.object({ trackingNumber: z.string() }),
  latestStatusDetail: z
    .object({ code: z.string().nullish(), statusByLocale: z.string().nullish(), description: z.string().nullish() })
    .nullish(),
  scanEvents: z.array(z.object({ date: z.string(), eventDescription: z.string().nullish() })).nullish(),
  dateAndTimes: z.array(z.object({ type: z.string(), dateTime: z.string() })).nullish(),
  error: z.object({ code: z.string() }).nullish(),
});

export const trackShape = z.object({
  output: z.object({
    completeTrackResults: z.array(
      z.object({ trackingNumber: z.string().nullish(), trackResults: z.array(trackResultShape) }),
    ),
  }),
});

export type FedexTrackResult = z.infer<typeof trackResultShape>;

/** FedEx's code of a shipment that was withdrawn before it was handed over. */
const CANCELLED = "CA";

const STATUSES: Readonly<Record<string, TrackingStatus>> = {
  OC: "label_created",
  IN: "label_created",
  PU: "in_transit",
  PX: "in_transit",
  AR: "in_transit",
  DP: "in_transit",
  IT: "in_transit",
  AF: "in_transit",
  CC: "in_transit",
  OD: "out_for_delivery",
  DL: "delivered",
  DE: "exception",
  SE: "exception",
  RS: "exception",
  CD: "exception",
};

/** Whether the result is of a label that exists and has not been withdrawn. */
export function isLiveTracking(result: FedexTrackResult): boolean {
  return !result.error && result.latestStatusDetail?.code !== CANCELLED;
}

/** The parcel's state; null where FedEx does not know the number. A code we have not met counts as on its way. */
export function trackingSnapshotOf(result: FedexTrackResult): TrackingSnapshot | null {
  const status = result.latestStatusDetail;
  if (result.error || !status?.code) return null;
  const scans = (result.scanEvents ?? []).map(({ date }) => Date.parse(date)).filter(Number.isFinite);
  const times = (result.dateAndTimes ?? [])
    .filter(({ type }) => type.startsWith("ACTUAL_"))
    .map(({ dateTime }) => Date.parse(dateTime));
  const at = Math.max(0, ...(scans.length > 0 ? scans : times.filter(Number.isFinite)));
  const estimate = result.dateAndTimes?.find(({ type }) => type === "ESTIMATED_DELIVERY")?.dateTime;
  return {
    trackingNumber: result.trackingNumberInfo.trackingNumber,
    ...(status.code === CANCELLED && { withdrawn: true as const }),
    status: status.code === CANCELLED ? "exception" : (STATUSES[status.code] ?? "in_transit"),
    at,
    description: status.description ?? status.statusByLocale ?? status.code,
    ...(estimate === undefined ? {} : { estimatedDelivery: estimate }),
  };
}

/** FedEx quotes in major units; null in a currency that we do not keep. */
export function moneyOf(charge: number | null | undefined, currency: string | null | undefined): Money | null {
  if (charge === null || charge === undefined || !currency || !isCurrency(currency)) return null;
  return { amount: minorUnits(charge, currency), currency };
}

/** FedEx's own code and message of a refusal. */
export function readFedexRefusal(status: number, body: string): { code: string; message: string } {
  const parsed = errorsShape.safeParse(parseJson(body));
  const first = parsed.success ? parsed.data.errors[0] : undefined;
  return first === undefined
    ? { code: `http_${status}`, message: `refused with ${status}` }
    : { code: first.code, message: first.message ?? first.code };
}
