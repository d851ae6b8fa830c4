import * as fc from "fast-check";
import papa from "papaparse";
import { describe, expect, it } from "vitest";
import { parseCsv } from "../../src/api/read-csv.ts";
import { adjustmentRow, countRow, MAX_ROWS, oneOrMany, transferRow } from "../../src/contracts/inventory.ts";

const ADJUSTMENTS = oneOrMany(adjustmentRow).options[1];

async function read(text: string, bulk: Parameters<typeof parseCsv>[1] = ADJUSTMENTS) {
  const result = await parseCsv(text, bulk);
  return result.ok ? result.value.rows : (result.problem.errors ?? []);
}

describe("a CSV body", () => {
  it("stands for the rows that JSON would have, with numbers where the fields are numbers", async () => {
    expect(
      await read("sku,warehouseId,delta,reason,ref\n22423,berlin,-3,broken,\n85123A,berlin,+4,found,po-1\n"),
    ).toEqual([
      { sku: "22423", warehouseId: "berlin", delta: -3, reason: "broken" },
      { sku: "85123A", warehouseId: "berlin", delta: 4, reason: "found", ref: "po-1" },
    ]);
  });

  it("may be written as spreadsheets write it", async () => {
    const text = '\uFEFF"reason";sku;warehouseId;delta\r\n"one; two, ""three""";A-1; berlin ;1\r\n;;;\r\n\r\n';
    expect(await read(text)).toEqual([{ sku: "A-1", warehouseId: "berlin", delta: 1, reason: 'one; two, "three"' }]);
  });

  it("says of each wrong row its line, and where it is in the JSON form", async () => {
    const text = "sku,warehouseId,delta,reason\nA-1,berlin,1,found\n\nA-1,berlin,many,found\nA-1,Berlin,0,\n";
    expect(await read(text)).toEqual([
      { pointer: "/rows/1/delta", detail: expect.stringMatching(/^line 4: must be a whole number from/) },
      { pointer: "/rows/2/warehouseId", detail: expect.stringMatching(/^line 5: must be a warehouse's id/) },
      { pointer: "/rows/2/delta", detail: "line 5: must not be 0" },
      { pointer: "/rows/2/reason", detail: expect.stringMatching(/^line 5: is missing/) },
    ]);
  });

  it("counts the lines of a cell that has several", async () => {
    const text = 'sku,warehouseId,delta,reason\nA-1,berlin,1,"found\nit"\nA-1,berlin,1.5,found\n';
    expect(await read(text)).toEqual([
      { pointer: "/rows/0/reason", detail: "line 2: must be one line" },
      { pointer: "/rows/1/delta", detail: expect.stringMatching(/^line 4: /) },
    ]);
  });

  it("tells what is wrong with the rule between two fields too", async () => {
    const text = "sku,from,to,quantity\nA-1,berlin,berlin,1\n";
    expect(await read(text, oneOrMany(transferRow).options[1])).toEqual([
      { pointer: "/rows/0/to", detail: "line 2: must be another warehouse than `from`" },
    ]);
  });

  it.each([
    ["", "must begin with a line that names the fields"],
    ["sku,warehouseId,delta\nA-1,berlin,1\n", 'line 1: "reason" is missing'],
    ["sku,warehouseId,delta,reason,sku\nA-1,berlin,1,x,A-1\n", 'line 1: "sku" is there twice'],
    [
      "sku,warehouseId,delta,reason,price\nA-1,berlin,1,x,5\n",
      'line 1: "price" is not a field; the fields are sku, warehouseId, delta, reason, ref, occurredAt',
    ],
    ["sku,warehouseId,delta,reason\nA-1,berlin,1\n", "line 2: must have 4 cells, as the first line has, and has 3"],
    ["sku,warehouseId,delta,reason\nA-1,berlin,1,x,y\n", "line 2: must have 4 cells, as the first line has, and has 5"],
    ['sku,warehouseId,delta,reason\nA-1,berlin,1,"x\n', "line 2: has a quote that does not end where its cell ends"],
    ["sku,warehouseId,delta,reason\n", "must have at least 1 entry"],
  ])("is refused when it is %j", async (text, detail) => {
    expect(await read(text)).toContainEqual({ pointer: expect.any(String), detail });
  });

  it("has as many rows as JSON may have, and no more", async () => {
    const rows = (count: number) => `sku,warehouseId,quantity\n${"A-1,berlin,1\n".repeat(count)}`;
    const counts = oneOrMany(countRow).options[1];
    expect(await read(rows(MAX_ROWS), counts)).toHaveLength(MAX_ROWS);
    expect(await read(rows(MAX_ROWS + 1), counts)).toEqual([
      { pointer: "/rows", detail: `must have at most ${MAX_ROWS} entries` },
    ]);
  });

  it("gives back whatever reasons were written", async () => {
    const reason = fc
      .string({ minLength: 1, maxLength: 40, unit: "grapheme" })
      .filter((text) => /^\P{C}+$/u.test(text) && text.trim() !== "");
    await fc.assert(
      fc.asyncProperty(
        fc.array(reason, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(",", ";"),
        async (reasons, delimiter) => {
          const rows = reasons.map((text) => ({ sku: "A-1", warehouseId: "berlin", delta: 1, reason: text }));
          const found = await read(papa.unparse(rows, { delimiter }));
          expect(found).toEqual(rows.map((row) => ({ ...row, reason: row.reason.trim() })));
        },
      ),
    );
  });
});
