import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LeasedEffect } from "../../src/contracts/ledger-rpc.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { findNotification } from "../../src/db/ops/notifications.ts";
import { runEffect } from "../../src/saga/run-effect.ts";
import {
  keepPreferences,
  readPreferences,
  readUnsubscribeToken,
  unsubscribe,
  unsubscribeUrl,
} from "../../src/services/unsubscribe.ts";
import { placedNow } from "../support/order-books.ts";
import { allocatedAll, authorized, EffectQueueDouble, migrateOrders, pick, TestLedger } from "./ledger-harness.ts";
import { migrateOps } from "./migrate-ops.ts";
import { leaseOf, SagaWorld } from "./saga-harness.ts";

const ops = openOps(env.OPS);
let queue: EffectQueueDouble;
let ledger: TestLedger;
let world: SagaWorld;

beforeEach(async () => {
  queue = new EffectQueueDouble();
  ledger = new TestLedger();
  world = new SagaWorld(ledger);
  await migrateOps();
  await migrateOrders();
});
afterEach(async () => {
  await world.settled();
  vi.restoreAllMocks();
});

const run = (leased: LeasedEffect) => runEffect(world.context, leased);

/** An order that is confirmed. */
async function confirmed(change: Parameters<typeof placedNow>[0]) {
  const order = placedNow(change);
  await ledger.create(order);
  const paid = await ledger.done(await queue.leased(order.id, "AuthorizePayment"), authorized(1, 2000));
  const allocation = pick(paid, "AllocateStock");
  await ledger.done(allocation, allocatedAll(allocation));
  return { id: order.id };
}

describe("a notification", () => {
  it("that the reader has unsubscribed from is not sent, and one that the order needs is", async () => {
    const email = `reader-${Date.now()}@example.com`;
    const { id } = await confirmed({ contact: { name: "Ada", email, phone: "+4930123456" } });
    const token = (await unsubscribeUrl(world.context.env, { address: email, topic: "backorder_news", language: "en" }))
      .split("/")
      .at(-1);
    const subscriber = await readUnsubscribeToken(world.context.env, token ?? "");
    await unsubscribe(world.context.env, subscriber!, Date.now());
    const confirmation = await queue.told(id, "order_confirmed");
    await ledger.report(confirmation, (await run(confirmation))!);
    expect(world.mail.sent).toMatchObject([{ to: email }]);
    vi.spyOn(world.context, "order").mockResolvedValue(await ledger.order(id));
    const news = leaseOf({ id }, { kind: "Notify", notification: "backordered", subject: "version:9" });
    expect(await run(news)).toMatchObject({ status: "done" });
    expect(world.mail.sent).toHaveLength(1);
    expect(await findNotification(ops, news.id)).toMatchObject({ status: "declined" });
  });

  it("that is asked for by SMS goes by SMS although there is a mail address", async () => {
    const { id } = await confirmed({ contact: { name: "Ada", email: "ada@example.com", phone: "+4930123456" } });
    vi.spyOn(world.context, "order").mockResolvedValue(await ledger.order(id));
    await run(leaseOf({ id }, { kind: "Notify", notification: "delivered", subject: "shipment:1", channel: "sms" }));
    expect(world.mail.sent).toMatchObject([{ to: "+4930123456" }]);
  });

  it.each([
    [{ email: true, sms: true }, "mail"],
    [{ email: true, sms: false }, "mail"],
    [{ email: false, sms: true }, "sms"],
    [{ email: false, sms: false }, null],
  ] as const)("that is optional goes the way that is wanted: %j is %s", async (wanted, way) => {
    const contact = { name: "Ada", email: `chooser-${crypto.randomUUID()}@example.com`, phone: anyPhone() };
    const { id } = await confirmed({ contact });
    const { env: bindings } = world.context;
    const before = await readPreferences(bindings, contact);
    await keepPreferences(bindings, contact, { ...before, backorder_news: wanted }, Date.now());
    vi.spyOn(world.context, "order").mockResolvedValue(await ledger.order(id));
    const news = leaseOf({ id }, { kind: "Notify", notification: "backordered", subject: "version:9" });
    expect(await run(news)).toMatchObject({ status: "done" });
    expect(world.mail.sent.map(({ to }) => to)).toEqual(
      way === null ? [] : [way === "mail" ? contact.email : contact.phone],
    );
    expect(await findNotification(ops, news.id)).toMatchObject({
      status: way === null ? "declined" : "sent",
      channel: way === "sms" ? "sms" : "email",
    });
  });

  it("that did not arrive by mail does not go by SMS to who wants none", async () => {
    const contact = { name: "Ada", email: `chooser-${crypto.randomUUID()}@example.com`, phone: anyPhone() };
    const { id } = await confirmed({ contact });
    const { env: bindings } = world.context;
    const before = await readPreferences(bindings, contact);
    await keepPreferences(bindings, contact, { ...before, backorder_news: { email: true, sms: false } }, Date.now());
    vi.spyOn(world.context, "order").mockResolvedValue(await ledger.order(id));
    await run(leaseOf({ id }, { kind: "Notify", notification: "backordered", subject: "version:9", channel: "sms" }));
    expect(world.mail.sent).toEqual([]);
  });
});

/** A number that no other test has. */
function anyPhone(): string {
  return `+4930${crypto.getRandomValues(new Uint32Array(1))[0]}`.slice(0, 14);
}
