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
import { adjustStock, receiveStock } from "../../services/move-stock.ts";
import { countStock } from "../../services/count-stock.ts";
import { transferStock } from "../../services/transfer-stock.ts";
import type { ServiceContext } from "../../services/context.ts";
import { PROBLEM_CODES, refuse } from "../../contracts/problem.ts";
import { type AnyEndpoint, endpoint, type Handled } from "../endpoint.ts";
import { parseCsv } from "../read-csv.ts";

const CSV =
  "UTF-8. The first line names fields of a row, as JSON has them; every further line is a row. " +
  "An empty cell leaves its field out.";

interface StockCommand<Row extends { sku: string }> {
  path: string;
  summary: string;
  row: z.ZodObject & z.ZodType<Row>;
  perform: (ctx: ServiceContext, rows: readonly Row[]) => Promise<{ rows: StockResultRow[]; replayed: boolean }>;
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
    idempotent: "own",
    answers: { 200: { description: "What became of each row, in the order given.", schema: stockResult } },
    problems: [
      "unknown_sku",
      "unknown_warehouse",
      "insufficient_stock",
      "count_outdated",
      "reference_reused",
      "idempotency_mismatch",
    ],
    changes: ({ body: asked }, { body }) => {
      const action = `stock.${path.slice(path.lastIndexOf("/") + 1)}`;
      const done = stockResult
        .parse(body)
        .data.filter(({ status, replayed }) => status !== "refused" && replayed !== true);
      return done.flatMap(({ row: index, status, sku, warehouseId, ...after }) => {
        const given = asked.rows[index];
        const source = given && leaves?.(given);
        const change = after.delta ?? after.drift ?? 0;
        const there = {
          action,
          subject: `level:${sku}/${warehouseId}`,
          before: { onHand: (after.onHand ?? 0) - change },
          after,
        };
        if (source === undefined) return [there];
        const left = { ref: after.ref, transfer: after.transfer, delta: -(after.inTransit ?? change), to: warehouseId };
        const here = { action, subject: `level:${sku}/${source}`, after: left };
        return status === "in_transit" ? [here] : [there, here];
      });
    },
    async handle({ ctx, body }): Promise<Handled> {
      const { rows, replayed } = await perform(ctx, body.rows);
      const [only] = rows;
      if (!body.bulk && only?.status === "refused")
        return refuse(problemCode(only.code), only.detail ?? "The level refuses it.");
      return { status: 200, body: { object: "list", data: rows, hasMore: false, nextCursor: null }, replayed };
    },
  });
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
