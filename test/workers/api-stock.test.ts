import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { AvailabilityAnswer, LevelAnswer } from "../../src/contracts/inventory.ts";
import type { LevelView } from "../../src/contracts/level-rpc.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { registerLevels } from "../../src/db/ops/save-catalog.ts";
import { upsertStock } from "../../src/db/ops/stock.ts";
import type { Sku, WarehouseId } from "../../src/domain/ids.ts";
import { invalidateCatalog } from "../../src/services/catalog.ts";
import { json, KEYS, newStock, newWarehouse, prepareWorld, problem, send, unique } from "./api-harness.ts";

beforeAll(prepareWorld);

function sendCsv(path: string, lines: readonly string[], headers: Record<string, string> = {}): Promise<Response> {
  return send("POST", `/api/v1/inventory/${path}`, {
    body: `${lines.join("\r\n")}\r\n`,
    headers: { "Content-Type": "text/csv; charset=utf-8", ...headers },
  });
}

async function onHand(sku: Sku, warehouseId: WarehouseId): Promise<number> {
  return (await json<LevelAnswer>(await send("GET", `/api/v1/inventory/${sku}/${warehouseId}`))).onHand;
}

describe("stock commands as CSV", () => {
  it("are done row by row, as JSON is", async () => {
    const [from, to] = [await newWarehouse(), await newWarehouse()];
    const sku = await newStock({ units: 5, warehouseId: from });
    const done = async (path: string, lines: string[]) =>
      (await json<{ data: { status: string }[] }>(await sendCsv(path, lines))).data.map(({ status }) => status);
    expect(await done("receipts", ["sku,warehouseId,quantity", `${sku},${from},10`, `${sku},${from},2`])).toEqual([
      "done",
      "done",
    ]);
    expect(
      await done("adjustments", [
        "sku;warehouseId;delta;reason",
        `${sku};${from};-3;"fell; broke"`,
        `none;${from};1;x`,
      ]),
    ).toEqual(["done", "refused"]);
    expect(await done("transfers", ["sku,from,to,quantity,ref", `${sku},${from},${to},4,`])).toEqual(["done"]);
    expect(await done("counts", ["sku,warehouseId,quantity,asOf", `${sku},${to},3,`])).toEqual(["done"]);
    expect([await onHand(sku, from), await onHand(sku, to)]).toEqual([10, 3]);
  });

  it("change nothing when one row is malformed, and name its line", async () => {
    const warehouseId = await newWarehouse();
    const sku = await newStock({ units: 5, warehouseId });
    const lines = ["sku,warehouseId,quantity", `${sku},${warehouseId},10`, `${sku},${warehouseId},ten`];
    const { errors } = await problem(await sendCsv("receipts", lines), "invalid_request");
    expect(errors).toEqual([
      { pointer: "/rows/1/quantity", detail: expect.stringMatching(/^line 3: must be a whole number/) },
    ]);
    expect(await onHand(sku, warehouseId)).toBe(5);
  });

  it("are done once under their key, whichever way they are written", async () => {
    const warehouseId = await newWarehouse();
    const sku = await newStock({ units: 5, warehouseId });
    const headers = { "Idempotency-Key": unique("csv") };
    const lines = ["quantity,warehouseId,sku", `2,${warehouseId},${sku}`];
    await json(await sendCsv("receipts", lines, headers));
    const again = await send("POST", "/api/v1/inventory/receipts", {
      body: { rows: [{ sku, warehouseId, quantity: 2 }] },
      headers,
    });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await onHand(sku, warehouseId)).toBe(7);
  });

  it("are taken as JSON and CSV and nothing else, and other commands as JSON alone", async () => {
    const headers = { "Content-Type": "text/tab-separated-values" };
    const refused = await send("POST", "/api/v1/inventory/counts", { body: "x", headers });
    expect((await problem(refused, "unsupported_media_type")).detail).toContain("application/json or text/csv");
    const csv = { "Content-Type": "text/csv" };
    await problem(await send("POST", "/inventory/reserve", { body: "x", headers: csv }), "unsupported_media_type");
  });
});

describe("the list of stock", () => {
  it("shows levels with drift page by page, and narrows them as any other", async () => {
    const warehouseId = await newWarehouse();
    const skus: Sku[] = [];
    for (let n = 0; n < 4; n += 1) skus.push(await newStock({ units: 5, warehouseId }));
    const [first, second, , steady] = skus.toSorted() as [Sku, Sku, Sku, Sku];
    const counts = skus.map((sku) => ({ sku, warehouseId, quantity: sku === steady ? 5 : sku === second ? 0 : 4 }));
    await json(await send("POST", "/api/v1/inventory/counts", { body: { rows: counts } }));
    await upsertStock(
      openOps(env.OPS),
      await Promise.all(
        skus.map(async (sku): Promise<LevelView> => {
          const level = await json<LevelAnswer>(await send("GET", `/api/v1/inventory/${sku}/${warehouseId}`));
          const { onHand: units, held, allocated, available, sequence, settings } = level;
          const numbers = { onHand: units, held, allocated, available, sequence, asOf: Date.now() };
          return { sku, warehouseId, ...numbers, safetyStock: settings.safetyStock, reorderPoint: 0 };
        }),
      ),
    );
    const list = async (query: string) => {
      const answer = await send("GET", `/api/v1/inventory?warehouse=${warehouseId}&${query}`);
      return json<{ data: { sku: Sku }[]; nextCursor: string | null }>(answer);
    };
    const page = await list("drift=true&limit=2");
    expect(page.data.map(({ sku }) => sku)).toEqual([first, second]);
    const rest = await list(`drift=true&limit=2&cursor=${encodeURIComponent(page.nextCursor ?? "")}`);
    expect([...page.data, ...rest.data].map(({ sku }) => sku)).not.toContain(steady);
    expect(rest).toMatchObject({ data: [{}], nextCursor: null });
    expect((await list("drift=true&out=true")).data.map(({ sku }) => sku)).toEqual([second]);
    expect((await list(`drift=true&sku=${steady}`)).data).toEqual([]);
    expect((await list("drift=true&category=none")).data).toEqual([]);
  });
});

describe("a closed warehouse", () => {
  it("offers nothing to newcomers, and says so wherever its stock is read", async () => {
    const [open, closed, idle] = [
      await newWarehouse(),
      await newWarehouse(undefined, { open: false }),
      await newWarehouse(undefined, { workingDays: [] }),
    ];
    const sku = await newStock({ units: 7, warehouseId: open });
    const at = (warehouseId: WarehouseId) => ({ sku, warehouseId, opening: 7, safetyStock: 0, reorderPoint: 0 });
    await registerLevels(openOps(env.OPS), [at(closed), at(idle)], Date.now());
    invalidateCatalog();

    const reserve = (warehouseId: WarehouseId) =>
      send("POST", "/inventory/reserve", { body: { productId: sku, warehouseId, quantity: 1 } });
    await json(await reserve(open), 201);
    for (const warehouseId of [closed, idle])
      expect((await problem(await reserve(warehouseId), "warehouse_closed")).detail).toContain(warehouseId);

    for (const key of [KEYS.admin, KEYS.customer]) {
      const { stockLevels } = await json<AvailabilityAnswer>(await send("GET", `/inventory?productId=${sku}`, { key }));
      const offered = stockLevels.map(({ warehouseId, quantity, closed: mark }) => [warehouseId, quantity, mark]);
      expect(new Set(offered)).toEqual(
        new Set([
          [open, 6, undefined],
          [closed, 0, true],
          [idle, 0, true],
        ]),
      );
    }
    const read = async (warehouseId: WarehouseId) =>
      json<LevelAnswer>(await send("GET", `/api/v1/inventory/${sku}/${warehouseId}`));
    expect(await read(open)).toMatchObject({ onHand: 7, available: 6 });
    expect(await read(closed)).toMatchObject({ onHand: 7, available: 0, closed: true });
    const { data } = await json<{ data: object[] }>(await send("GET", `/api/v1/inventory?warehouse=${closed}`));
    expect(data).toMatchObject([{ sku, onHand: 7, available: 0, closed: true }]);
  });
});
