import type { PreferencesAnswer, PreferencesForm, Topic } from "../contracts/notification-preferences.ts";
import type { ServiceResult } from "../contracts/problem.ts";
import type { CustomerRow } from "../db/ops/customers.ts";
import type { CustomerId } from "../domain/ids.ts";
import { NOTIFICATION_KINDS } from "../domain/order/effects.ts";
import { recordChanges } from "./audit.ts";
import type { ServiceContext } from "./context.ts";
import { subjectOf, visibleCustomer } from "./customers.ts";
import { MESSAGE_KINDS } from "./messages/message-kinds.ts";
import { byTopic, keepPreferences, type Preferences, readPreferences } from "./unsubscribe.ts";

/** By which way the customer wants to be told of what is not transactional. A customer asks for themself. */
export async function readNotificationPreferences(
  ctx: ServiceContext,
  id: CustomerId,
): Promise<ServiceResult<PreferencesAnswer>> {
  const customer = await visibleCustomer(ctx, id, "customers:read");
  if (!customer.ok) return customer;
  return { ok: true, value: described(id, await readPreferences(ctx.env, customer.value)) };
}

/** Changes the topics that the form names. What an order needs to be told has no topic, and can't be stopped. */
export async function changeNotificationPreferences(
  ctx: ServiceContext,
  id: CustomerId,
  { preferences }: PreferencesForm,
): Promise<ServiceResult<PreferencesAnswer>> {
  const customer = await visibleCustomer(ctx, id, "customers:write");
  if (!customer.ok) return customer;
  const before = await readPreferences(ctx.env, customer.value);
  const wanted = byTopic((topic) => reachable(customer.value, preferences[topic] ?? before[topic], before[topic]));
  await keepPreferences(ctx.env, customer.value, wanted, ctx.now);
  await recordChanges(ctx, [
    { action: "notification_preferences.replaced", subject: subjectOf(id), before, after: wanted },
  ]);
  return { ok: true, value: described(id, wanted) };
}

/** The choice for the ways that there are; one that is not said anything of stays. */
function reachable(
  { email, phone }: CustomerRow,
  chosen: Preferences[Topic],
  before: Preferences[Topic],
): Preferences[Topic] {
  return {
    email: email === null ? null : (chosen.email ?? before.email),
    sms: phone === null ? null : (chosen.sms ?? before.sms),
  };
}

function described(customerId: CustomerId, preferences: Preferences): PreferencesAnswer {
  return {
    customerId,
    preferences,
    kinds: byTopic((topic) => NOTIFICATION_KINDS.filter((kind) => MESSAGE_KINDS[kind].topic === topic)),
    always: NOTIFICATION_KINDS.filter((kind) => MESSAGE_KINDS[kind].topic === null),
  };
}
