import type { HistoryEntry } from "../../../../../src/contracts/orders.ts";
import { count, money } from "../../../ui/numbers.ts";
import { humanize } from "../../../ui/states.ts";
import { calendarDay } from "../../../ui/moments.ts";
import type { OrderWords } from "./order-words.ts";

/** What a person looks for when an order is changed; all else of `changes` only follows, and is in the sentences. */
const NAMES: Readonly<Record<string, string>> = {
  "contact/name": "Name",
  "contact/email": "E-mail",
  "contact/phone": "Telephone",
  "address/line1": "Street",
  "address/line2": "Address, second line",
  "address/postalCode": "Postcode",
  "address/city": "City",
  "address/region": "Region",
  "address/country": "Country",
  shippingMethod: "Shipping by",
  "totals/shipping": "Shipping",
  "totals/discount": "Discount",
  "totals/total": "Total",
  estimatedDelivery: "Expected",
};

/** A field in words, from what to what. */
interface ChangeWords {
  field: string;
  what: string;
  before: string;
  after: string;
}

/** What changed of what was ordered, for whom, where to and at what price. */
export function changeWords(changes: HistoryEntry["changes"], words: OrderWords): ChangeWords[] {
  return changes.flatMap(({ field, before, after }) => {
    const line = /^lines\/(\d+)\/quantity$/.exec(field)?.[1];
    const what = line === undefined ? NAMES[field] : `Quantity of ${words.line(Number(line))}`;
    return what === undefined
      ? []
      : [{ field, what, before: valueWords(field, before), after: valueWords(field, after) }];
  });
}

function valueWords(field: string, value: unknown): string {
  if (typeof value === "number") return count(value);
  if (isMoney(value)) return money(value.amount, value.currency);
  if (typeof value !== "string") return field === "estimatedDelivery" ? "no date" : "none";
  if (field === "estimatedDelivery") return calendarDay(value);
  return field === "shippingMethod" ? humanize(value) : value;
}

function isMoney(value: unknown): value is { amount: number; currency: string } {
  return typeof value === "object" && value !== null && "amount" in value && "currency" in value;
}
