import { reportDeviations } from "../../services/report-deviations.ts";
import { type EffectHandler, NOTHING } from "../saga-context.ts";

/** Puts what needs a person in front of one. The effect's id is the deviation's, so doing it twice opens one. */
export const openDeviation: EffectHandler<"OpenDeviation"> = async (context, leased, effect) => {
  const { deviation, effectId, shipmentId, reference, summary, tried } = effect;
  const subject = {
    orderId: leased.orderId,
    ...(effectId !== undefined && { effectId }),
    ...(shipmentId !== undefined && { shipmentId }),
    ...(reference !== undefined && { provider: reference.provider, reference: reference.id }),
  };
  await reportDeviations({ env: context.env, now: context.now(), defer: context.defer }, [
    { id: `dev_${leased.id}`, kind: deviation, subject, summary, tried, openedAt: context.now() },
  ]);
  return NOTHING;
};
