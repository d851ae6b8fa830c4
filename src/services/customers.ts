import type { CustomerAnswer, CustomerForm } from "../contracts/customers.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { Scope } from "../contracts/principal.ts";
import {
  addCustomer,
  type CustomerRow,
  type CustomerValues,
  findCustomerRow,
  listCustomerRows,
  replaceCustomerRow,
} from "../db/ops/customers.ts";
import { openOps } from "../db/ops/database.ts";
import type { Contact } from "../domain/catalog.ts";
import type { CustomerId } from "../domain/ids.ts";
import { auditEntry, sealAudit } from "./audit.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { onceInOps } from "./once-in-ops.ts";
import { addressOf, contactProblems, forgetCustomer, incomplete } from "./order-draft.ts";
import { moveOptOuts } from "./unsubscribe.ts";

/**
 * The customer, for whoever may see them: a customer sees only themself, and somebody else is not there; floors and
 * storefronts have nothing to do with customers.
 */
export async function visibleCustomer(
  ctx: ServiceContext,
  id: CustomerId,
  scope: Scope,
): Promise<ServiceResult<CustomerRow>> {
  const denied = lacking(ctx, scope);
  if (denied !== null) return denied;
  const { role, customerId } = ctx.principal;
  const row = role === "customer" && customerId !== id ? null : await findCustomerRow(openOps(ctx.env.OPS), id);
  return row === null ? refuse("not_found", `There is no customer ${id}.`) : { ok: true, value: row };
}

/** A page of customers by id. A customer's own list has them alone. */
export async function listCustomers(
  ctx: ServiceContext,
  filter: { q?: string | undefined },
  page: { after: string | undefined; limit: number },
): Promise<ServiceResult<{ rows: CustomerAnswer[]; next: string | null }>> {
  const denied = lacking(ctx, "customers:read");
  if (denied !== null) return denied;
  const { role, customerId } = ctx.principal;
  if (role === "customer" && customerId === null) return { ok: true, value: { rows: [], next: null } };
  const own = role === "customer" ? (customerId as CustomerId) : undefined;
  const found = await listCustomerRows(
    openOps(ctx.env.OPS),
    { id: own, text: filter.q },
    { after: page.after, limit: page.limit + 1 },
  );
  const rows = found.slice(0, page.limit);
  return {
    ok: true,
    value: { rows: rows.map(describeCustomer), next: found.length > page.limit ? (rows.at(-1)?.id ?? null) : null },
  };
}

/** One customer. */
export async function readCustomer(ctx: ServiceContext, id: CustomerId): Promise<ServiceResult<CustomerAnswer>> {
  const found = await visibleCustomer(ctx, id, "customers:read");
  return found.ok ? { ok: true, value: describeCustomer(found.value) } : found;
}

/** Adds a customer under an id of ours. Customers don't add customers. */
export async function createCustomer(ctx: ServiceContext, form: CustomerForm): Promise<ServiceResult<CustomerAnswer>> {
  const denied = lacking(ctx, "customers:write");
  if (denied !== null) return denied;
  if (ctx.principal.role === "customer")
    return refuse("forbidden", `${ctx.principal.name} is a customer already, and adds no others.`);
  const read = valuesOf(ctx, form, null);
  if (!read.ok) return read;
  return onceInOps(
    ctx,
    (id) => readCustomer(ctx, id as CustomerId),
    () => add(ctx, read.value),
  );
}

async function add(ctx: ServiceContext, values: CustomerValues): Promise<ServiceResult<CustomerAnswer>> {
  const id = `cus_${crypto.randomUUID().replaceAll("-", "")}` as CustomerId;
  const entry = auditEntry(ctx, { action: "customer.created", subject: subjectOf(id), after: audited(values) });
  const done = ctx.deed && { deed: ctx.deed, subject: id };
  const added = await addCustomer(openOps(ctx.env.OPS), id, values, ctx.now, entry, done);
  if (added === null) throw new Error(`${id}: a random id was given twice`);
  ctx.defer(sealAudit(ctx.env));
  return { ok: true, value: describeCustomer(added) };
}

/**
 * Replaces a customer that is as the caller has read them; `expectedVersion` null replaces them as they are. Orders
 * keep the contact and address that they were placed with. What they have unsubscribed from goes with them to a new
 * address.
 */
export async function replaceCustomer(
  ctx: ServiceContext,
  id: CustomerId,
  form: CustomerForm,
  expectedVersion: number | null,
): Promise<ServiceResult<CustomerAnswer>> {
  const found = await visibleCustomer(ctx, id, "customers:write");
  if (!found.ok) return found;
  const before = found.value;
  const read = valuesOf(ctx, form, before);
  if (!read.ok) return read;
  const values = read.value;
  const entry = auditEntry(ctx, {
    action: "customer.replaced",
    subject: subjectOf(id),
    before: audited(before),
    after: { ...audited(values), changed: changedFields(before, values) },
  });
  const replaced = await replaceCustomerRow(
    openOps(ctx.env.OPS),
    id,
    values,
    expectedVersion ?? before.updatedAt,
    ctx.now,
    entry,
  );
  if (replaced === null)
    return refuse("version_stale", `Customer ${id} has changed since they were read.`, {
      extra: { currentVersion: before.updatedAt },
    });
  ctx.defer(sealAudit(ctx.env));
  forgetCustomer(id);
  await moveOptOuts(ctx.env, [
    { from: before.email, to: replaced.email },
    { from: before.phone, to: replaced.phone },
  ]);
  return { ok: true, value: describeCustomer(replaced) };
}

/** What the audit trail calls a customer. */
export function subjectOf(id: CustomerId): string {
  return `customer:${id}`;
}

/** What is kept of the form, for a customer who is like `before`. Refuses terms without the right to them. */
function valuesOf(ctx: ServiceContext, form: CustomerForm, before: CustomerRow | null): ServiceResult<CustomerValues> {
  if ((form.invoiceTermsDays ?? null) !== (before?.invoiceTermsDays ?? null)) {
    const denied = lacking(ctx, "customers:terms");
    if (denied !== null) return denied;
  }
  const read = addressOf(form.address);
  const errors = [...contactProblems(contactOf(form), form.address.country, ""), ...(read.ok ? [] : read.errors)];
  if (!read.ok || errors.length > 0) return incomplete(errors);
  const { name, email, phone, location, language, invoiceTermsDays } = form;
  return {
    ok: true,
    value: {
      name,
      email: email ?? null,
      phone: phone ?? null,
      address: read.address,
      latitude: location?.latitude ?? null,
      longitude: location?.longitude ?? null,
      language,
      invoiceTermsDays: invoiceTermsDays ?? null,
    },
  };
}

function contactOf({ name, email, phone }: CustomerForm): Contact {
  return { name, ...(email != null && { email }), ...(phone != null && { phone }) };
}

/** Of a customer what may stand in a trail for ever: who they are is erased one day, and the trail is not. */
function audited({ language, invoiceTermsDays, address }: CustomerValues) {
  return { language, invoiceTermsDays, country: address.country };
}

const FIELDS = [
  "name",
  "email",
  "phone",
  "address",
  "latitude",
  "longitude",
  "language",
  "invoiceTermsDays",
] as const satisfies readonly (keyof CustomerValues)[];

function changedFields(before: CustomerValues, after: CustomerValues): string[] {
  return FIELDS.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
}

function describeCustomer(row: CustomerRow): CustomerAnswer {
  const { id, name, email, phone, address, latitude, longitude, language, invoiceTermsDays } = row;
  return {
    customerId: id,
    name,
    email,
    phone,
    address: { ...address },
    location: latitude === null || longitude === null ? null : { latitude, longitude },
    language,
    invoiceTermsDays,
    version: row.updatedAt,
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  };
}
