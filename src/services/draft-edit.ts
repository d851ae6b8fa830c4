import { MAX_LINES } from "../contracts/place-order.ts";
import { type FieldProblem, refuse, type ServiceResult } from "../contracts/problem.ts";
import type { AddItemsForm, EditOrderForm } from "../contracts/edit-order.ts";
import type { Address, Contact } from "../domain/catalog.ts";
import type { Coordinates } from "../domain/geography.ts";
import type { Order, OrderLine } from "../domain/order/order.ts";
import { pointOf } from "../domain/places.ts";
import type { Sku } from "../domain/ids.ts";
import type { Catalog } from "./catalog.ts";
import { addressOf, contactProblems, incomplete, sumBySku } from "./order-draft.ts";

/** A line as it is wanted; `before` is what the order has of it, null for a line that is new. */
export interface WantedLine {
  number: number;
  sku: Sku;
  quantity: number;
  before: OrderLine | null;
  /** Where in the caller's body it stands. */
  pointer: string;
}

/** An edit as it was asked for, complete and checked, without price and stock. */
export interface EditDraft {
  contact: Contact;
  address: Address;
  location: Coordinates | null;
  shippingMethod: string;
  /** Every line of the order; null where nothing changes that has a price. */
  lines: WantedLine[] | null;
}

/** Completes an edit from the order. Refuses with a pointer to each bad field; asks no level. */
export function draftEdit(order: Order, form: EditOrderForm): ServiceResult<EditDraft> {
  const contact = form.contact ? contactOf(form.contact) : order.contact;
  const read = form.address ? addressOf(form.address) : { ok: true as const, address: order.address };
  const country = form.address?.country ?? order.address.country;
  const errors = [
    ...(form.contact ? contactProblems(contact, country, "/contact") : []),
    ...(read.ok ? [] : read.errors),
  ];
  if (!read.ok || errors.length > 0) return incomplete(errors);
  const { address } = read;
  const location = form.location ?? (form.address ? pointOf(address) : order.location);
  const isPriced = form.address || form.location || form.shippingMethod !== undefined || form.lines;
  const shippingMethod = form.shippingMethod ?? order.shippingMethod;
  if (!isPriced) return { ok: true, value: { contact, address, location, shippingMethod, lines: null } };
  const unknown = (form.lines ?? []).flatMap(({ line }, index) => lineProblem(order, form.lines ?? [], line, index));
  if (unknown.length > 0)
    return refuse("invalid_request", "The lines named are not those of the order, or are named twice.", {
      errors: unknown,
    });
  const lines = order.lines.map((before): WantedLine => {
    const index = (form.lines ?? []).findIndex(({ line }) => line === before.number);
    return {
      number: before.number,
      sku: before.sku,
      quantity: form.lines?.[index]?.quantity ?? before.quantity,
      before,
      pointer: index < 0 ? "/lines" : `/lines/${index}`,
    };
  });
  return { ok: true, value: { contact, address, location, shippingMethod, lines } };
}

/**
 * Adds items to what the order has: to the line that sells the SKU at today's price, else as a line of their own, so
 * that what was bought before keeps its price.
 */
export function draftItems(catalog: Catalog, order: Order, form: AddItemsForm): ServiceResult<EditDraft> {
  const items = sumBySku(form.items).map((item) => ({ ...item, pointer: item.pointer.replace("/lines", "/items") }));
  const lines = order.lines.map((before): WantedLine => ({
    number: before.number,
    sku: before.sku,
    quantity: before.quantity,
    before,
    pointer: "/items",
  }));
  for (const { sku, quantity, pointer } of items) {
    const price = catalog.products.get(sku)?.price;
    const same = lines.find((line) => line.sku === sku && line.before !== null && line.before.unitPrice === price);
    if (same) Object.assign(same, { quantity: same.quantity + quantity, pointer });
    else lines.push({ number: lines.length + 1, sku, quantity, before: null, pointer });
  }
  if (lines.length > MAX_LINES)
    return refuse("invalid_request", `An order has at most ${MAX_LINES} lines.`, {
      errors: [{ pointer: "/items", detail: `must not make more than ${MAX_LINES} lines of the order` }],
    });
  const { contact, address, location, shippingMethod } = order;
  return { ok: true, value: { contact, address, location, shippingMethod, lines } };
}

/** What keeps a line from being named: the order has none of this number, or it was named before. */
export function lineProblem(
  order: Pick<Order, "lines">,
  named: readonly { line: number }[],
  line: number,
  index: number,
): FieldProblem[] {
  const pointer = `/lines/${index}/line`;
  if (!order.lines.some(({ number }) => number === line)) {
    const numbers = order.lines.map(({ number }) => number).join(", ");
    return [{ pointer, detail: `must be a line of the order: ${numbers}` }];
  }
  return named.findIndex((other) => other.line === line) === index
    ? []
    : [{ pointer, detail: "must be named once: put its units together" }];
}

function contactOf({ name, email, phone }: NonNullable<EditOrderForm["contact"]>): Contact {
  return { name, ...(email !== undefined && { email }), ...(phone !== undefined && { phone }) };
}
