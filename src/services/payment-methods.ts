import type { SaveAnswer, SavedMethodAnswer } from "../contracts/payment-methods.ts";
import type { PaymentMethodForm } from "../contracts/place-order.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { Scope } from "../contracts/principal.ts";
import { openOps } from "../db/ops/database.ts";
import { findPaymentCustomer, keepPaymentCustomer } from "../db/ops/payment-customers.ts";
import { findCustomer } from "../db/ops/people.ts";
import type { Customer } from "../domain/catalog.ts";
import type { CustomerId } from "../domain/ids.ts";
import type { Channel } from "../domain/order/order.ts";
import { isSettledElsewhere, paypalVaultId, providerOf } from "../domain/order/payment-provider.ts";
import { savedMeans } from "../domain/order/saved-method.ts";
import type { ProviderShortfall } from "../providers/outcome.ts";
import type { SavedMethod, SavedMethods } from "../providers/saved-methods.ts";
import { recordOnce } from "./audit.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { paypalReturnUrl } from "./finish-paypal-saving.ts";
import { doneInOps } from "./once-in-ops.ts";
import { savedMethodsOf } from "./payment-records.ts";

/** Who may look after another's means of payment. */
const FOR_OTHERS = new Set(["csr", "manager", "admin", "storefront"]);

/** What the customer may be charged by while they are away. */
export async function listPaymentMethods(
  ctx: ServiceContext,
  customerId: CustomerId,
): Promise<ServiceResult<SavedMethodAnswer[]>> {
  const customer = await customerFor(ctx, customerId, "orders:read");
  if (!customer.ok) return customer;
  const { stripe, paypal } = savedMethodsOf(ctx.env, ctx.defer);
  const listed = await Promise.all([listAt(ctx, stripe, customerId), listAt(ctx, paypal, customerId)]);
  const failed = listed.find((one) => !one.ok);
  return failed ?? { ok: true, value: listed.flatMap((one) => (one.ok ? one.value : [])) };
}

async function listAt(
  ctx: ServiceContext,
  desk: SavedMethods,
  customerId: CustomerId,
): Promise<ServiceResult<SavedMethodAnswer[]>> {
  const reference = await findPaymentCustomer(openOps(ctx.env.OPS), customerId, desk.provider);
  if (reference === null) return { ok: true, value: [] };
  const listed = await desk.list(reference);
  return listed.outcome === "done" ? { ok: true, value: listed.value.map(describeMethod) } : unavailable(listed);
}

/**
 * Saves what the token stands for at the payment provider, so that it can be charged while the customer is away. It is
 * saved once for each deed: the deed's key is the provider's idempotency key too.
 */
export async function savePaymentMethod(
  ctx: ServiceContext,
  customerId: CustomerId,
  token: string,
): Promise<ServiceResult<SaveAnswer>> {
  const customer = await customerFor(ctx, customerId, "orders:write");
  if (!customer.ok) return customer;
  const provider = providerOf(token);
  if (paypalVaultId(token) !== null || isSettledElsewhere(provider))
    return notTaken("That is nothing that can be saved.", "must be a card's token, or `paypal` for a PayPal account");
  const desk = savedMethodsOf(ctx.env, ctx.defer)[provider];
  const save = () => saveAt(ctx, desk, customer.value, token);
  const again = (id: string) => (id === UNFINISHED ? save() : savedAs(ctx, customerId, id));
  const before = await doneInOps(ctx, again);
  if (before !== null) return before;
  const saved = await save();
  if (!saved.ok) return saved;
  const { value } = saved;
  const after = value.status === "ready" ? { id: value.id, brand: value.brand } : { status: value.status };
  await recordOnce(
    ctx,
    { action: "payment_method.saved", subject: `customer:${customerId}`, after },
    ctx.deed && { deed: ctx.deed, subject: value.status === "ready" ? value.id : UNFINISHED },
  );
  return saved;
}

/** What a deed is about that waits for the customer: the provider knows it by the deed's key. */
const UNFINISHED = "unfinished";

async function saveAt(
  ctx: ServiceContext,
  desk: SavedMethods,
  customer: Customer,
  token: string,
): Promise<ServiceResult<SaveAnswer>> {
  const reference = await providerCustomer(ctx, desk, customer);
  if (!reference.ok) return reference;
  const back =
    desk.provider === "paypal" ? await paypalReturnUrl(ctx.env, customer.id) : `${ctx.env.PUBLIC_URL}/payment-return`;
  const saved = await desk.save(reference.value, token, back, `save:${ctx.deed?.key ?? crypto.randomUUID()}`);
  if (saved.outcome !== "done") return refusedOr(saved, "/paymentMethod/token");
  return {
    ok: true,
    value: saved.value.status === "ready" ? { status: "ready", ...describeMethod(saved.value.method) } : saved.value,
  };
}

/** What was saved before under this id. */
async function savedAs(ctx: ServiceContext, customerId: CustomerId, id: string): Promise<ServiceResult<SaveAnswer>> {
  const desk = deskOf(ctx, id);
  const customer = await findPaymentCustomer(openOps(ctx.env.OPS), customerId, desk.provider);
  const found = customer === null ? null : await desk.find(customer, id);
  if (found !== null && found.outcome !== "done") return unavailable(found);
  return found?.value == null
    ? refuse("not_found", "It was saved, and has been removed since.")
    : { ok: true, value: { status: "ready", ...describeMethod(found.value) } };
}

/** Forgets a saved means of payment of this customer. */
export async function removePaymentMethod(
  ctx: ServiceContext,
  customerId: CustomerId,
  id: string,
): Promise<ServiceResult<null>> {
  const customer = await customerFor(ctx, customerId, "orders:write");
  if (!customer.ok) return customer;
  const found = await findSaved(ctx, customerId, id);
  if (!found.ok) return found;
  if (found.value === null) return refuse("not_found", `The customer has saved no means of payment ${id}.`);
  const removed = await deskOf(ctx, id).remove(id, `remove:${id}`);
  return removed.outcome === "done" ? { ok: true, value: null } : unavailable(removed);
}

/**
 * What an order is paid by, from either form: the token as it is, or the customer's saved means, which is charged while
 * they are away. Refuses what this customer has not saved, an invoice to whom none is sent, and money that is said to
 * be paid elsewhere where no marketplace has taken it.
 */
export async function meansOfPayment(
  ctx: ServiceContext,
  { customerId, channel }: { customerId: CustomerId | null; channel: Channel },
  form: PaymentMethodForm,
): Promise<ServiceResult<string>> {
  if ("token" in form) {
    const provider = providerOf(form.token);
    if (provider === "invoice" && !(await mayBeInvoiced(ctx, customerId)))
      return notTaken("This customer can't pay by invoice.", "must be another means of payment than an invoice");
    if (provider === "external" && !MARKETPLACES.has(channel))
      return notTaken(`Nobody else takes the money of the channel ${channel}.`, "must be what the customer pays us by");
    // A card's token is worth one payment; who knows the id of a saved account could charge it for ever.
    if (paypalVaultId(form.token) === null) return { ok: true, value: form.token };
  }
  const [id, pointer] = "token" in form ? [form.token, "/paymentMethod/token"] : [form.saved, "/paymentMethod/saved"];
  const none = refuse("payment_method_refused", "The customer has saved no such means of payment.", {
    errors: [{ pointer, detail: "must be one of the customer's saved means of payment" }],
  });
  if (customerId === null) return none;
  const found = await findSaved(ctx, customerId, id);
  if (!found.ok) return found;
  return found.value === null ? none : { ok: true, value: savedMeans(found.value) };
}

/** Channels whose customers have paid the marketplace. */
const MARKETPLACES: ReadonlySet<Channel> = new Set(["ebay", "amazon", "shopify"]);

async function mayBeInvoiced({ env }: ServiceContext, id: CustomerId | null): Promise<boolean> {
  const customer = id === null ? null : await findCustomer(openOps(env.OPS), id);
  return customer?.invoiceTermsDays !== undefined;
}

function notTaken(why: string, right: string): ReturnType<typeof refuse> {
  return refuse("payment_method_refused", why, { errors: [{ pointer: "/paymentMethod/token", detail: right }] });
}

/** Where what has this id is saved. */
function deskOf(ctx: ServiceContext, id: string): SavedMethods {
  const { stripe, paypal } = savedMethodsOf(ctx.env, ctx.defer);
  return paypalVaultId(id) === null ? stripe : paypal;
}

async function findSaved(
  ctx: ServiceContext,
  customerId: CustomerId,
  id: string,
): Promise<ServiceResult<{ customer: string; method: string } | null>> {
  const desk = deskOf(ctx, id);
  const customer = await findPaymentCustomer(openOps(ctx.env.OPS), customerId, desk.provider);
  if (customer === null) return { ok: true, value: null };
  const found = await desk.find(customer, id);
  if (found.outcome !== "done") return unavailable(found);
  return { ok: true, value: found.value && { customer, method: found.value.id } };
}

/** The customer, for those who may look after their means of payment; somebody else's is not there. */
async function customerFor(ctx: ServiceContext, id: CustomerId, scope: Scope): Promise<ServiceResult<Customer>> {
  const denied = lacking(ctx, scope);
  if (denied !== null) return denied;
  const { role, name, customerId } = ctx.principal;
  const unknown = refuse("not_found", `There is no customer ${id}.`);
  if (role === "customer" && customerId !== id) return unknown;
  if (role !== "customer" && !FOR_OTHERS.has(role))
    return refuse("forbidden", `${name} has nothing to do with means of payment.`);
  const customer = await findCustomer(openOps(ctx.env.OPS), id);
  return customer === null ? unknown : { ok: true, value: customer };
}

/** The provider's customer for ours, made the first time. */
async function providerCustomer(
  ctx: ServiceContext,
  desk: SavedMethods,
  { id, contact }: Customer,
): Promise<ServiceResult<string>> {
  const ops = openOps(ctx.env.OPS);
  const known = await findPaymentCustomer(ops, id, desk.provider);
  if (known !== null) return { ok: true, value: known };
  const { name, email } = contact;
  const made = await desk.createCustomer({ id, name, ...(email !== undefined && { email }) }, `customer:${id}`);
  if (made.outcome !== "done") return unavailable(made);
  await keepPaymentCustomer(ops, {
    customerId: id,
    provider: desk.provider,
    reference: made.value,
    createdAt: ctx.now,
  });
  // Of two who made one at the same time the first was kept.
  return { ok: true, value: (await findPaymentCustomer(ops, id, desk.provider)) ?? made.value };
}

function describeMethod(method: SavedMethod): SavedMethodAnswer {
  if ("account" in method)
    return { id: method.id, brand: "paypal", ...(method.account !== null && { account: method.account }) };
  const { id, brand, last4, expiresMonth, expiresYear } = method;
  return { id, brand, last4, expires: `${expiresYear}-${String(expiresMonth).padStart(2, "0")}` };
}

function refusedOr(shortfall: ProviderShortfall, pointer: string): ReturnType<typeof refuse> {
  if (shortfall.outcome === "unknown" || shortfall.retryAfterMs !== undefined) return unavailable(shortfall);
  return refuse("payment_method_refused", `The means of payment can't be saved (${shortfall.code}).`, {
    errors: [{ pointer, detail: "must be a means of payment that its bank lets be saved: try another" }],
  });
}

function unavailable(shortfall: ProviderShortfall): ReturnType<typeof refuse> {
  return refuse("temporarily_unavailable", `The payment provider does not answer as it should: ${shortfall.message}.`);
}
