import { z } from "zod";
import {
  availabilityAnswer,
  inventoryQuery,
  levelAnswer,
  levelParams,
  levelSettings,
  movementList,
  movementQuery,
  reservationParams,
  reserveAnswer,
  reserveForm,
  settingsForm,
  stockList,
} from "../../contracts/inventory.ts";
import { DEFAULT_LIMIT } from "../../contracts/lists.ts";
import { configureLevel } from "../../services/configure-level.ts";
import {
  listInventory,
  listMovements,
  movementPosition,
  readAvailability,
  readLevel,
} from "../../services/read-stock.ts";
import { releaseReservation } from "../../services/release-reservation.ts";
import { reserveStock } from "../../services/reserve-stock.ts";
import { expectedVersion } from "../conditional.ts";
import { makeCursor, readCursor } from "../cursor.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { listAnswer } from "../serve.ts";
import { sku, warehouseId } from "../../contracts/primitives.ts";

const TAG = "Inventory";
const stockPosition = z.strictObject({ sku, warehouseId });

const read = endpoint({
  method: "GET",
  path: "/inventory",
  plain: true,
  tag: TAG,
  summary: "What is available: live for one product, or a list of all levels",
  scope: "inventory:read",
  query: inventoryQuery,
  cache: "availability",
  answers: {
    200: {
      description: "With `productId` live from the levels, else a page of the list.",
      schema: z.union([availabilityAnswer, stockList]),
    },
  },
  problems: ["invalid_cursor", "lists_unavailable"],
  async handle({ ctx, query: { productId, limit, cursor, ...filter } }) {
    if (productId !== undefined) {
      const found = await readAvailability(ctx, productId);
      return found.ok ? { status: 200, body: found.value } : found;
    }
    const after = await readCursor(ctx.env.SIGNING_SECRET, "stock", cursor, stockPosition);
    if (!after.ok) return after;
    const listed = await listInventory(ctx, filter, { after: after.value, limit: limit ?? DEFAULT_LIMIT });
    if (!listed.ok) return listed;
    const { rows, next } = listed.value;
    return listAnswer(rows, next === null ? null : await makeCursor(ctx.env.SIGNING_SECRET, "stock", next));
  },
});

const reserve = endpoint({
  method: "POST",
  path: "/inventory/reserve",
  plain: true,
  tag: TAG,
  summary: "Hold units for half an hour",
  scope: "inventory:reserve",
  audit: "behind",
  body: reserveForm,
  idempotent: "own",
  answers: { 201: { description: "The units are held.", schema: reserveAnswer } },
  problems: [
    "unknown_sku",
    "unknown_warehouse",
    "warehouse_closed",
    "insufficient_stock",
    "reservation_state",
    "idempotency_mismatch",
  ],
  changes: ({ body }, { body: reserved }) => [
    { action: "stock.reserved", subject: `level:${body.productId}/${body.warehouseId}`, after: reserved },
  ],
  async handle({ ctx, body }) {
    const done = await reserveStock(ctx, body);
    return done.ok ? { status: 201, body: done.value.reserved, replayed: done.value.replayed } : done;
  },
});

const release = endpoint({
  method: "DELETE",
  path: "/inventory/reservations/{id}",
  tag: TAG,
  summary: "Give a reservation back",
  scope: "inventory:reserve",
  params: reservationParams,
  answers: { 204: { description: "It is free, or was already." } },
  problems: ["reservation_state"],
  changes: ({ params }) => [{ action: "stock.released", subject: `reservation:${params.id}` }],
  async handle({ ctx, params }) {
    const released = await releaseReservation(ctx, params.id);
    return released.ok ? { status: 204 } : released;
  },
});

const level = endpoint({
  method: "GET",
  path: "/inventory/{sku}/{warehouse}",
  tag: TAG,
  summary: "One level with its reservations",
  scope: "inventory:read",
  params: levelParams,
  answers: {
    200: {
      description: "The level as it stands. `settings.version` is what a change of its settings takes as If-Match.",
      schema: levelAnswer,
    },
  },
  async handle({ ctx, params }) {
    const found = await readLevel(ctx, params.sku, params.warehouse);
    return found.ok ? { status: 200, body: found.value } : found;
  },
});

const ledger = endpoint({
  method: "GET",
  path: "/inventory/{sku}/{warehouse}/ledger",
  tag: TAG,
  summary: "The movements of one level, newest first",
  scope: "inventory:read",
  params: levelParams,
  query: movementQuery,
  answers: { 200: { description: "A page of movements, each with the balance after it.", schema: movementList } },
  problems: ["invalid_cursor"],
  async handle({ ctx, params, query: { limit, cursor } }) {
    const list = `movements.${params.sku}~${params.warehouse}`;
    const after = await readCursor(ctx.env.SIGNING_SECRET, list, cursor, movementPosition);
    if (!after.ok) return after;
    const listed = await listMovements(ctx, params.sku, params.warehouse, {
      before: after.value?.before,
      limit: limit ?? DEFAULT_LIMIT,
    });
    if (!listed.ok) return listed;
    const { rows, next } = listed.value;
    return listAnswer(rows, next === null ? null : await makeCursor(ctx.env.SIGNING_SECRET, list, { before: next }));
  },
});

const settings = endpoint({
  method: "PUT",
  path: "/inventory/{sku}/{warehouse}/settings",
  tag: TAG,
  summary: "Set safety stock, reorder point and channel buffers",
  scope: "inventory:write",
  audit: "own",
  params: levelParams,
  body: settingsForm,
  answers: {
    200: {
      description: "The settings as they are now. `If-Match` takes `settings.version` of the level.",
      schema: levelSettings,
    },
  },
  problems: ["unknown_sku", "unknown_warehouse", "version_required", "version_stale"],
  async handle({ ctx, params, body, request }) {
    const version = expectedVersion(request.headers.get("if-match"), true);
    if (!version.ok) return version;
    const configured = await configureLevel(
      ctx,
      { sku: params.sku, warehouseId: params.warehouse },
      body,
      version.value,
    );
    return configured.ok ? { status: 200, body: configured.value, version: configured.value.version } : configured;
  },
});

export const inventoryEndpoints: readonly AnyEndpoint[] = [read, reserve, release, level, ledger, settings];
