import type { Order } from "../../domain/order/order.ts";
import { findReturn, type Return } from "../../domain/order/return.ts";
import type { LabelRequest } from "../../providers/carrier.ts";
import { type EffectHandler, NOTHING, type SagaContext } from "../saga-context.ts";
import { oneLabel, parcelGrams } from "./create-label.ts";

/**
 * Has the carrier make the label that a return's parcel comes back with, at most one: looked up by the
 * return's id after an attempt of unknown outcome, as the label of a shipment is.
 */
export const createReturnLabel: EffectHandler<"CreateReturnLabel"> = async (context, leased, effect) => {
  const order = await context.order(leased.orderId);
  const returned = findReturn(order, effect.returnId);
  if (!returned || returned.label !== null) return NOTHING;
  return oneLabel(context, leased, {
    kind: "CreateReturnLabel",
    reference: returned.id,
    request: () => labelRequest(context, order, returned),
  });
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
