import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { openOps } from "../db/ops/database.ts";
import { findLabel } from "../db/ops/labels.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { renderZpl } from "./render-zpl.ts";
import { findShipment } from "./shipment-orders.ts";

export type LabelFormat = "pdf" | "zpl";

/**
 * A shipment's label, to be printed as often as need be. As ZPL, where the carrier gave a PDF, it is written anew
 * with the same tracking number; a PDF is only there where the carrier gave one.
 */
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
  if (shipment.label === null)
    return refuse("label_missing", "The parcel has no label yet: it is made once the parcel is packed.");
  const label = await findLabel(openOps(ctx.env.OPS), shipmentId);
  // The carrier's own is not shown where the parcel has left with another.
  const isCurrent = label?.trackingNumber === shipment.label.trackingNumber;
  const document = label && isCurrent && label.format.toLowerCase() === format ? bytesOf(label.document) : null;
  if (document !== null) return { ok: true, value: document };
  if (format === "zpl")
    return {
      ok: true,
      value: renderZpl({
        trackingNumber: shipment.label.trackingNumber,
        service: shipment.label.service,
        to: order.contact,
        address: order.address,
        reference: order.number,
      }),
    };
  return refuse(
    "label_missing",
    "The carrier gave no PDF for this parcel: print label.zpl, or the label that came with the tracking number.",
  );
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
