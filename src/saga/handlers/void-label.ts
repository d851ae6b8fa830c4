import { type EffectHandler, failure, NOTHING } from "../saga-context.ts";

/** Gives the carrier a label back; one that was given back already counts as done, so that asking twice is harmless. */
export const voidLabel: EffectHandler<"VoidLabel"> = async (context, _leased, effect) => {
  const result = await context.providers.carrier.cancelLabel(effect.trackingNumber);
  return result.outcome === "done" ? NOTHING : failure(result);
};
