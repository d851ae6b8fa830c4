import type { LeasedEffect } from "../contracts/ledger-rpc.ts";
import type { Effect, EffectKind, EffectOutcome } from "../domain/order/effects.ts";
import { RETRY_POLICIES } from "../domain/order/retry.ts";
import { logError } from "../platform/log.ts";
import { withinLimit } from "../platform/time-limit.ts";
import { cancelFulfillment, requestFulfillment } from "./handlers/ask-warehouse.ts";
import { authorizePayment } from "./handlers/authorize-payment.ts";
import { awaitPayment } from "./handlers/await-payment.ts";
import { createLabel } from "./handlers/create-label.ts";
import { createReturnLabel } from "./handlers/create-return-label.ts";
import { allocateStock, releaseStock, shipStock, writeOffShort } from "./handlers/move-stock.ts";
import { notify } from "./handlers/notify.ts";
import { openDeviation } from "./handlers/open-deviation.ts";
import { placeExchange } from "./handlers/place-exchange.ts";
import { promoteBackorder } from "./handlers/promote-backorder.ts";
import { reSource } from "./handlers/re-source.ts";
import { restockReturn } from "./handlers/restock-return.ts";
import { capturePayment, refundPayment, voidPayment } from "./handlers/settle-payment.ts";
import { trackParcel } from "./handlers/track-parcel.ts";
import { voidLabel } from "./handlers/void-label.ts";
import type { EffectHandler, SagaContext } from "./saga-context.ts";

const HANDLERS: { [Kind in EffectKind]: EffectHandler<Kind> } = {
  AuthorizePayment: authorizePayment,
  AwaitPayment: awaitPayment,
  CapturePayment: capturePayment,
  VoidPayment: voidPayment,
  RefundPayment: refundPayment,
  AllocateStock: allocateStock,
  ReSource: reSource,
  PromoteBackorder: promoteBackorder,
  ReleaseStock: releaseStock,
  ShipStock: shipStock,
  WriteOffShort: writeOffShort,
  RequestFulfillment: requestFulfillment,
  CancelFulfillment: cancelFulfillment,
  CreateLabel: createLabel,
  VoidLabel: voidLabel,
  TrackParcel: trackParcel,
  CreateReturnLabel: createReturnLabel,
  RestockReturn: restockReturn,
  PlaceExchange: placeExchange,
  Notify: notify,
  OpenDeviation: openDeviation,
};

/** Does one effect, within its kind's time limit. Never throws: what went wrong unforeseen is an unknown outcome. */
export async function runEffect(context: SagaContext, leased: LeasedEffect): Promise<EffectOutcome> {
  try {
    return await withinLimit(
      dispatch(context, leased, leased.effect),
      RETRY_POLICIES[leased.effect.kind].timeoutMs,
      leased.effect.kind,
    );
  } catch (error) {
    logError("effect_threw", error, { effectId: leased.id, attempt: leased.attempt });
    return { status: "unknown", message: error instanceof Error ? error.message : "unforeseen error" };
  }
}

function dispatch<Kind extends EffectKind>(
  context: SagaContext,
  leased: LeasedEffect,
  effect: Extract<Effect, { kind: Kind }>,
): Promise<EffectOutcome> {
  const handler: EffectHandler<Kind> = HANDLERS[effect.kind];
  return handler(context, leased, effect);
}
