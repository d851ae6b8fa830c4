import { openOps } from "../../db/ops/database.ts";
import { saveLabel } from "../../db/ops/labels.ts";
import type { Order } from "../../domain/order/order.ts";
import { findReturn, type Return } from "../../domain/order/return.ts";
import type { Label, LabelRequest } from "../../providers/carrier.ts";
import type { ProviderResult } from "../../providers/outcome.ts";
import { done, type EffectHandler, failure, lookUpFailure, NOTHING, type SagaContext } from "../saga-context.ts";
import { parcelGrams } from "./create-label.ts";

/**
 * Has the carrier make the label that a return's parcel comes back with, at most one: claimed first, and looked up by
 * the return's id after an attempt of unknown outcome, as the label of a shipment is.
 */
export const createReturnLabel: EffectHandler<"CreateReturnLabel"> = async (context, leased, effect) => {
  const order = await context.begin(leased);
  if (order === null) return null;
  const returned = findReturn(order, effect.returnId);
  if (!returned || returned.label !== null) return NOTHING;
  const known = leased.uncertain ? await context.providers.carrier.findLabel(returned.id) : null;
  if (known !== null && known.outcome !== "done") return lookUpFailure(known);
  const found = known?.value ?? null;
  const result: ProviderResult<Label> =
    found === null
      ? await context.providers.carrier.createLabel(await labelRequest(context, order, returned))
      : { outcome: "done", value: found };
  if (result.outcome !== "done") return failure(result);
  const { carrier, service, trackingNumber, format, document } = result.value;
  await saveLabel(openOps(context.env.OPS), {
    shipmentId: returned.id,
    orderId: order.id,
    carrier,
    service,
    trackingNumber,
    format,
    document,
    createdAt: context.now(),
  });
  return done({ kind: "CreateReturnLabel", carrier, service, trackingNumber });
};

/** From the customer's door to the warehouse, by the service that the order was sent with. */
async function labelRequest(context: SagaContext, order: Order, returned: Return): Promise<LabelRequest> {
  const catalog = await context.catalog();
  const warehouse = catalog.warehouses.get(returned.warehouseId);
  const method = catalog.shippingMethods.get(order.shippingMethod);
  if (!warehouse || !method)
    throw new Error(`${returned.id}: its warehouse or shipping method is not in the catalogue any more`);
  return {
    reference: returned.id,
    service: method.service,
    from: { contact: order.contact, address: order.address },
    to: { contact: { name: warehouse.name }, address: warehouse.address },
    parcel: { weightGrams: parcelGrams(order, returned.lines) },
  };
}
