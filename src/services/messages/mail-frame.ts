import type { Address } from "../../domain/catalog.ts";
import type { Language } from "../../domain/language.ts";
import type { Order } from "../../domain/order/order.ts";
import { money } from "./common-variables.ts";

/** What a mail shows of an order around its words, as text. */
export interface MailFrame {
  number: string;
  address: string;
  lines: { quantity: number; name: string; amount: string }[];
  /** Shipping, tax and discounts. */
  rest: string;
  total: string;
}

/** The frame of an order's mails. */
export function frameOf(
  { number, address, lines, totals, currency }: Pick<Order, "number" | "address" | "lines" | "totals" | "currency">,
  language: Language,
): MailFrame {
  const amount = (minor: number) => money({ amount: minor, currency }, language);
  return {
    number,
    address: addressLine(address),
    lines: lines.map(({ quantity, name, net }) => ({ quantity, name, amount: amount(net) })),
    rest: amount(totals.total - totals.subtotal),
    total: amount(totals.total),
  };
}

/** The frame of a preview that is nobody's order. */
export function sampleFrame(language: Language): MailFrame {
  const amount = (minor: number) => money({ amount: minor, currency: "EUR" }, language);
  return {
    number: "HF-7K2M9",
    address: "Friedrichstraße 43, 10117 Berlin, DE",
    lines: [
      { quantity: 2, name: "Enamel mug", amount: amount(2400) },
      { quantity: 1, name: "Tea towel", amount: amount(1800) },
    ],
    rest: amount(1790),
    total: amount(5990),
  };
}

function addressLine({ line1, line2, postalCode, city, region, country }: Address): string {
  return [line1, line2, [postalCode, city].filter(Boolean).join(" "), region, country].filter(Boolean).join(", ");
}
