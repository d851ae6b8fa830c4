import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { AuditAnswer } from "../../src/contracts/audit.ts";
import type { CustomerAnswer, CustomerHistoryEntry } from "../../src/contracts/customers.ts";
import type { PreferencesAnswer } from "../../src/contracts/notification-preferences.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { claimNotifications } from "../../src/db/ops/notifications.ts";
import type { CustomerId, WarehouseId } from "../../src/domain/ids.ts";
import { unsubscribeUrl } from "../../src/services/unsubscribe.ts";
import {
  CUSTOMER,
  json,
  KEYS,
  newStock,
  newWarehouse,
  orderForm,
  OTHER_CUSTOMER,
  prepareWorld,
  problem,
  send,
  unique,
  workerEnv,
} from "./api-harness.ts";
import { deliveredOrder } from "./delivered-order.ts";

const PATH = "/api/v1/customers";
let here: WarehouseId;

beforeAll(async () => {
  await prepareWorld();
  here = await newWarehouse();
});

const form = (change: Record<string, unknown> = {}) => ({
  name: "Ada Example",
  email: `${unique("ada")}@example.com`,
  address: { line1: "Friedrichstraße 43", city: "Berlin", postalCode: "10117", country: "DE" },
  language: "de",
  ...change,
});

async function newCustomer(change: Record<string, unknown> = {}): Promise<CustomerAnswer> {
  return json<CustomerAnswer>(await send("POST", PATH, { body: form(change) }), 201);
}

const put = (id: string, version: number | "*", body: unknown, key: string = KEYS.csr) =>
  send("PUT", `${PATH}/${id}`, { key, body, headers: { "If-Match": version === "*" ? "*" : `"${version}"` } });

async function trailOf(id: string): Promise<AuditAnswer[]> {
  const path = `/api/v1/audit?subject=${encodeURIComponent(`customer:${id}`)}`;
  return (await json<{ data: AuditAnswer[] }>(await send("GET", path))).data;
}

describe("a customer", () => {
  it("is added, read and replaced against a version, and the trail says who did it without saying who they are", async () => {
    const added = await send("POST", PATH, { key: KEYS.csr, body: form({ phone: "+493012345678" }) });
    const customer = await json<CustomerAnswer>(added, 201);
    const { customerId } = customer;
    expect(added.headers.get("location")).toBe(`${PATH}/${customerId}`);
    expect(customer).toMatchObject({ name: "Ada Example", phone: "+493012345678", invoiceTermsDays: null });
    const read = await send("GET", `${PATH}/${customerId}`);
    expect(read.headers.get("etag")).toBe(`"${customer.version}"`);
    expect(await json(read)).toEqual(customer);
    const moved = form({
      name: "Ada Moved",
      address: { line1: "Ringstraße 1", city: "Wien", postalCode: "1010", country: "AT" },
    });
    const replaced = await json<CustomerAnswer>(await put(customerId, customer.version, moved));
    expect(replaced).toMatchObject({ name: "Ada Moved", phone: null, address: { city: "Wien" } });
    expect(replaced.version).toBeGreaterThan(customer.version);
    await problem(await put(customerId, customer.version, moved), "version_stale");
    await problem(await send("PUT", `${PATH}/${customerId}`, { body: moved }), "version_required");
    const entries = await trailOf(customerId);
    expect(entries).toMatchObject([
      {
        action: "customer.replaced",
        actor: { role: "csr" },
        before: { country: "DE", language: "de" },
        after: { country: "AT", changed: ["name", "email", "phone", "address"] },
      },
      { action: "customer.created", before: null, after: { country: "DE" } },
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/Ada|example\.com|Wien|493012345678/);
  });

  it("replaced by two at once is replaced by one", async () => {
    const { customerId, version } = await newCustomer();
    const answers = await Promise.all(["A", "B", "C"].map((name) => put(customerId, version, form({ name }))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });

  it("is found by name, e-mail address and phone, a page at a time", async () => {
    const name = unique("Zoë Findable");
    const ids: string[] = [];
    for (const [index, mail] of ["one", "two", "three"].entries())
      ids.push(
        (
          await newCustomer({
            name,
            email: `${mail}.${name.replaceAll(/\W/g, "")}@example.com`,
            phone: `+4930555${index}99${index}`,
          })
        ).customerId,
      );
    const find = async (q: string, more = "") =>
      json<{ data: CustomerAnswer[]; nextCursor: string | null }>(
        await send("GET", `${PATH}?q=${encodeURIComponent(q)}${more}`, { key: KEYS.csr }),
      );
    const found = async (q: string) => (await find(q)).data.map(({ customerId }) => customerId);
    expect(await found(name)).toEqual(ids.toSorted());
    expect(await found(name.toLowerCase())).toEqual(ids.toSorted());
    expect(await found("TWO.Zo")).toEqual([ids[1]]);
    expect(await found("+49 30 555-2 992")).toEqual([ids[2]]);
    expect(await found(ids[0] ?? "")).toEqual([ids[0]]);
    expect(await found("100% _nobody_")).toEqual([]);
    const first = await find(name, "&limit=2");
    const second = await find(name, `&limit=2&cursor=${encodeURIComponent(first.nextCursor ?? "")}`);
    expect([...first.data, ...second.data].map(({ customerId }) => customerId)).toEqual(ids.toSorted());
    expect(second.nextCursor).toBeNull();
    await problem(await send("GET", `${PATH}?cursor=forged`, { key: KEYS.csr }), "invalid_cursor");
  });

  it("sees and changes only themself, and never the terms of their invoices", async () => {
    const own = await send("GET", PATH, { key: KEYS.customer });
    expect((await json<{ data: CustomerAnswer[] }>(own)).data.map(({ customerId }) => customerId)).toEqual([CUSTOMER]);
    for (const [method, path] of [
      ["GET", ""],
      ["PUT", ""],
      ["GET", "/history"],
      ["GET", "/summary"],
      ["GET", "/notification-preferences"],
      ["PUT", "/notification-preferences"],
    ] as const) {
      const body = method === "GET" ? undefined : path === "" ? form() : { preferences: {} };
      const answer = await send(method, `${PATH}/${OTHER_CUSTOMER}${path}`, {
        key: KEYS.customer,
        body,
        headers: { "If-Match": "*" },
      });
      await problem(answer, "not_found");
    }
    await json(await put(CUSTOMER, "*", form({ name: "Ada Herself" }), KEYS.customer));
    for (const key of [KEYS.customer, KEYS.csr])
      expect(await problem(await put(CUSTOMER, "*", form({ invoiceTermsDays: 30 }), key), "forbidden")).toMatchObject({
        missingScope: "customers:terms",
      });
    await json(await put(CUSTOMER, "*", form({ invoiceTermsDays: 30 }), KEYS.admin));
    await json(await put(CUSTOMER, "*", form({ invoiceTermsDays: 30 }), KEYS.customer));
    await problem(await put(CUSTOMER, "*", form(), KEYS.customer), "forbidden");
    await problem(await send("POST", PATH, { key: KEYS.customer, body: form() }), "forbidden");
    for (const key of [KEYS.floor, KEYS.storefront]) await problem(await send("GET", PATH, { key }), "forbidden");
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["no way to reach them", { email: undefined }, "/email"],
    ["no right phone", { phone: "+4912" }, "/phone"],
    [
      "an address without its postal code",
      { address: { line1: "a", city: "Berlin", country: "DE" } },
      "/address/postalCode",
    ],
    ["no language", { language: "german!" }, "/language"],
    ["terms of no days", { invoiceTermsDays: 0 }, "/invoiceTermsDays"],
    ["a card number", { cardNumber: "4242424242424242" }, "/cardNumber"],
  ])("with %s is refused, and says where", async (_what, change, pointer) => {
    const answer = await send("POST", PATH, { body: form(change) });
    const document = (await answer.json()) as { errors: { pointer: string }[] };
    expect(answer.status).toBe(422);
    expect(document.errors.map((error) => error.pointer)).toContain(pointer);
  });
});

describe("a customer's history", () => {
  const historyOf = async (id: string, query = "") =>
    json<{ data: CustomerHistoryEntry[]; nextCursor: string | null }>(
      await send("GET", `${PATH}/${id}/history${query}`, { key: KEYS.csr }),
    );

  it("has their orders, what became of them, the messages and the account, newest first and by whom", async () => {
    const { customerId } = await newCustomer();
    const id = customerId as CustomerId;
    const body = orderForm(await newStock(), 2, { customer: { id } });
    const placed = await json<{ orderId: string; number: string }>(
      await send("POST", "/api/v1/orders", { key: KEYS.csr, body }),
      201,
    );
    const { orderId, number } = placed;
    const message = {
      id: `${orderId}:1:Notify`,
      orderId,
      subject: "order",
      kind: "order_received",
      recipient: "a…@example.com",
    };
    await claimNotifications(openOps(env.OPS), [{ ...message, channel: "email" }], Date.now());
    await json(
      await send("POST", `/api/v1/orders/${orderId}/cancel`, { key: KEYS.csr, body: { reason: "changed my mind" } }),
    );
    const delivered = await deliveredOrder(id, here);
    const back = { orderId: delivered, lines: [{ line: 1, quantity: 1 }], reason: "too small" };
    const returned = await json<{ returnId: string }>(
      await send("POST", "/api/v1/returns", { key: KEYS.csr, body: back }),
      201,
    );
    await vi.waitFor(
      async () => {
        const types = (await historyOf(id)).data.map(({ type }) => type);
        expect(types).toEqual(expect.arrayContaining(["OrderCancelled", "ReturnApproved"]));
      },
      { timeout: 10_000, interval: 50 },
    );
    const { data } = await historyOf(id);
    expect(data.map(({ at }) => at)).toEqual(
      data
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    const of = (type: string) => data.find((entry) => entry.type === type);
    expect(of("customer.created")).toMatchObject({ kind: "account", actor: { role: "admin" }, order: null });
    expect(data.filter(({ type }) => type === "OrderPlaced")).toMatchObject([
      { order: { orderId: delivered, status: "DELIVERED" }, actor: { kind: "system" } },
      { order: { orderId, number, status: "CANCELLED" }, actor: { role: "csr" }, details: { units: 2 } },
    ]);
    expect(of("order_received")).toMatchObject({
      kind: "message",
      order: { orderId },
      details: { channel: "email", recipient: "a…@example.com", status: "claimed" },
    });
    expect(of("OrderCancelled")).toMatchObject({ actor: { role: "csr" }, details: { reason: "changed my mind" } });
    expect(of("ShipmentDelivered")?.order?.orderId).toBe(delivered);
    expect(of("PaymentCaptured")).toMatchObject({ details: { amount: { amount: 2_000, currency: "EUR" } } });
    expect(of("ReturnRequested")).toMatchObject({
      details: { returnId: returned.returnId, units: 1, reason: "too small" },
    });
    expect(JSON.stringify(data)).not.toMatch(/pm_card|Friedrichstra/);

    const pages: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page: Awaited<ReturnType<typeof historyOf>> = await historyOf(
        id,
        `?limit=3${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(page.data.length).toBeLessThanOrEqual(3);
      pages.push(...page.data.map((entry) => entry.id));
      cursor = page.nextCursor;
    }
    expect(pages).toEqual(data.map((entry) => entry.id));
    const other = await newCustomer();
    expect((await historyOf(other.customerId)).data.map(({ type }) => type)).toEqual(["customer.created"]);

    const summary = await json(await send("GET", `${PATH}/${id}/summary`, { key: KEYS.csr }));
    expect(summary).toMatchObject({
      orders: 1,
      units: 2,
      cancelled: 1,
      returned: 0,
      spend: [{ amount: 2_000, currency: "EUR" }],
      refunded: [],
    });
    expect(await json(await send("GET", `${PATH}/${other.customerId}/summary`, { key: KEYS.csr }))).toMatchObject({
      orders: 0,
      spend: [],
      firstOrderAt: null,
      lastOrderAt: null,
    });
  });
});

describe("what a customer wants to be told of", () => {
  const pathOf = (id: string) => `${PATH}/${id}/notification-preferences`;
  const read = async (id: string) =>
    (await json<PreferencesAnswer>(await send("GET", pathOf(id), { key: KEYS.csr }))).preferences;
  const keep = async (id: string, preferences: unknown, key: string = KEYS.csr) =>
    json<PreferencesAnswer>(await send("PUT", pathOf(id), { key, body: { preferences } }));
  const BOTH = { email: true, sms: true };

  it("is everything at first, is kept by topic and way, and is in the trail", async () => {
    const { customerId } = await newCustomer({ phone: `+4930777${Date.now() % 100_000}` });
    const answer = await json<PreferencesAnswer>(await send("GET", pathOf(customerId), { key: KEYS.csr }));
    expect(answer).toMatchObject({
      preferences: { backorder_news: BOTH, return_reminders: BOTH },
      kinds: { backorder_news: ["backordered", "backorder_arrived"], return_reminders: ["return_reminder"] },
    });
    expect(answer.always).toContain("order_confirmed");
    expect(answer.always).not.toContain("backordered");
    const bySms = { email: false, sms: true };
    expect((await keep(customerId, { backorder_news: bySms })).preferences.backorder_news).toEqual(bySms);
    expect(await read(customerId)).toEqual({ backorder_news: bySms, return_reminders: BOTH });
    const byNothing = { email: false, sms: false };
    await keep(customerId, { backorder_news: { email: true, sms: false }, return_reminders: byNothing });
    expect(await read(customerId)).toEqual({
      backorder_news: { email: true, sms: false },
      return_reminders: byNothing,
    });
    await keep(customerId, { return_reminders: BOTH });
    expect((await read(customerId)).return_reminders).toEqual(BOTH);
    expect((await trailOf(customerId))[0]).toMatchObject({
      action: "notification_preferences.replaced",
      before: { return_reminders: byNothing },
      after: { return_reminders: BOTH },
    });
    expect(await read((await newCustomer()).customerId)).toEqual({
      backorder_news: { email: true, sms: null },
      return_reminders: { email: true, sms: null },
    });
  });

  it("is what the unsubscribe page says too, which stops it by every way, and goes along to a new address", async () => {
    const phone = `+4930888${Date.now() % 100_000}`;
    const { customerId, email } = await newCustomer({ phone });
    const url = await unsubscribeUrl(workerEnv, { address: email ?? "", topic: "backorder_news", language: "en" });
    const path = url.slice(workerEnv.PUBLIC_URL.length);
    const post = (body: string) =>
      send("POST", path, { key: null, body, headers: { "Content-Type": "application/x-www-form-urlencoded" } });
    await post("List-Unsubscribe=One-Click");
    expect((await read(customerId)).backorder_news).toEqual({ email: false, sms: false });
    await json(await put(customerId, "*", form({ phone })));
    expect((await read(customerId)).backorder_news, "at the new address").toEqual({ email: false, sms: false });
    await keep(customerId, { backorder_news: BOTH });
    expect((await read(customerId)).backorder_news).toEqual(BOTH);
  });

  it("that is told by SMS instead stays so when the page changes something else", async () => {
    const { customerId, email } = await newCustomer({ phone: `+4930999${Date.now() % 100_000}` });
    await keep(customerId, { backorder_news: { email: false, sms: true } });
    const url = await unsubscribeUrl(workerEnv, { address: email ?? "", topic: "backorder_news", language: "en" });
    await send("POST", url.slice(workerEnv.PUBLIC_URL.length), {
      key: null,
      body: "choice=1",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    expect(await read(customerId)).toEqual({
      backorder_news: { email: false, sms: true },
      return_reminders: { email: false, sms: false },
    });
  });

  it("is the customer's own to change, and has nothing that an order needs", async () => {
    const own = await keep(CUSTOMER, { backorder_news: { email: false, sms: null } }, KEYS.customer);
    expect(own.preferences.backorder_news.email).toBe(false);
    const answer = await send("PUT", pathOf(CUSTOMER), {
      key: KEYS.customer,
      body: { preferences: { order_confirmed: { email: false, sms: false } } },
    });
    await problem(answer, "invalid_request");
  });
});
