/** What a list of returns may be narrowed by; everything that is set must hold. */
export interface ReturnFilter {
  orderId?: string | undefined;
  status?: readonly string[] | undefined;
  customerId?: string | undefined;
  placedBy?: string | undefined;
  channel?: string | undefined;
  warehouseId?: string | undefined;
}

/** A place in the list, newest first. */
export interface ReturnPosition {
  requestedAt: number;
  id: string;
}

/** A return as a row of a list. */
export interface ReturnRow {
  id: string;
  orderId: string;
  orderNumber: string;
  state: string;
  reason: string;
  units: number;
  customerId: string | null;
  warehouseId: string;
  requestedAt: number;
  updatedAt: number;
}

const COLUMNS = {
  orderId: "order_id",
  customerId: "customer_id",
  placedBy: "placed_by",
  channel: "channel",
  warehouseId: "warehouse_id",
} as const;

/** The newest returns of one database after `after`, at most `limit`. */
export async function listReturnRows(
  database: D1Database,
  { status, ...equal }: ReturnFilter,
  after: ReturnPosition | null,
  limit: number,
): Promise<ReturnRow[]> {
  const conditions: [sql: string, ...values: (string | number)[]][] = [];
  for (const [name, column] of Object.entries(COLUMNS) as [keyof typeof COLUMNS, string][]) {
    const value = equal[name];
    if (value !== undefined) conditions.push([`${column} = ?`, value]);
  }
  if (status !== undefined) conditions.push([`state IN (${status.map(() => "?").join(", ")})`, ...status]);
  if (after) conditions.push(["(requested_at, id) < (?, ?)", after.requestedAt, after.id]);
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.map(([sql]) => sql).join(" AND ")}`;
  const { results } = await database
    .prepare(
      `SELECT id, order_id AS orderId, order_number AS orderNumber, state, reason, units, customer_id AS customerId,
          warehouse_id AS warehouseId, requested_at AS requestedAt, updated_at AS updatedAt
        FROM returns ${where} ORDER BY requested_at DESC, id DESC LIMIT ?`,
    )
    .bind(...conditions.flatMap(([, ...values]) => values), limit)
    .all<ReturnRow>();
  return results;
}
