import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { orderOfReturn } from "../domain/ids.ts";
import { findReturn } from "../domain/order/return.ts";
import { catalogOf } from "./catalog.ts";
import type { ServiceContext } from "./context.ts";
import { findOrder } from "./orders.ts";
import { type LabelFormat, labelDocument } from "./read-label.ts";
import { readReturnLabelToken } from "./return-label-link.ts";
import { type FoundReturn, readReturn } from "./returns.ts";

/** What a label is made of, for callers who are known and for those who have the link. */
type Reader = Pick<ServiceContext, "env" | "now" | "defer">;

/** The label that a return's parcel comes back with, for whoever may see the return; as a shipment's. */
export async function readReturnLabel(
  ctx: ServiceContext,
  id: string,
  format: LabelFormat,
): Promise<ServiceResult<string | Uint8Array>> {
  const found = await readReturn(ctx, id);
  return found.ok ? labelOf(ctx, found.value, format) : found;
}

/**
 * The same for whoever has the link out of the message to the customer: the carrier's PDF, or ZPL where it gave none.
 * Only until the parcel has arrived: a link is passed on, and the label has the customer's address.
 */
export async function readReturnLabelByLink(
  reader: Reader,
  token: string,
): Promise<ServiceResult<{ format: LabelFormat; label: string | Uint8Array }>> {
  const none = refuse("not_found", "This link is not one of ours, or the parcel has arrived already.");
  const id = await readReturnLabelToken(reader.env, token);
  const orderId = id && orderOfReturn(id);
  const order = orderId && (await findOrder(reader, orderId));
  const returned = order && findReturn(order, id ?? "");
  if (!order || returned?.state !== "APPROVED") return none;
  for (const format of ["pdf", "zpl"] as const) {
    const label = await labelOf(reader, { order, returned }, format);
    if (label.ok) return { ok: true, value: { format, label: label.value } };
  }
  return none;
}

async function labelOf(
  { env, now, defer }: Reader,
  { order, returned }: FoundReturn,
  format: LabelFormat,
): Promise<ServiceResult<string | Uint8Array>> {
  const { label, warehouseId } = returned;
  if (label === null)
    return refuse("label_missing", "The return has no label yet: it is made once the return is approved.");
  return labelDocument(env, { id: returned.id, label, format }, async () => {
    const { warehouses } = await catalogOf(env, now, defer);
    const warehouse = warehouses.get(warehouseId);
    return warehouse && { to: { name: warehouse.name }, address: warehouse.address, reference: order.number };
  });
}
