import { beforeAll, describe, expect, it } from "vitest";
import type { TemplateAnswer } from "../../src/contracts/notification-templates.ts";
import { templateInUse } from "../../src/services/messages/templates-in-use.ts";
import { json, KEYS, newStock, orderForm, prepareWorld, problem, send, workerEnv } from "./api-harness.ts";

const PATH = "/api/v1/notification-templates";

beforeAll(prepareWorld);

const read = async (place: string) => json<TemplateAnswer>(await send("GET", `${PATH}/${place}`));
const put = (place: string, version: number | string, body: unknown, key: string = KEYS.admin) =>
  send("PUT", `${PATH}/${place}`, { key, body, headers: { "If-Match": `"${version}"` } });
const text = (words: string) => ({ type: "text", text: words });
const EDITED = { subject: "Gone: {{number}}", blocks: [text("It left, {{name}}."), text("It left.")] };

describe("templates of notifications", () => {
  it("are all listed, and each is read with its variables and its standard text", async () => {
    const { data } = await json<{ data: { kind: string; channel: string; language: string; version: number }[] }>(
      await send("GET", PATH, { key: KEYS.csr }),
    );
    const shipped = data
      .filter(({ kind }) => kind === "shipped")
      .map(({ channel, language }) => `${channel} ${language}`);
    expect(shipped.sort()).toEqual(["email de", "email en", "sms de", "sms en"]);
    const standard = await read("shipped/email/de");
    expect(standard).toMatchObject({
      version: 0,
      savedAt: null,
      subject: "Ihre Bestellung {{number}} ist unterwegs",
      optional: false,
    });
    expect(standard.variables).toContainEqual({
      name: "trackingNumber",
      about: "the parcel's tracking number",
      always: false,
      link: false,
    });
    expect((await read("backordered/sms/en")).optional).toBe(true);
    await problem(await send("GET", `${PATH}/shipped/fax/de`), "not_found");
  });

  it("are edited against a version; every edition is kept, and the newest is used at once", async () => {
    const place = "out_for_delivery/email/en";
    const first = await put(place, 0, EDITED);
    expect(first.headers.get("etag")).toBe('"1"');
    expect(await json(first)).toMatchObject({ version: 1, ...EDITED, versions: [{ version: 1 }, { version: 0 }] });
    await problem(await put(place, 0, EDITED), "version_stale");
    await problem(await put(place, 7, EDITED), "version_stale");
    await problem(await send("PUT", `${PATH}/${place}`, { body: EDITED }), "version_required");
    await json(await put(place, 1, { ...EDITED, subject: "Away: {{number}}" }));
    expect(await read(place)).toMatchObject({ version: 2, subject: "Away: {{number}}" });
    expect(await read(`${place}?version=1`)).toMatchObject({ version: 1, subject: "Gone: {{number}}" });
    expect((await read(`${place}?version=0`)).subject).toContain("arrives today");
    await problem(await send("GET", `${PATH}/${place}?version=9`), "not_found");
    const used = await templateInUse(
      workerEnv,
      { kind: "out_for_delivery", channel: "email", language: "en" },
      Date.now(),
    );
    expect(used.subject).toBe("Away: {{number}}");
  });

  it("edited by two at once are edited by one", async () => {
    const answers = await Promise.all(
      ["a", "b", "c"].map((subject) => put("delivered/email/en", 0, { ...EDITED, subject })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect((await read("delivered/email/en")).versions).toHaveLength(2);
  });

  it("that could not be used are refused with pointers, and only who may edit them does", async () => {
    const wrong = await problem(
      await put("shipped/email/en", 0, { subject: "{{carrier}}", blocks: [text("{{nmae}}"), text("x")] }),
      "invalid_request",
    );
    expect(wrong.errors?.map(({ pointer }) => pointer)).toEqual(["/subject", "/blocks/0/text"]);
    const markup = await problem(
      await put("shipped/email/en", 0, { subject: "a\nBcc: b", blocks: [] }),
      "invalid_request",
    );
    expect(markup.errors?.map(({ pointer }) => pointer).sort()).toEqual(["/blocks", "/subject"]);
    expect(await problem(await put("shipped/email/en", 0, EDITED, KEYS.csr), "forbidden")).toMatchObject({
      missingScope: "templates:write",
    });
    expect((await read("shipped/email/en")).version).toBe(0);
  });

  it("are previewed with samples, or for an order that the caller may see", async () => {
    const preview = async (place: string, body: unknown) =>
      send("POST", `${PATH}/${place}/preview`, { key: KEYS.csr, body });
    const sample = await json<{ subject: string; html: string; text: string }>(await preview("shipped/email/de", {}));
    expect(sample.subject).toBe("Ihre Bestellung HF-7K2M9 ist unterwegs");
    expect(sample.html).toContain('href="https://www.fedex.com/fedextrack/?trknbr=794644790138"');
    expect(await json(await preview("shipped/sms/en", {}))).toMatchObject({ subject: null, html: null });
    const order = await json<{ orderId: string; number: string }>(
      await send("POST", "/api/v1/orders", { key: KEYS.csr, body: orderForm(await newStock()) }),
      201,
    );
    const template = { subject: "<b>{{number}}</b>", blocks: [text("<i>{{name}}</i>"), text("On its way.")] };
    const own = await json<typeof sample>(await preview("shipped/email/en", { template, orderId: order.orderId }));
    expect(own.subject).toBe(`<b>${order.number}</b>`);
    expect(own.html).toContain("&lt;i&gt;Ada Example&lt;/i&gt;");
    const wrong = await problem(
      await preview("shipped/email/en", { template: { ...template, blocks: [text("{{x}}"), text("y")] } }),
      "invalid_request",
    );
    expect(wrong.errors?.map(({ pointer }) => pointer)).toEqual(["/template/blocks/0/text"]);
    await problem(await preview("shipped/email/en", { orderId: "ord_0000000000000000000000" }), "not_found");
  });
});
