import { beforeAll, describe, expect, it } from "vitest";
import { readPreferences, unsubscribeUrl } from "../../src/services/unsubscribe.ts";
import { json, KEYS, newStock, orderForm, prepareWorld, problem, send, unique, workerEnv } from "./api-harness.ts";

beforeAll(prepareWorld);

async function newOrder() {
  const placed = await send("POST", "/api/v1/orders", { key: KEYS.csr, body: orderForm(await newStock()) });
  return (await json<{ orderId: string }>(placed, 201)).orderId;
}

describe("sending a notification again", () => {
  const resend = (orderId: string, notificationId: string, key: string = KEYS.csr) =>
    send("POST", `/api/v1/orders/${orderId}/resend`, { key, body: { notificationId } });

  it("is a new request about the same", async () => {
    const orderId = await newOrder();
    await json(await resend(orderId, `${orderId}:1:Notify`));
    const { data } = await json<{ data: { effect: Record<string, unknown> }[] }>(
      await send("GET", `/api/v1/orders/${orderId}/saga`, { key: KEYS.csr }),
    );
    const told = data.map(({ effect }) => effect).filter(({ kind }) => kind === "Notify");
    expect(told).toEqual([
      { kind: "Notify", notification: "order_received", subject: "order" },
      { kind: "Notify", notification: "order_received", subject: "resend:2", about: "order" },
    ]);
  });

  it("is refused for what is no notification of the order, and for who may not", async () => {
    const orderId = await newOrder();
    const wrong = await problem(await resend(orderId, `${orderId}:1:AuthorizePayment`), "not_found");
    expect(wrong.errors?.map(({ pointer }) => pointer)).toEqual(["/notificationId"]);
    await problem(await resend(orderId, `${await newOrder()}:1:Notify`), "not_found");
    await problem(await resend(orderId, `${orderId}:1:Notify`, KEYS.customer), "forbidden");
  });
});

describe("the unsubscribe page", () => {
  const reader = () => `${unique("reader")}@Example.com`;
  const pathOf = async (address: string, language: "en" | "de" = "en") =>
    (await unsubscribeUrl(workerEnv, { address, topic: "backorder_news", language })).slice(
      workerEnv.PUBLIC_URL.length,
    );
  const post = (path: string, body: string) =>
    send("POST", path, { key: null, body, headers: { "Content-Type": "application/x-www-form-urlencoded" } });
  const isOut = async (email: string, topic: "backorder_news" | "return_reminders" = "backorder_news") =>
    (await readPreferences(workerEnv, { email }))[topic].email === false;

  it("changes nothing by being opened, and unsubscribes by the one click of a mail program", async () => {
    const address = reader();
    const path = await pathOf(address, "de");
    const page = await send("GET", path, { key: null });
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(await page.text()).toContain("Worüber wir Ihnen schreiben");
    expect(await isOut(address)).toBe(false);
    expect((await post(path, "List-Unsubscribe=One-Click")).status).toBe(200);
    expect(await isOut(address.toLowerCase()), "an address is the same in any case").toBe(true);
    expect(await isOut(address, "return_reminders")).toBe(false);
    expect(await isOut(reader())).toBe(false);
  });

  it("keeps the reader's choice, also to be written to again", async () => {
    const address = reader();
    const path = await pathOf(address);
    await post(path, "choice=1&wanted=return_reminders");
    expect(await isOut(address)).toBe(true);
    expect(await (await send("GET", path, { key: null })).text()).toMatch(/value="return_reminders" checked/);
    await post(path, "choice=1&wanted=backorder_news&wanted=nonsense");
    expect(await isOut(address)).toBe(false);
    expect(await isOut(address, "return_reminders")).toBe(true);
  });

  it("is nobody's to open with a link that was changed", async () => {
    const address = reader();
    const path = await pathOf(address);
    for (const forged of [
      path.replace("backorder_news", "return_reminders"),
      path.replace(/[0-9a-f]$/, (last) => (last === "0" ? "1" : "0")),
      path.replace(/\/unsubscribe\/[0-9a-f]{2}/, "/unsubscribe/00"),
      "/unsubscribe/x",
    ].filter((one) => one !== path)) {
      await problem(await send("GET", forged, { key: null }), "not_found");
      await problem(await post(forged, "List-Unsubscribe=One-Click"), "not_found");
    }
    expect(await isOut(address)).toBe(false);
  });
});
