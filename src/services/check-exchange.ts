import type { FieldProblem, ServiceProblem, ServiceResult } from "../contracts/problem.ts";
import { refuse } from "../contracts/problem.ts";
import type { ExchangeForm } from "../contracts/returns.ts";
import { decide } from "../domain/order/decide.ts";
import { chargeableMethod, type WantedExchange } from "../domain/order/exchange.ts";
import type { Order } from "../domain/order/order.ts";
import { providerOf } from "../domain/order/payment-provider.ts";
import { refundAmount, refundOfUnits } from "../domain/order/refund.ts";
import { returnPolicyOf, termsFor } from "../domain/order/return-policy.ts";
import type { ReturnCommand } from "../domain/order/return.ts";
import { catalogOf } from "./catalog.ts";
import type { ServiceContext } from "./context.ts";
import { refusedCommand } from "./orders.ts";
import { meansOfPayment } from "./payment-methods.ts";
import { notCovered } from "./place-exchange.ts";
import { priceExchange } from "./price-exchange.ts";

/**
 * Checks what a customer wants for the units that this command would return: that it is for sale, can be sent to them,
 * and that what it costs more by today's prices can be charged. Asks no level and writes nothing.
 */
export async function checkExchange(
  ctx: ServiceContext,
  order: Order,
  command: Extract<ReturnCommand, { type: "RequestReturn" }>,
  form: ExchangeForm,
): Promise<ServiceResult<WantedExchange>> {
  const decision = decide(order, command, ctx.now);
  if (!decision.ok) return refusedCommand(order, decision.refusal);
  const method = await methodOf(ctx, order, form);
  if (!method.ok) return method;
  const { reason, condition, lines } = command;
  const wanted = { lines: form.lines, method: method.value };
  const refund = refundOfUnits(order, lines, { reason, terms: termsFor(returnPolicyOf(order.channel), condition) });
  const credit = refundAmount(refund);
  const catalog = await catalogOf(ctx.env, ctx.now, ctx.defer);
  const priced = priceExchange(catalog, order, wanted, { refund, credit });
  if (!priced.ok) return { ok: false, problem: pointed(priced.problem, "/exchange/lines") };
  const dearer = priced.value.priced.price.total - credit;
  return dearer > 0 && method.value === null ? notCovered(dearer, order.currency) : { ok: true, value: wanted };
}

/** What pays for a dearer exchange: what is given, else what paid for the order, where it can be charged again. */
async function methodOf(
  ctx: ServiceContext,
  order: Order,
  { paymentMethod }: ExchangeForm,
): Promise<ServiceResult<string | null>> {
  if (paymentMethod === undefined) return { ok: true, value: chargeableMethod(order) };
  const means = await meansOfPayment(ctx, order, paymentMethod);
  if (!means.ok) return { ok: false, problem: pointed(means.problem, "/exchange/paymentMethod") };
  return providerOf(means.value) === "external"
    ? refuse("payment_method_refused", "A marketplace takes no money for an exchange.", {
        errors: [{ pointer: "/exchange/paymentMethod/token", detail: "must be what the customer pays us by" }],
      })
    : means;
}

/** The problem with its pointers into the form of a return. */
function pointed(problem: ServiceProblem, elsewhere: string): ServiceProblem {
  if (problem.errors === undefined) return problem;
  const errors = problem.errors.map(({ pointer, detail }): FieldProblem => {
    if (pointer.startsWith("/exchange/")) return { pointer, detail };
    return { pointer: pointer.startsWith("/paymentMethod") ? `/exchange${pointer}` : elsewhere, detail };
  });
  return { ...problem, errors };
}
