import type { HistoryEntry } from "../../../../../src/contracts/orders.ts";
import { count, money } from "../../../ui/numbers.ts";
import { humanize } from "../../../ui/states.ts";
import { calendarDay } from "../../../ui/moments.ts";
import type { OrderWords } from "./order-words.ts";

type Change = HistoryEntry["changes"][number];

const NAMES: Readonly<Record<Exclude<Change["what"], "quantity">, string>> = {
  name: "Name",
  email: "E-mail",
  phone: "Telephone",
  address: "Address",
  shipping_method: "Shipping by",
  shipping: "Shipping",
  tax: "Tax",
  discount: "Discount",
  total: "Total",
  estimated_delivery: "Expected",
};

/** What changed, from what to what. */
export function changeWords(change: Change, words: OrderWords): { what: string; before: string; after: string } {
  const { what, line } = change;
  return {
    what: what === "quantity" ? `Quantity of ${words.line(line ?? 0)}` : NAMES[what],
    before: valueWords(what, change.before),
    after: valueWords(what, change.after),
  };
}

function valueWords(what: Change["what"], value: Change["before"]): string {
  if (value === null) return what === "estimated_delivery" ? "no date" : "none";
  if (typeof value === "number") return count(value);
  if (typeof value === "object") return money(value.amount, value.currency);
  if (what === "estimated_delivery") return calendarDay(value);
  return what === "shipping_method" ? humanize(value) : value;
}
