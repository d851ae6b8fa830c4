import { openOps } from "../db/ops/database.ts";
import {
  type ClaimedNotification,
  claimNotifications,
  type EndedNotification,
  finishNotifications,
  type NotificationClaim,
  type NotificationEnd,
} from "../db/ops/notifications.ts";
import type { Env } from "../platform/env.ts";
import { gather } from "./gather.ts";

/** What the saga writes down of messages to customers: a statement for all that is written in the same turn. */
export interface NotificationCalls {
  claimNotification(claim: NotificationClaim): Promise<ClaimedNotification>;
  /** Null when it is no message of ours, or an end that came later counts. */
  finishNotification(end: NotificationEnd): Promise<EndedNotification | null>;
}

/** These calls as one invocation of a consumer makes them. */
export function notificationCalls(env: Env, now: () => number): NotificationCalls {
  const ops = openOps(env.OPS);
  const together = () => "";
  return {
    claimNotification: gather(together, (claims: NotificationClaim[]) => claimNotifications(ops, claims, now())),
    finishNotification: gather(together, async (ends: NotificationEnd[]) => {
      // Of two ends of one message the later counts.
      const newest = new Map(ends.map((end) => [end.id, end]));
      const recorded = await finishNotifications(ops, [...newest.values()], now());
      const byId = new Map(recorded.map((message) => [message.id, message]));
      return ends.map((end) => (newest.get(end.id) === end ? (byId.get(end.id) ?? null) : null));
    }),
  };
}
