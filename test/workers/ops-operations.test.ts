import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { openOps } from "../../src/db/ops/database.ts";
import * as deviations from "../../src/db/ops/deviations.ts";
import { claimIdempotencyKey, recordIdempotentAnswer, releaseIdempotencyKey } from "../../src/db/ops/idempotency.ts";
import * as notifications from "../../src/db/ops/notifications.ts";
import {
  countWebhookFailures,
  markWebhookEventsProcessed,
  readWaitingPayloads,
  storeWebhookEvent,
  takeLostWebhookEvents,
} from "../../src/db/ops/webhook-events.ts";
import type { DeviationReport } from "../../src/domain/deviation.ts";
import { migrateOps } from "./migrate-ops.ts";

const NOW = Date.UTC(2026, 10, 21, 9);
const db = openOps(env.OPS);

let made = 0;
function unique(prefix: string): string {
  made += 1;
  return `${prefix}-${made}`;
}

beforeAll(migrateOps);

describe("deviations", () => {
  const report = (changes: Partial<DeviationReport> = {}): DeviationReport => ({
    id: unique("dev"),
    kind: "payment_failed",
    subject: { orderId: unique("ord"), effectId: unique("effect") },
    summary: "The card was declined.",
    tried: ["authorize"],
    openedAt: NOW,
    ...changes,
  });

  it("are opened once, worked on, and resolved once", async () => {
    const one = report();
    await deviations.openDeviations(db, [one, report()]);
    await deviations.openDeviations(db, [{ ...one, summary: "again" }]);
    expect(await deviations.findDeviation(db, one.id)).toEqual({
      ...one,
      status: "open",
      assignee: null,
      resolvedAt: null,
      resolvedBy: null,
      resolution: null,
      actions: ["retry", "resolve", "assign"],
    });
    expect(await deviations.assignDeviation(db, one.id, "usr_2")).toBe(true);
    await deviations.recordDeviationAttempt(db, one.id, 'asked the bank\'s "desk"');
    expect(await deviations.findDeviation(db, one.id)).toMatchObject({
      status: "assigned",
      assignee: "usr_2",
      tried: ["authorize", 'asked the bank\'s "desk"'],
    });
    const end = { actor: "usr_2", resolution: "paid by transfer", now: NOW + 9 };
    expect(await deviations.resolveDeviation(db, one.id, end)).toBe(true);
    expect(await deviations.resolveDeviation(db, one.id, end)).toBe(false);
    expect(await deviations.assignDeviation(db, one.id, "usr_3")).toBe(false);
    await deviations.openDeviations(db, [one]);
    expect(await deviations.findDeviation(db, one.id)).toMatchObject({
      status: "resolved",
      resolvedBy: "usr_2",
      actions: [],
    });
    expect(await deviations.findDeviation(db, "dev_nothing")).toBeNull();
  });

  it("are listed newest first, page by page, and counted by kind", async () => {
    const orderId = unique("ord");
    const made = [1, 2, 2, 3].map((minute) =>
      report({ kind: "stuck_order", subject: { orderId }, openedAt: NOW + minute * 60_000 }),
    );
    await deviations.openDeviations(db, made);
    const first = await deviations.listDeviations(db, { orderId }, { limit: 3 });
    expect(first.rows.map(({ openedAt }) => (openedAt - NOW) / 60_000)).toEqual([3, 2, 2]);
    expect(first.next).not.toBeNull();
    const rest = await deviations.listDeviations(
      db,
      { orderId },
      { limit: 3, ...(first.next && { after: first.next }) },
    );
    expect(rest.rows.map(({ id }) => id)).toEqual([made[0]?.id]);
    expect(rest.next).toBeNull();
    const resolved = await deviations.listDeviations(db, { orderId, status: ["resolved"] }, { limit: 3 });
    expect(resolved.rows).toEqual([]);
    expect(await deviations.countOpenDeviations(db)).toContainEqual({
      kind: "stuck_order",
      count: 4,
      oldestOpenedAt: NOW + 60_000,
    });
  });
});

describe("things that happen once", () => {
  it("lets one caller claim a message per subject, kind and channel", async () => {
    const claim = {
      id: unique("ntf"),
      orderId: unique("ord"),
      subject: "order",
      kind: "confirmed",
      channel: "email" as const,
      recipient: "a…@example.com",
    };
    const again = { ...claim, id: unique("ntf") };
    const { id } = claim;
    const text = { ...claim, id: unique("ntf"), channel: "sms" as const };
    expect(await notifications.claimNotifications(db, [claim, again], NOW)).toEqual([
      { claimed: true },
      { claimed: false, notification: { id, status: "claimed", asked: again.id } },
    ]);
    expect(await notifications.claimNotifications(db, [text, again], NOW + 1)).toMatchObject([
      { claimed: true },
      { claimed: false },
    ]);
    const damaged = { ...claim, subject: "shipment" };
    const sound = { ...claim, id: unique("ntf"), orderId: unique("ord") };
    expect(await notifications.claimNotifications(db, [damaged, sound], NOW), "each for itself").toEqual([
      { claimed: false, notification: null },
      { claimed: true },
    ]);
    const raced = await Promise.all(
      [1, 2].map(() =>
        notifications.claimNotifications(db, [{ ...claim, id: unique("ntf"), orderId: `${claim.orderId}-2` }], NOW),
      ),
    );
    expect(
      raced
        .flat()
        .map(({ claimed }) => claimed)
        .sort(),
    ).toEqual([false, true]);
    const finish = (...ends: notifications.NotificationEnd[]) => notifications.finishNotifications(db, ends, NOW + 2);
    expect(await finish({ id, status: "sent", providerMessageId: "m1" })).toEqual([
      { id, orderId: claim.orderId, kind: "confirmed", channel: "email", status: "sent", error: null },
    ]);
    expect(await notifications.findNotification(db, id)).toMatchObject({ status: "sent", providerMessageId: "m1" });
    const both = await finish(
      { id, status: "delivered", providerMessageId: "m1" },
      { id: text.id, status: "failed", error: "30006" },
      { id: unique("ntf"), status: "failed", error: "not ours" },
    );
    expect(both.map(({ status, error }) => [status, error]).sort()).toEqual([
      ["delivered", null],
      ["failed", "30006"],
    ]);
    expect(await finish({ id, status: "sent", providerMessageId: "m1" }), "the reply came last").toEqual([]);
    expect(await notifications.findNotification(db, id)).toMatchObject({ status: "delivered" });
    const list = await notifications.listNotifications(db, { orderId: claim.orderId }, { limit: 1 });
    expect(list.rows.map(({ channel }) => channel)).toEqual(["sms"]);
    const rest = await notifications.listNotifications(
      db,
      { orderId: claim.orderId },
      { limit: 1, ...(list.next && { after: list.next }) },
    );
    expect(rest.rows.map(({ channel }) => channel)).toEqual(["email"]);
    expect(rest.next).toBeNull();
  });

  it("stores a webhook once, and has nothing to do once it is processed", async () => {
    const event = { provider: "stripe", eventId: unique("evt"), payload: '{"a":1}' };
    const other = { provider: "fedex", eventId: event.eventId, payload: '{"b":1}' };
    expect(await storeWebhookEvent(db, event, NOW)).toBe("waiting");
    expect(await storeWebhookEvent(db, { ...event, payload: "{}" }, NOW + 1)).toBe("waiting");
    expect(await storeWebhookEvent(db, other, NOW)).toBe("waiting");
    const unknown = { provider: "stripe", eventId: unique("evt") };
    const read = () => readWaitingPayloads(db, [other, unknown, event]);
    expect(await read()).toEqual([other.payload, null, event.payload]);
    await markWebhookEventsProcessed(db, [event, unknown], NOW + 2);
    expect(await read()).toEqual([other.payload, null, null]);
    expect(await storeWebhookEvent(db, event, NOW + 3)).toBe("processed");
    await markWebhookEventsProcessed(db, [other], NOW + 2);
  });

  it("gives out a webhook that nobody acts on, less and less often, and not while it is tried", async () => {
    const MINUTE = 60_000;
    const [lost, tried, done] = [unique("evt"), unique("evt"), unique("evt")].map((eventId) => ({
      provider: "stripe",
      eventId,
    }));
    for (const event of [lost!, tried!, done!]) await storeWebhookEvent(db, { ...event, payload: "{}" }, NOW);
    await markWebhookEventsProcessed(db, [done!], NOW);
    for (let failures = 0; failures < 6; failures += 1) await countWebhookFailures(db, [tried!], NOW);
    expect(await takeLostWebhookEvents(db, NOW + MINUTE - 1)).toEqual([]);
    const taken: { minute: number; event: unknown }[] = [];
    for (let minute = 1; minute <= 100; minute += 1)
      for (const event of await takeLostWebhookEvents(db, NOW + minute * MINUTE)) taken.push({ minute, event });
    const minutesOf = (event: unknown) =>
      taken.filter((one) => JSON.stringify(one.event) === JSON.stringify(event)).map(({ minute }) => minute);
    expect(minutesOf(lost)).toEqual([1, 3, 7, 15, 31, 63]);
    expect(minutesOf(tried)).toEqual([64]);
    expect(minutesOf(done)).toEqual([]);
  });

  it("gives an idempotency key to one request, then replays its answer", async () => {
    const request = { principal: "key_1", key: unique("key"), fingerprint: "f1" };
    expect(await claimIdempotencyKey(db, request, NOW)).toEqual({ outcome: "claimed" });
    expect(await claimIdempotencyKey(db, request, NOW + 1)).toEqual({ outcome: "pending" });
    expect(await claimIdempotencyKey(db, { ...request, fingerprint: "f2" }, NOW + 1)).toEqual({ outcome: "mismatch" });
    expect(await claimIdempotencyKey(db, { ...request, principal: "key_2" }, NOW + 1)).toEqual({ outcome: "claimed" });
    await recordIdempotentAnswer(db, request, { status: 201, response: { id: 7 } });
    expect(await claimIdempotencyKey(db, request, NOW + 120_000)).toEqual({
      outcome: "answered",
      status: 201,
      response: { id: 7 },
    });
  });

  it("frees an idempotency key that was given up, and takes over one whose request died", async () => {
    const released = { principal: "key_1", key: unique("key"), fingerprint: "f1" };
    await claimIdempotencyKey(db, released, NOW);
    await releaseIdempotencyKey(db, released);
    expect(await claimIdempotencyKey(db, released, NOW + 1)).toEqual({ outcome: "claimed" });
    const abandoned = { principal: "key_1", key: unique("key"), fingerprint: "f1" };
    await claimIdempotencyKey(db, abandoned, NOW);
    expect(await claimIdempotencyKey(db, { ...abandoned, fingerprint: "f2" }, NOW + 120_000)).toEqual({
      outcome: "mismatch",
    });
    expect(await claimIdempotencyKey(db, abandoned, NOW + 120_000)).toEqual({ outcome: "claimed" });
    expect(await claimIdempotencyKey(db, abandoned, NOW + 120_001)).toEqual({ outcome: "pending" });
  });
});
