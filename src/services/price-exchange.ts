import type { ServiceResult } from "../contracts/problem.ts";
import type { Sku } from "../domain/ids.ts";
import type { MinorUnits } from "../domain/money.ts";
import { exchangePrice, keptDiscount, type WantedExchange } from "../domain/order/exchange.ts";
import type { Order } from "../domain/order/order.ts";
import { rankingPoint } from "../domain/places.ts";
import type { RequestedRefund } from "../domain/order/refund.ts";
import { sumShares } from "../domain/order/refund-share.ts";
import type { Catalog } from "./catalog.ts";
import { type OrderDraft, sumBySku } from "./order-draft.ts";
import { type PricedInput, priceInput } from "./price-order.ts";

/** An exchange as an order that can be placed. */
export interface PricedExchange {
  draft: OrderDraft;
  priced: PricedInput;
}

/**
 * The order in exchange: same customer, address and shipping as the one that the units come back from. Goods of the same
 * kind cost what they did; the rest has today's prices, and a share of the discount that was given. `refund` is what the
 * returned units give a right to, and `credit` what of it pays for the exchange. Pointers name `/exchange/lines`.
 */
export function priceExchange(
  catalog: Catalog,
  order: Order,
  wanted: WantedExchange,
  { refund, credit }: { refund: Pick<RequestedRefund, "lines" | "withheld">; credit: MinorUnits },
): ServiceResult<PricedExchange> {
  const { address, shippingMethod, currency, channel, customerId, contact } = order;
  const location = rankingPoint(order);
  const lines = sumBySku(wanted.lines).map((line) => ({ ...line, pointer: `/exchange${line.pointer}` }));
  const input = {
    lines: lines.map((line) => ({ ...line, ...priceBefore(order, refund, line) })),
    address,
    location,
    shippingMethod,
    currency,
  };
  const plain = priceInput(catalog, { ...input, discounts: [] });
  if (!plain.ok) return plain;
  const back = sumShares(refund.lines.map(({ share }) => share));
  const kept = keptDiscount(back, plain.value.price.subtotal);
  const discounts = kept > 0 ? [{ amount: kept, reason: "exchange: as for the goods that came back" }] : [];
  const full = kept > 0 ? priceInput(catalog, { ...input, discounts }) : plain;
  if (!full.ok) return full;
  const keptShipping = refund.withheld.shipping;
  const final = exchangePrice(full.value.price, discounts, { back, keptShipping, credit });
  const draft = {
    channel,
    customerId,
    contact,
    address,
    location,
    shippingMethod,
    currency,
    paymentMethod: wanted.method ?? order.paymentMethod,
    discounts: final.discounts,
    lines,
  };
  return { ok: true, value: { draft, priced: { ...full.value, price: final.price } } };
}

/** What a SKU cost that comes back, for no more units than come back. */
function priceBefore(
  { lines }: Order,
  refund: Pick<RequestedRefund, "lines">,
  wanted: { sku: Sku; quantity: number },
): { unitPrice?: MinorUnits } {
  const same = lines.filter(({ sku }) => sku === wanted.sku);
  const numbers = new Set(same.map(({ number }) => number));
  const units = refund.lines.filter(({ line }) => numbers.has(line)).reduce((sum, { quantity }) => sum + quantity, 0);
  const first = same.find(({ number }) => refund.lines.some(({ line }) => line === number));
  return first && wanted.quantity <= units ? { unitPrice: first.unitPrice } : {};
}
