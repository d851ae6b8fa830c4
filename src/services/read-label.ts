import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { openOps } from "../db/ops/database.ts";
import { findLabel } from "../db/ops/labels.ts";
import type { Shipment } from "../domain/order/order.ts";
import type { Env } from "../platform/env.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { renderZpl, type ZplLabel } from "./render-zpl.ts";
import { findShipment } from "./shipment-orders.ts";

export type LabelFormat = "pdf" | "zpl";

/** A shipment's label, to be printed as often as need be. */
export async function readLabel(
  ctx: ServiceContext,
  shipmentId: string,
  format: LabelFormat,
): Promise<ServiceResult<string | Uint8Array>> {
  const denied = lacking(ctx, "orders:fulfill");
  if (denied !== null) return denied;
  const found = await findShipment(ctx, shipmentId);
  if (!found.ok) return found;
  const { order, shipment } = found.value;
  const { label } = shipment;
  if (label === null)
    return refuse("label_missing", "The parcel has no label yet: it is made once the parcel is packed.");
  return labelDocument(ctx.env, { id: shipmentId, label, format }, async () => ({
    to: order.contact,
    address: order.address,
    reference: order.number,
  }));
}

/**
 * The label of the parcel with this id of ours as the carrier gave it. As ZPL, where the carrier gave a PDF, it is
 * written anew with the same tracking number to where it goes; a PDF is only there where the carrier gave one.
 */
export async function labelDocument(
  env: Env,
  { id, label, format }: { id: string; label: NonNullable<Shipment["label"]>; format: LabelFormat },
  destination: () => Promise<Pick<ZplLabel, "to" | "address" | "reference"> | undefined>,
): Promise<ServiceResult<string | Uint8Array>> {
  const kept = await findLabel(openOps(env.OPS), id);
  // The carrier's own is not shown where the parcel has left with another.
  const isCurrent = kept?.trackingNumber === label.trackingNumber;
  const document = kept && isCurrent && kept.format.toLowerCase() === format ? bytesOf(kept.document) : null;
  if (document !== null) return { ok: true, value: document };
  const where = format === "zpl" ? await destination() : undefined;
  if (where !== undefined) {
    const { trackingNumber, service } = label;
    return { ok: true, value: renderZpl({ trackingNumber, service, ...where }) };
  }
  return refuse(
    "label_missing",
    `The carrier gave no ${format.toUpperCase()} for this parcel: print label.${format === "pdf" ? "zpl" : "pdf"}, or the label that came with the tracking number.`,
  );
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
