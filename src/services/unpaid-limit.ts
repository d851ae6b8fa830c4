import type { HoldLimit } from "../contracts/level-rpc.ts";
import type { ServiceResult } from "../contracts/problem.ts";
import type { Contact } from "../domain/catalog.ts";
import type { CustomerId, OrderId } from "../domain/ids.ts";
import type { Channel } from "../domain/order/order.ts";
import type { Env } from "../platform/env.ts";
import { sha256Hex } from "../platform/sha256.ts";
import { audienceOf, type Reader } from "./audience.ts";
import type { Catalog } from "./catalog.ts";

/** For whom stock is held. */
interface Buying {
  orderId: OrderId;
  channel: Channel;
  customerId: CustomerId | null;
  contact: Contact;
}

/**
 * What the buyer may hold of a product at one level before they have paid; undefined where there is no limit: none is
 * configured, staff order for the customer, or a marketplace has the money already. A buyer is the customer, or else
 * the contact; where neither is known it is the order alone. Levels are told a hash.
 */
export function unpaidLimitOf(
  env: Env,
  catalog: Catalog,
  caller: Pick<Reader, "role">,
  { orderId, channel, customerId, contact }: Buying,
): HoldLimit | undefined {
  if (env.MOST_UNPAID_UNITS === undefined || audienceOf(caller) !== "buyers") return undefined;
  const settings = catalog.channels.get(channel);
  if (settings?.kind === "marketplace") return undefined;
  // The customer that a channel's short form stands for is everybody.
  const isEverybody = customerId !== null && customerId === settings?.defaultProfile?.customerId;
  const known = customerId ?? contact.email?.toLowerCase() ?? contact.phone ?? orderId;
  const who = isEverybody && caller.role !== "customer" ? orderId : known;
  return {
    buyer: sha256Hex(`${env.SIGNING_SECRET}\nbuyer\n${who}`).slice(0, 24),
    most: Number(env.MOST_UNPAID_UNITS),
  };
}

/** The refusal of lines that ask for more of a product than may be held unpaid, by whatever warehouses; null for others. */
export function refuseUnpaidLines(
  limit: HoldLimit | undefined,
  lines: readonly { sku: string; quantity: number; pointer: string }[],
): Extract<ServiceResult<never>, { ok: false }> | null {
  if (limit === undefined) return null;
  const asked = new Map<string, number>();
  const errors = lines.flatMap(({ sku, quantity, pointer }) => {
    const sum = (asked.get(sku) ?? 0) + quantity;
    asked.set(sku, sum);
    if (sum <= limit.most) return [];
    return [{ pointer: `${pointer}/quantity`, detail: `must be at most ${limit.most} units of ${sku} an order` }];
  });
  if (errors.length === 0) return null;
  const detail = `At most ${limit.most} units of a product are held before they are paid. For more, ask customer service.`;
  return { ok: false, problem: { code: "invalid_request", detail, errors } };
}
