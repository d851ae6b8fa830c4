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
import { isChargedUnasked, providerOf } from "../domain/order/payment-provider.ts";
import { savedMeans } from "../domain/order/saved-method.ts";
import type { ProviderShortfall } from "../providers/outcome.ts";
import type { SavedCard, SavedCards } from "../providers/saved-methods.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { savedCardsOf } from "./payment-records.ts";

/** Who may look after another's means of payment. */
const FOR_OTHERS = new Set(["csr", "manager", "admin", "storefront"]);

/** What the customer may be charged by while they are away. */
export async function listPaymentMethods(
  ctx: ServiceContext,
  customerId: CustomerId,
): Promise<ServiceResult<SavedMethodAnswer[]>> {
  const customer = await customerFor(ctx, customerId, "orders:read");
  if (!customer.ok) return customer;
  const cards = savedCardsOf(ctx.env, ctx.defer);
  const reference = await findPaymentCustomer(openOps(ctx.env.OPS), customerId, cards.provider);
  if (reference === null) return { ok: true, value: [] };
  const listed = await cards.list(reference);
  return listed.outcome === "done" ? { ok: true, value: listed.value.map(describeCard) } : unavailable(listed);
}

/**
 * Saves what the token stands for at the payment provider, so that it can be charged while the customer is away.
 * Under one `key` it is saved once.
 */
export async function savePaymentMethod(
  ctx: ServiceContext,
  customerId: CustomerId,
  token: string,
  key: string,
): Promise<ServiceResult<SaveAnswer>> {
  const customer = await customerFor(ctx, customerId, "orders:write");
  if (!customer.ok) return customer;
  const cards = savedCardsOf(ctx.env, ctx.defer);
  const reference = await providerCustomer(ctx, cards, customer.value);
  if (!reference.ok) return reference;
  const back = `${ctx.env.PUBLIC_URL}/payment-return`;
  const saved = await cards.save(reference.value, token, back, `save:${ctx.principal.id}:${key}`);
  if (saved.outcome !== "done") return refusedOr(saved, "/paymentMethod/token");
  return {
    ok: true,
    value: saved.value.status === "ready" ? { status: "ready", ...describeCard(saved.value.card) } : saved.value,
  };
}

/** Forgets a saved means of payment of this customer. */
export async function removePaymentMethod(
  ctx: ServiceContext,
  customerId: CustomerId,
  id: string,
): Promise<ServiceResult<null>> {
  const customer = await customerFor(ctx, customerId, "orders:write");
  if (!customer.ok) return customer;
  const cards = savedCardsOf(ctx.env, ctx.defer);
  const found = await findSaved(ctx, cards, customerId, id);
  if (!found.ok) return found;
  if (found.value === null) return refuse("not_found", `The customer has saved no means of payment ${id}.`);
  const removed = await cards.remove(id, `remove:${id}`);
  return removed.outcome === "done" ? { ok: true, value: null } : unavailable(removed);
}

/**
 * What an order is paid by, from either form: the token as it is, or the customer's saved means, which is charged while
 * they are away. Refuses what this customer has not saved, a saved PayPal account named by a customer, an invoice to
 * whom none is sent, and money that is said to be paid elsewhere where no marketplace has taken it.
 */
export async function meansOfPayment(
  ctx: ServiceContext,
  { customerId, channel }: { customerId: CustomerId | null; channel: Channel },
  form: PaymentMethodForm,
): Promise<ServiceResult<string>> {
  if ("token" in form) {
    const provider = providerOf(form.token);
    // PayPal charges such an account for whoever names it: a shop knows whose it is, a customer could name any.
    if (isChargedUnasked(form.token) && ctx.principal.role === "customer")
      return notTaken("A customer approves at PayPal.", "must be paypal, where the customer approves the payment");
    if (provider === "invoice" && !(await mayBeInvoiced(ctx, customerId)))
      return notTaken("This customer can't pay by invoice.", "must be another means of payment than an invoice");
    if (provider === "external" && !MARKETPLACES.has(channel))
      return notTaken(`Nobody else takes the money of the channel ${channel}.`, "must be what the customer pays us by");
    return { ok: true, value: form.token };
  }
  const none = refuse("payment_method_refused", "The customer has saved no such means of payment.", {
    errors: [{ pointer: "/paymentMethod/saved", detail: "must be one of the customer's saved means of payment" }],
  });
  if (customerId === null) return none;
  const found = await findSaved(ctx, savedCardsOf(ctx.env, ctx.defer), customerId, form.saved);
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

async function findSaved(
  ctx: ServiceContext,
  cards: SavedCards,
  customerId: CustomerId,
  id: string,
): Promise<ServiceResult<{ customer: string; method: string } | null>> {
  const customer = await findPaymentCustomer(openOps(ctx.env.OPS), customerId, cards.provider);
  if (customer === null) return { ok: true, value: null };
  const found = await cards.find(customer, id);
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
  cards: SavedCards,
  { id, contact }: Customer,
): Promise<ServiceResult<string>> {
  const ops = openOps(ctx.env.OPS);
  const known = await findPaymentCustomer(ops, id, cards.provider);
  if (known !== null) return { ok: true, value: known };
  const { name, email } = contact;
  const made = await cards.createCustomer({ id, name, ...(email !== undefined && { email }) }, `customer:${id}`);
  if (made.outcome !== "done") return unavailable(made);
  await keepPaymentCustomer(ops, {
    customerId: id,
    provider: cards.provider,
    reference: made.value,
    createdAt: ctx.now,
  });
  // Of two who made one at the same time the first was kept.
  return { ok: true, value: (await findPaymentCustomer(ops, id, cards.provider)) ?? made.value };
}

function describeCard({ id, brand, last4, expiresMonth, expiresYear }: SavedCard): SavedMethodAnswer {
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
