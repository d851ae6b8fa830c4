import { openOps } from "../db/ops/database.ts";
import { findPaymentCustomer } from "../db/ops/payment-customers.ts";
import type { CustomerId } from "../domain/ids.ts";
import type { Env } from "../platform/env.ts";
import { hmac, isSameMac } from "../platform/hmac.ts";
import { recordChanges } from "./audit.ts";
import type { ServiceContext } from "./context.ts";
import { savedMethodsOf } from "./payment-records.ts";

/** Where PayPal sends a customer back to who was asked whether their account may be saved. */
export async function paypalReturnUrl(env: Env, customerId: CustomerId): Promise<string> {
  return `${env.PUBLIC_URL}/payment-methods/paypal/${customerId}.${await signature(env, customerId)}`;
}

/**
 * Saves the PayPal account that a customer has agreed to have saved; who comes back is not signed in, so the link says
 * for whom it is and PayPal whether they agreed. `refused`: they did not, or it is not this customer's to finish.
 * Coming back twice saves it once. Null for a link that is not ours.
 */
export async function finishPaypalSaving(
  ctx: Pick<ServiceContext, "env" | "now" | "requestId" | "origin" | "defer">,
  token: string,
  setup: string,
): Promise<"saved" | "refused" | "unavailable" | null> {
  const customerId = await readToken(ctx.env, token);
  if (customerId === null) return null;
  const { paypal } = savedMethodsOf(ctx.env, ctx.defer);
  const reference = await findPaymentCustomer(openOps(ctx.env.OPS), customerId, paypal.provider);
  if (reference === null || !/^[A-Za-z0-9_-]{3,64}$/.test(setup)) return "refused";
  const finished = await paypal.finish(reference, setup);
  if (finished.outcome === "unknown" || (finished.outcome === "failed" && finished.retryAfterMs !== undefined))
    return "unavailable";
  if (finished.outcome === "failed" || finished.value === "refused") return "refused";
  if (finished.value === "saved")
    await recordChanges({ ...ctx, principal: whoCameBack(customerId) }, [change(customerId)]);
  return "saved";
}

const change = (customerId: CustomerId) => ({
  action: "payment_method.saved",
  subject: `customer:${customerId}`,
  after: { brand: "paypal" },
});

/** Nobody has signed in: PayPal vouches for who agreed. */
function whoCameBack(customerId: CustomerId): ServiceContext["principal"] {
  const name = "the customer, by PayPal";
  return { kind: "user", id: "paypal", name, role: "customer", scopes: [], customerId, warehouseId: null, channel: "" };
}

async function readToken(env: Env, token: string): Promise<CustomerId | null> {
  const [id = "", mac = "", ...rest] = token.split(".");
  if (id === "" || rest.length > 0) return null;
  const encoder = new TextEncoder();
  return isSameMac(encoder.encode(mac), encoder.encode(await signature(env, id))) ? (id as CustomerId) : null;
}

async function signature(env: Env, id: string): Promise<string> {
  const bytes = await hmac(env.SIGNING_SECRET, `paypal-return.${id}`);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
