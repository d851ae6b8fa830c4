import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { openOps } from "../../src/db/ops/database.ts";
import { saveLabel } from "../../src/db/ops/labels.ts";
import { type OrderId, orderOfReturn, type WarehouseId } from "../../src/domain/ids.ts";
import { composeMail, composeSms } from "../../src/services/messages/compose.ts";
import { findOrder } from "../../src/services/orders.ts";
import { returnLabelUrl } from "../../src/services/return-label-link.ts";
import { CUSTOMER, json, KEYS, newWarehouse, prepareWorld, problem, send, unique, workerEnv } from "./api-harness.ts";
import { deliveredOrder, report } from "./delivered-order.ts";

let here: WarehouseId;
const PDF = "%PDF-1.7 a label";

beforeAll(async () => {
  await prepareWorld();
  here = await newWarehouse();
});

async function approvedReturn(): Promise<{ orderId: OrderId; returnId: string }> {
  const orderId = await deliveredOrder(CUSTOMER, here);
  const body = { orderId, lines: [{ line: 1, quantity: 1 }], reason: "too small" };
  const answer = await send("POST", "/api/v1/returns", { key: KEYS.customer, body });
  return { orderId, ...(await json<{ returnId: string }>(answer, 201)) };
}

/** An approved return whose label the carrier has made. */
async function labelledReturn(format: "PDF" | "ZPL" = "PDF") {
  const { orderId, returnId } = await approvedReturn();
  const trackingNumber = unique("RET");
  const label = { carrier: "fedex", service: "FEDEX_GROUND", trackingNumber };
  await saveLabel(openOps(env.OPS), {
    ...label,
    shipmentId: returnId,
    orderId,
    format,
    document: btoa(PDF),
    createdAt: Date.now(),
  });
  await report(orderId, "CreateReturnLabel", { kind: "CreateReturnLabel", ...label });
  return { orderId, returnId, trackingNumber };
}

const bodyOf = async (answer: Response) => new TextDecoder().decode(await answer.arrayBuffer());
const pathOf = (returnId: string, format = "pdf") => `/api/v1/returns/${returnId}/label.${format}`;
const linkOf = async (returnId: string) =>
  (await returnLabelUrl(workerEnv, `return:${returnId}`))?.slice(workerEnv.PUBLIC_URL.length) ?? "";

describe("a return's label", () => {
  it("is printed by its customer and by staff, as the carrier gave it or as ZPL to where it goes", async () => {
    const { returnId, trackingNumber } = await labelledReturn();
    for (const key of [KEYS.customer, KEYS.csr, KEYS.floor]) {
      const answer = await send("GET", pathOf(returnId), { key });
      expect(answer.headers.get("content-type")).toBe("application/pdf");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(await bodyOf(answer)).toBe(PDF);
    }
    const zpl = await send("GET", pathOf(returnId, "zpl"), { key: KEYS.customer });
    expect(zpl.headers.get("content-type")).toBe("application/x-zpl");
    const text = await bodyOf(zpl);
    expect(text).toContain(trackingNumber);
    expect(text, "to the warehouse").toContain("Westhafenstra");
  });

  it("is nobody else's, and is missing until the carrier has made it", async () => {
    const { returnId } = await labelledReturn();
    await problem(await send("GET", pathOf(returnId), { key: KEYS.otherCustomer }), "not_found");
    await problem(await send("GET", pathOf(returnId), { key: null }), "unauthenticated");
    const { returnId: fresh } = await approvedReturn();
    await problem(await send("GET", pathOf(fresh), { key: KEYS.customer }), "label_missing");
  });

  it("is had without an account by the link in the message, until the parcel has arrived", async () => {
    const { orderId, returnId } = await labelledReturn();
    const link = await linkOf(returnId);
    const answer = await send("GET", link, { key: null });
    expect(await bodyOf(answer)).toBe(PDF);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const order = await findOrder({ env: workerEnv }, orderId);
    if (!order) throw new Error("no order");
    const telling = { order, about: `return:${returnId}`, text: undefined, reference: "ref" } as const;
    for (const kind of ["return_approved", "return_reminder"] as const) {
      const mail = await composeMail(workerEnv, { ...telling, kind, address: "ada@example.com" }, Date.now());
      expect(mail.html).toContain(`href="${workerEnv.PUBLIC_URL}${link}"`);
      expect(mail.unsubscribeUrl !== undefined, kind).toBe(kind === "return_reminder");
      const sms = await composeSms(workerEnv, { ...telling, kind, address: "+4930123456" }, Date.now());
      expect(sms.text).toContain(`${workerEnv.PUBLIC_URL}${link}`);
    }
    await json(await send("POST", `/api/v1/returns/${returnId}/receive`, { body: { warehouseId: here } }));
    await problem(await send("GET", link, { key: null }), "not_found");
    const browser = { accept: "text/html,*/*;q=0.8", "accept-language": "de;q=0.9, en" };
    const page = await send("GET", link, { key: null, headers: browser });
    expect([page.status, page.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
    expect(await bodyOf(page)).toContain("Dieser Link führt nirgendwohin mehr");
    expect((await send("GET", pathOf(returnId), { key: KEYS.csr })).status, "staff still may").toBe(200);
  });

  it("that the carrier gave as ZPL is had by the link as ZPL", async () => {
    const { returnId } = await labelledReturn("ZPL");
    const answer = await send("GET", await linkOf(returnId), { key: null });
    expect(answer.headers.get("content-type")).toBe("application/x-zpl");
    await problem(await send("GET", pathOf(returnId), { key: KEYS.customer }), "label_missing");
  });

  it("has no link that can be made or changed by somebody else", async () => {
    const { returnId } = await labelledReturn();
    const { returnId: another } = await labelledReturn();
    const link = await linkOf(returnId);
    expect(orderOfReturn(another)).not.toBeNull();
    for (const forged of [
      link.replace(returnId, another),
      link.replace(/[0-9a-f]$/, (last) => (last === "0" ? "1" : "0")),
      link.slice(0, -1),
      `${link}.x`,
      "/return-label/x",
    ])
      await problem(await send("GET", forged, { key: null }), "not_found");
    expect(await returnLabelUrl(workerEnv, "order")).toBeUndefined();
    expect(await returnLabelUrl(workerEnv, "return:x")).toBeUndefined();
  });
});
