import { z } from "zod";
import type { ProviderResult } from "./outcome.ts";
import type { PaymentOwner } from "./payment.ts";
import type { PaypalClient } from "./paypal-client.ts";
import { ownerOf } from "./paypal-parse.ts";

/** What a capture says of where it comes from. */
const captureShape = z.object({
  custom_id: z.string().nullish(),
  supplementary_data: z.object({ related_ids: z.object({ order_id: z.string().nullish() }).nullish() }).nullish(),
});

/** Whose payment PayPal's capture is of. A payment that was not made through the API is no capture, and nobody's. */
export async function findCaptureOwner(client: PaypalClient, captureId: string): Promise<ProviderResult<PaymentOwner>> {
  const capture = await client.get(`/v2/payments/captures/${encodeURIComponent(captureId)}`, captureShape);
  if (capture.outcome !== "done")
    return isUnknown(capture) ? { outcome: "done", value: { orderId: null, intentId: null } } : capture;
  const { custom_id, supplementary_data } = capture.value;
  return { outcome: "done", value: ownerOf(custom_id, supplementary_data?.related_ids?.order_id ?? null) };
}

const UNKNOWN: ReadonlySet<string> = new Set(["INVALID_RESOURCE_ID", "RESOURCE_NOT_FOUND"]);

/** Whether PayPal knows nothing under the id that it was asked for. */
export function isUnknown(result: ProviderResult<unknown>): boolean {
  return result.outcome === "failed" && UNKNOWN.has(result.code);
}
