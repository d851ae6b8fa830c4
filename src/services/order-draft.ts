import type { PlaceOrderInput } from "../contracts/orders.ts";
import { type FieldProblem, refuse, type ServiceResult } from "../contracts/problem.ts";
import { findCustomer } from "../db/ops/people.ts";
import { openOps } from "../db/ops/database.ts";
import { type AddressProblem, checkContact, type GivenAddress, readAddress } from "../domain/address.ts";
import type { Address, Contact, Customer } from "../domain/catalog.ts";
import type { Coordinates } from "../domain/geography.ts";
import type { CustomerId, ReservationId, Sku } from "../domain/ids.ts";
import { CHANNELS, type Channel } from "../domain/order/order.ts";
import { locate, pointOf } from "../domain/places.ts";
import type { Env } from "../platform/env.ts";
import type { Catalog } from "./catalog.ts";
import type { ServiceContext } from "./context.ts";
import { meansOfPayment } from "./payment-methods.ts";

/** An order as either form says it, completed from the customer or the channel's default profile. */
export interface OrderDraft {
  channel: Channel;
  customerId: CustomerId | null;
  contact: Contact;
  address: Address;
  location: Coordinates;
  shippingMethod: string;
  paymentMethod: string;
  currency: string;
  discounts: { amount: number; reason: string }[];
  lines: DraftLine[];
}

export interface DraftLine {
  sku: Sku;
  quantity: number;
  /** A hold made before, which this line uses. */
  reservationId: ReservationId | null;
  /** Where in the caller's body the line stands. */
  pointer: string;
}

/** How long a customer's data may be served from the isolate: only default profiles and returning customers are. */
const CUSTOMER_FRESH_MS = 60_000;
const MOST_CUSTOMERS = 500;
const customers = new Map<CustomerId, { customer: Customer; loadedAt: number }>();

/** Who may speak for other customers and other channels than their own. */
const SPEAKS_FOR_OTHERS = new Set(["csr", "manager", "admin"]);

/** Completes and checks what the caller sent. Refuses with a pointer to each bad field; asks no level and writes nothing. */
export async function draftOrder(
  ctx: ServiceContext,
  catalog: Catalog,
  input: PlaceOrderInput,
): Promise<ServiceResult<OrderDraft>> {
  return input.form === "short" ? draftShort(ctx, catalog, input) : draftFull(ctx, input);
}

async function draftFull(
  ctx: ServiceContext,
  input: Extract<PlaceOrderInput, { form: "full" }>,
): Promise<ServiceResult<OrderDraft>> {
  const { principal } = ctx;
  const speaksForOthers = SPEAKS_FOR_OTHERS.has(principal.role) || principal.role === "storefront";
  if (input.channel !== undefined && input.channel !== principal.channel && !SPEAKS_FOR_OTHERS.has(principal.role))
    return refuse("forbidden", `${principal.name} places orders of the channel ${principal.channel} only.`);
  if (input.discounts && input.discounts.length > 0 && !SPEAKS_FOR_OTHERS.has(principal.role))
    return refuse("forbidden", "Only customer service may give discounts.", {
      errors: [{ pointer: "/discounts", detail: "must be left out" }],
    });
  const askedFor = (input.customer?.id ?? null) as CustomerId | null;
  if (askedFor !== null && askedFor !== principal.customerId && !speaksForOthers)
    return refuse("forbidden", "A customer places orders for themselves only.");
  const customerId = principal.role === "customer" ? (principal.customerId as CustomerId | null) : askedFor;
  const customer = customerId === null ? null : await customerOf(ctx.env, customerId, ctx.now);
  if (customerId !== null && customer === null)
    return refuse("invalid_request", `There is no customer ${customerId}.`, {
      errors: [{ pointer: "/customer/id", detail: "must be a customer that is known here" }],
    });
  const contact = contactOf(input.customer, customer);
  const read = addressOf(input.address);
  const errors = [...contactProblems(contact, input.address.country), ...(read.ok ? [] : read.errors)];
  if (!read.ok || errors.length > 0) return incomplete(errors);
  const { address } = read;
  const location = input.location ?? pointOf(address);
  const channel = input.channel ?? channelOf(principal.channel);
  const paymentMethod = await meansOfPayment(ctx, { customerId, channel }, input.paymentMethod);
  if (!paymentMethod.ok) return paymentMethod;
  return {
    ok: true,
    value: {
      channel,
      customerId,
      contact,
      address,
      location,
      shippingMethod: input.shippingMethod,
      paymentMethod: paymentMethod.value,
      currency: input.currency,
      discounts: input.discounts ?? [],
      lines: sumBySku(input.lines),
    },
  };
}

/**
 * The short form: who it is for and what pays comes from the caller's customer, else from the channel's default
 * profile; the location given only ranks the warehouses.
 */
async function draftShort(
  ctx: ServiceContext,
  catalog: Catalog,
  input: Extract<PlaceOrderInput, { form: "short" }>,
): Promise<ServiceResult<OrderDraft>> {
  const channel = channelOf(ctx.principal.channel);
  const profile = catalog.channels.get(channel)?.defaultProfile ?? null;
  const customerId = (ctx.principal.customerId as CustomerId | null) ?? profile?.customerId ?? null;
  const customer = customerId === null ? null : await customerOf(ctx.env, customerId, ctx.now);
  if (customer === null || customerId === null)
    return refuse(
      "profile_incomplete",
      `The channel ${channel} has no default profile: use the full form, with customer, address and paymentMethod.`,
    );
  // The profile's means of payment are those of its own customer: nobody else's order is charged to them.
  const ofProfile = customerId === profile?.customerId ? profile.paymentMethod : undefined;
  const paymentMethod = customer.paymentMethod ?? ofProfile;
  if (paymentMethod === undefined)
    return refuse(
      "profile_incomplete",
      `Customer ${customerId} has no means of payment that orders are paid with: use the full form, with paymentMethod.`,
    );
  const read = addressOf(customer.address);
  if (!read.ok) {
    const wrong = read.errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join("; ");
    return refuse(
      "profile_incomplete",
      `The address of customer ${customerId} is not complete (${wrong}): change the customer, or use the full form.`,
    );
  }
  const located = locate(input.customerLocation);
  const location = located?.location ?? ctx.edgeLocation;
  if (!location)
    return refuse("invalid_request", "Nobody knows where that is.", {
      errors: [
        {
          pointer: "/customerLocation",
          detail: "must be coordinates, a postal address with its country, or the name of a place",
        },
      ],
    });
  const currency = catalog.products.get(input.productId)?.currency ?? "EUR";
  return {
    ok: true,
    value: {
      channel,
      customerId,
      contact: customer.contact,
      address: read.address,
      location,
      shippingMethod: defaultMethod(catalog, currency),
      paymentMethod,
      currency,
      discounts: [],
      lines: [{ sku: input.productId, quantity: input.quantity, reservationId: null, pointer: "" }],
    },
  };
}

/** The method an order in this currency that names none is sent by: the plain one, else that of the cheapest base price. */
function defaultMethod(catalog: Catalog, currency: string): string {
  const plain = catalog.shippingMethods.get("standard");
  if (plain?.currency === currency) return plain.id;
  const priced = [...catalog.shippingMethods.values()].filter((method) => method.currency === currency);
  const [cheapest] = priced.sort((a, b) => a.base - b.base);
  return cheapest?.id ?? "standard";
}

function channelOf(text: string): Channel {
  return CHANNELS.find((channel) => channel === text) ?? "storefront";
}

async function customerOf(env: Env, id: CustomerId, now: number): Promise<Customer | null> {
  const known = customers.get(id);
  if (known && now - known.loadedAt < CUSTOMER_FRESH_MS) return known.customer;
  try {
    const customer = await findCustomer(openOps(env.OPS), id);
    if (customer === null) return null;
    if (customers.size >= MOST_CUSTOMERS) customers.clear();
    customers.set(id, { customer, loadedAt: now });
    return customer;
  } catch (error) {
    // OPS away: what was known a while ago serves the order path.
    if (known) return known.customer;
    throw error;
  }
}

/** Has this isolate's next order read the customer anew: it has changed them. */
export function forgetCustomer(id: CustomerId): void {
  customers.delete(id);
}

function contactOf(
  given: { name?: string | undefined; email?: string | undefined; phone?: string | undefined } | undefined,
  customer: Customer | null,
): Contact {
  const email = given?.email ?? customer?.contact.email;
  const phone = given?.phone ?? customer?.contact.phone;
  return {
    name: given?.name ?? customer?.contact.name ?? "",
    ...(email !== undefined && { email }),
    ...(phone !== undefined && { phone }),
  };
}

/** What is wrong with the contact, as pointers into a body that has it at `at`. */
export function contactProblems(contact: Contact, country: string, at = "/customer"): FieldProblem[] {
  return checkContact(contact, country).map(({ field, problem, detail }) => ({
    pointer: `${at}/${field}`,
    detail: sentence(problem, detail),
  }));
}

/** The address as it is kept, or what is wrong with it, as pointers into a body that has it at `/address`. */
export function addressOf(given: GivenAddress): { ok: true; address: Address } | { ok: false; errors: FieldProblem[] } {
  const read = readAddress(given);
  if (read.ok) return read;
  const errors = read.problems.map(({ field, problem, detail }) => ({
    pointer: `/address/${field}`,
    detail: sentence(problem, detail),
  }));
  return { ok: false, errors };
}

/** The refusal of a form whose contact or address is not right. */
export function incomplete(errors: FieldProblem[]): ReturnType<typeof refuse> {
  return refuse("address_invalid", "The contact or the address is not complete.", { errors });
}

function sentence(problem: AddressProblem["problem"], detail: string): string {
  switch (problem) {
    case "missing":
      return `is missing: ${detail}`;
    case "malformed":
      return `is not right: ${detail}`;
    case "too_long":
      return `is too long: ${detail}`;
  }
}

/** Lines of the same SKU become one, except those that bring a reservation of their own. */
export function sumBySku(
  lines: readonly { sku: Sku; quantity: number; reservationId?: string | undefined }[],
): DraftLine[] {
  const summed: DraftLine[] = [];
  for (const [index, { sku, quantity, reservationId }] of lines.entries()) {
    const same =
      reservationId === undefined ? summed.find((line) => line.sku === sku && line.reservationId === null) : undefined;
    if (same) same.quantity += quantity;
    else
      summed.push({
        sku,
        quantity,
        reservationId: (reservationId ?? null) as ReservationId | null,
        pointer: `/lines/${index}`,
      });
  }
  return summed;
}
