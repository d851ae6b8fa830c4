import type { z } from "zod";
import {
  adjustmentRow,
  countRow,
  oneOrMany,
  receiptRow,
  stockResult,
  type StockResultRow,
  transferRow,
} from "../../contracts/inventory.ts";
import type { ProblemCode } from "../../contracts/problem.ts";
import { type MovedRow, type RowOrigin, adjustStock, receiveStock } from "../../services/move-stock.ts";
import { countStock } from "../../services/count-stock.ts";
import { transferStock } from "../../services/transfer-stock.ts";
import type { ServiceContext } from "../../services/context.ts";
import { deedOfRow } from "../../services/deed.ts";
import { PROBLEM_CODES, refuse } from "../../contracts/problem.ts";
import { type AnyEndpoint, endpoint, type Handled } from "../endpoint.ts";
import { parseCsv } from "../read-csv.ts";

/** SKUs worked on side by side: enough to be quick, few enough to leave the levels to others. */
const AT_ONCE = 10;

const CSV =
  "UTF-8. The first line names fields of a row, as JSON has them; every further line is a row. " +
  "An empty cell leaves its field out.";

interface StockCommand<Row extends { sku: string }> {
  path: string;
  summary: string;
  row: z.ZodObject & z.ZodType<Row>;
  perform: (ctx: ServiceContext, row: Row, origin: RowOrigin) => Promise<MovedRow>;
  /** Where what arrives has left. */
  leaves?: (row: Row) => string;
}

/** One row, or `rows` of them: what is refused of many is told row by row, what is refused of one is a problem. */
function stockCommand<Row extends { sku: string }>({
  path,
  summary,
  row,
  perform,
  leaves,
}: StockCommand<Row>): AnyEndpoint {
  const documented = oneOrMany(row);
  const isBulk = (body: unknown): boolean => typeof body === "object" && body !== null && "rows" in body;
  const [single, bulk] = documented.options;
  const toSingle = single.transform((value): { bulk: boolean; rows: Row[] } => ({ bulk: false, rows: [value] }));
  const toBulk = bulk.transform(({ rows }): { bulk: boolean; rows: Row[] } => ({ bulk: true, rows }));
  return endpoint<undefined, undefined, { bulk: boolean; rows: Row[] }>({
    method: "POST",
    path,
    tag: "Inventory",
    summary,
    scope: "inventory:write",
    body: { documented, choose: (body) => (isBulk(body) ? toBulk : toSingle) },
    bodyFormats: { "text/csv": { description: CSV, read: (text) => parseCsv(text, bulk) } },
    idempotent: "kept",
    answers: { 200: { description: "What became of each row, in the order given.", schema: stockResult } },
    problems: [
      "unknown_sku",
      "unknown_warehouse",
      "insufficient_stock",
      "count_outdated",
      "reference_reused",
      "idempotency_mismatch",
      "idempotency_in_progress",
    ],
    changes: ({ body: asked }, { body }) => {
      const action = `stock.${path.slice(path.lastIndexOf("/") + 1)}`;
      const done = stockResult.parse(body).data.filter(({ status }) => status === "done");
      return done.flatMap(({ row: index, status: _status, sku, warehouseId, ...after }) => {
        const change = after.delta ?? after.drift ?? 0;
        const before = { onHand: (after.onHand ?? 0) - change };
        const given = asked.rows[index];
        const source = given && leaves?.(given);
        const left = { ref: after.ref, delta: -change, to: warehouseId };
        return [
          { action, subject: `level:${sku}/${warehouseId}`, before, after },
          ...(source === undefined ? [] : [{ action, subject: `level:${sku}/${source}`, after: left }]),
        ];
      });
    },
    async handle({ ctx, body, idempotencyKey }): Promise<Handled> {
      const base = idempotencyKey ?? crypto.randomUUID();
      const results = await performAll(body.rows, (row, index) =>
        perform({ ...ctx, deed: deedOfRow(ctx.deed, index, row) }, row, { ref: `${base}:${index}` }),
      );
      const [only] = results;
      if (!body.bulk && only?.status === "refused")
        return refuse(problemCode(only.code), only.detail ?? "The level refuses it.");
      return { status: 200, body: { object: "list", data: results, hasMore: false, nextCursor: null } };
    },
  });
}

/** Rows of one SKU keep their order, because they may be about one level; SKUs go side by side. */
async function performAll<Row extends { sku: string }>(
  rows: readonly Row[],
  perform: (row: Row, index: number) => Promise<MovedRow>,
): Promise<StockResultRow[]> {
  const waiting = [...Map.groupBy([...rows.entries()], ([, { sku }]) => sku).values()];
  const results: StockResultRow[] = [];
  const work = async (): Promise<void> => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift())
      for (const [index, row] of group) results.push({ row: index, ...(await perform(row, index)) });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results.sort((a, b) => a.row - b.row);
}

function problemCode(text: string | undefined): ProblemCode {
  return PROBLEM_CODES.find((code) => code === text) ?? "internal";
}

export const stockCommandEndpoints: readonly AnyEndpoint[] = [
  stockCommand({ path: "/inventory/receipts", summary: "Goods came in", row: receiptRow, perform: receiveStock }),
  stockCommand({
    path: "/inventory/adjustments",
    summary: "Put the books right by hand, with a reason",
    row: adjustmentRow,
    perform: adjustStock,
  }),
  stockCommand({
    path: "/inventory/counts",
    summary: "What was counted becomes the books",
    row: countRow,
    perform: countStock,
  }),
  stockCommand({
    path: "/inventory/transfers",
    summary: "Move units from one warehouse to another",
    row: transferRow,
    perform: transferStock,
    leaves: ({ from }) => from,
  }),
];
