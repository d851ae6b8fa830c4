import type { HistoryEntry } from "../contracts/orders.ts";
import type { Address } from "../domain/catalog.ts";
import type { Order } from "../domain/order/order.ts";

type Change = HistoryEntry["changes"][number];

/** What one event changed of what was ordered, for whom, where to and at what price; nothing for the first event. */
export function describeChanges(before: Order | null, after: Order): Change[] {
  if (before === null) return [];
  const money = (amount: number) => ({ amount, currency: after.currency });
  const pairs: [Change["what"], Change["before"], Change["after"]][] = [
    ["name", before.contact.name, after.contact.name],
    ["email", before.contact.email ?? null, after.contact.email ?? null],
    ["phone", before.contact.phone ?? null, after.contact.phone ?? null],
    ["address", oneLine(before.address), oneLine(after.address)],
    ["shipping_method", before.shippingMethod, after.shippingMethod],
  ];
  const amounts = (["shipping", "tax", "discount", "total"] as const).flatMap((what): Change[] =>
    before.totals[what] === after.totals[what]
      ? []
      : [{ what, line: null, before: money(before.totals[what]), after: money(after.totals[what]) }],
  );
  return [
    ...pairs
      .filter(([, was, is]) => was !== is)
      .map(([what, was, is]) => ({ what, line: null, before: was, after: is })),
    ...quantities(before, after),
    ...amounts,
    ...(before.estimatedDelivery === after.estimatedDelivery
      ? []
      : [
          {
            what: "estimated_delivery" as const,
            line: null,
            before: before.estimatedDelivery,
            after: after.estimatedDelivery,
          },
        ]),
  ];
}

function quantities(before: Order, after: Order): Change[] {
  return after.lines.flatMap(({ number, quantity }): Change[] => {
    const was = before.lines.find((line) => line.number === number)?.quantity ?? 0;
    return was === quantity ? [] : [{ what: "quantity", line: number, before: was, after: quantity }];
  });
}

function oneLine({ line1, line2, postalCode, city, region, country }: Address): string {
  return [line1, line2, [postalCode, city].filter(Boolean).join(" "), region, country].filter(Boolean).join(", ");
}
