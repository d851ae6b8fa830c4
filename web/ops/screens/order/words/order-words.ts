import type { PaymentTaker } from "../../../../../src/domain/order/payment-provider.ts";
import type { IconName } from "../../../ui/icons.tsx";
import { count, money } from "../../../ui/numbers.ts";
import { humanize, type Tone } from "../../../ui/states.ts";
import type { HeldUnits } from "./held-units.ts";

/** What is said of an event or an effect: a title to find it by, and the rest of the sentence. */
export interface Telling {
  icon: IconName;
  tone: Tone;
  title: string;
  said: string;
}

/** Units as events and effects name them: by line, by SKU, or by both. */
export interface NamedUnits {
  line?: number;
  sku?: string;
  quantity: number;
}

/** What of an order its words need. */
export interface NamedOrder {
  currency: string;
  lines: readonly { number: number; name: string; sku: string }[];
  payments: readonly { number: number; provider: string }[];
  shipments: readonly { shipmentId: string; warehouseId: string }[];
}

/** How the things of one order are called. */
export interface OrderWords {
  /** Minor units of the order's currency. */
  money: (amount: number) => string;
  line: (number: number) => string;
  /** `2 × Lantern, 1 × Wick`; the first few, and how many more. */
  units: (units: readonly NamedUnits[]) => string;
  warehouse: (id: string) => string;
  /** `shipment 2 (Berlin)`. */
  shipment: (id: string) => string;
  /** `payment 2 (PayPal)`; where the order has one payment alone, its provider. */
  payment: (number: number) => string;
  /** What these reservations held, and where: `2 × Lantern in Berlin`. */
  reserved: (ids: readonly string[], held: HeldUnits) => string;
}

const PROVIDERS: Readonly<Record<PaymentTaker, string>> = {
  stripe: "Stripe",
  paypal: "PayPal",
  invoice: "invoice",
  external: "the marketplace",
  exchange: "credit of an exchange",
};

export function providerName(provider: string): string {
  return (PROVIDERS as Readonly<Record<string, string>>)[provider] ?? humanize(provider);
}

const NAMED_AT_MOST = 3;

/** The first few, and how many more there are. */
export function listed(parts: readonly string[]): string {
  const more = parts.length - NAMED_AT_MOST;
  return more > 0 ? `${parts.slice(0, NAMED_AT_MOST).join(", ")} and ${more} more` : parts.join(", ");
}

/** The number that an id of a shipment or return ends with. */
export function numberOfId(id: string): string {
  return id.split("-").at(-1) ?? id;
}

/** The words of this order; `cityOf` knows the warehouses, and null those that are not known (yet). */
export function orderWords(order: NamedOrder, cityOf: (warehouseId: string) => string | null): OrderWords {
  const names = new Map(order.lines.map(({ number, name }) => [number, name]));
  const warehouse = (id: string): string => cityOf(id) ?? humanize(id);
  const nameOf = ({ line, sku }: NamedUnits): string =>
    names.get(line ?? order.lines.find((one) => one.sku === sku)?.number ?? 0) ?? sku ?? `line ${line ?? "?"}`;
  const units = (all: readonly NamedUnits[]): string =>
    listed(all.map((some) => `${count(some.quantity)} × ${nameOf(some)}`));
  return {
    money: (amount) => money(amount, order.currency),
    line: (number) => names.get(number) ?? `line ${number}`,
    units,
    warehouse,
    shipment(id) {
      const found = order.shipments.find(({ shipmentId }) => shipmentId === id);
      return `shipment ${numberOfId(id)}${found === undefined ? "" : ` (${warehouse(found.warehouseId)})`}`;
    },
    payment(number) {
      const provider = order.payments.find((payment) => payment.number === number)?.provider;
      const name = provider === undefined ? "" : providerName(provider);
      if (name === "") return `payment ${number}`;
      return order.payments.length === 1 ? name : `payment ${number} (${name})`;
    },
    reserved(ids, held) {
      const some = ids.flatMap((id) => held.get(id) ?? []);
      return unitsByWarehouse(some, units, warehouse);
    },
  };
}

/** `2 × Lantern in Berlin; 1 × Lantern in Paris`. */
export function unitsByWarehouse(
  held: readonly (NamedUnits & { warehouseId: string })[],
  units: OrderWords["units"],
  warehouse: OrderWords["warehouse"],
): string {
  return [...Map.groupBy(held, ({ warehouseId }) => warehouseId)]
    .map(([id, some]) => `${units(some)} in ${warehouse(id)}`)
    .join("; ");
}
