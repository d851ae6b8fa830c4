import { openOps } from "../../db/ops/database.ts";
import { saveLabel } from "../../db/ops/labels.ts";
import type { LeasedEffect } from "../../contracts/ledger-rpc.ts";
import { checkAddress } from "../../domain/address.ts";
import type { EffectOutcome } from "../../domain/order/effects.ts";
import type { Order, Shipment } from "../../domain/order/order.ts";
import type { Label, LabelRequest } from "../../providers/carrier.ts";
import type { ProviderResult } from "../../providers/outcome.ts";
import { settleFailures } from "../../services/report-deviations.ts";
import { done, type EffectHandler, failure, lookUpFailure, NOTHING, type SagaContext } from "../saga-context.ts";

/** Packaging of one parcel. */
const PACKAGING_GRAMS = 150;

/**
 * Has the carrier make the parcel's label, at most one. The carrier promises no idempotency: each attempt is
 * made by one consumer only, and after one of unknown outcome the carrier is asked for a label with our reference before another is made,
 * also where the parcel needs none any more: what was made then is reported, and the order gives it back.
 */
export const createLabel: EffectHandler<"CreateLabel"> = async (context, leased, effect) => {
  const order = await context.order(leased.orderId);
  const shipment = order.shipments.find(({ id }) => id === effect.shipmentId);
  if (!shipment) return NOTHING;
  const isNeeded = shipment.label === null && shipment.state !== "CANCELLED";
  if (!isNeeded && !leased.uncertain) return NOTHING;
  const [problem] = checkAddress(order.address);
  if (isNeeded && problem)
    return {
      status: "failed",
      code: "address_invalid",
      message: `${problem.field}: ${problem.detail}`,
      retryable: false,
    };
  return oneLabel(context, leased, {
    kind: "CreateLabel",
    reference: shipment.id,
    inUse: shipment.label?.trackingNumber,
    request: isNeeded ? () => labelRequest(context, order, shipment) : null,
  });
};

/**
 * Has the carrier make a label and keeps it, at most one for each reference of ours: after an attempt of unknown outcome
 * what was made then is taken instead. `inUse` is a number that is no find; without a `request` none is made.
 */
export async function oneLabel(
  context: SagaContext,
  leased: LeasedEffect,
  label: {
    kind: "CreateLabel" | "CreateReturnLabel";
    reference: string;
    inUse?: string | undefined;
    request: (() => Promise<LabelRequest>) | null;
  },
): Promise<EffectOutcome> {
  const { kind, reference, inUse, request } = label;
  const known = leased.uncertain ? await context.providers.carrier.findLabel(reference, inUse) : null;
  if (known !== null && known.outcome !== "done") return lookUpFailure(known);
  let result: ProviderResult<Label>;
  if (known !== null && known.value !== null) result = { outcome: "done", value: known.value };
  else if (request === null) return NOTHING;
  else result = await context.providers.carrier.createLabel(await request());
  if (result.outcome !== "done") return failure(result);
  const { carrier, service, trackingNumber, format, document } = result.value;
  await saveLabel(openOps(context.env.OPS), {
    shipmentId: reference,
    orderId: leased.orderId,
    carrier,
    service,
    trackingNumber,
    format,
    document,
    createdAt: context.now(),
  });
  const about = { orderId: leased.orderId, effectId: leased.id, shipmentId: reference };
  await settleFailures({ env: context.env, now: context.now(), defer: context.defer }, about, "The label was made.");
  return done({ kind, carrier, service, trackingNumber });
}

async function labelRequest(context: SagaContext, order: Order, shipment: Shipment): Promise<LabelRequest> {
  const catalog = await context.catalog();
  const warehouse = catalog.warehouses.get(shipment.warehouseId);
  const method = catalog.shippingMethods.get(order.shippingMethod);
  if (!warehouse || !method)
    throw new Error(`${shipment.id}: its warehouse or shipping method is not in the catalogue any more`);
  return {
    reference: shipment.id,
    service: method.service,
    from: { contact: { name: warehouse.name }, address: warehouse.address },
    to: { contact: order.contact, address: order.address },
    parcel: { weightGrams: parcelGrams(order, shipment.items) },
  };
}

/** What a parcel with these units of the order weighs, packaging included; whole grams, rounded up. */
export function parcelGrams(order: Order, items: readonly { line: number; quantity: number }[]): number {
  const grams = items.reduce((sum, { line, quantity }) => {
    const ordered = order.lines.find(({ number }) => number === line);
    return ordered ? sum + (ordered.weightGrams * quantity) / ordered.quantity : sum;
  }, PACKAGING_GRAMS);
  return Math.ceil(grams);
}
