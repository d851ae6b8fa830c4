import { z } from "zod";
import {
  createProductForm,
  createWarehouseForm,
  productAnswer,
  productList,
  productParams,
  productQuery,
  replaceProductForm,
  replaceWarehouseForm,
  shippingMethodList,
  warehouseAnswer,
  warehouseList,
  warehouseParams,
  warehouseQuery,
} from "../../contracts/catalog.ts";
import { DEFAULT_LIMIT } from "../../contracts/lists.ts";
import { createProduct, listProducts, readProduct, replaceProduct } from "../../services/products.ts";
import {
  createWarehouse,
  listShippingMethods,
  listWarehouses,
  readWarehouse,
  replaceWarehouse,
} from "../../services/warehouses.ts";
import { expectedVersion } from "../conditional.ts";
import { makeCursor, readCursor } from "../cursor.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { listAnswer } from "../serve.ts";

const TAG = "Catalogue";
const position = z.strictObject({ id: z.string() });

const products = endpoint({
  method: "GET",
  path: "/products",
  tag: TAG,
  summary: "What is sold, by SKU",
  scope: "catalog:read",
  query: productQuery,
  answers: { 200: { description: "A page of products.", schema: productList } },
  problems: ["invalid_cursor"],
  async handle({ ctx, query: { limit, cursor, ...filter } }) {
    const after = await readCursor(ctx.env.SIGNING_SECRET, "products", cursor, position);
    if (!after.ok) return after;
    const listed = await listProducts(ctx, filter, { after: after.value?.id, limit: limit ?? DEFAULT_LIMIT });
    if (!listed.ok) return listed;
    const { rows, next } = listed.value;
    return listAnswer(rows, next === null ? null : await makeCursor(ctx.env.SIGNING_SECRET, "products", { id: next }));
  },
});

const product = endpoint({
  method: "GET",
  path: "/products/{sku}",
  tag: TAG,
  summary: "Read a product",
  scope: "catalog:read",
  params: productParams,
  cache: "revalidate",
  answers: {
    200: { description: "The product.", schema: productAnswer },
    304: { description: "As the caller knows it." },
  },
  async handle({ ctx, params }) {
    const found = await readProduct(ctx, params.sku);
    return found.ok ? { status: 200, body: found.value, version: found.value.version } : found;
  },
});

const addProduct = endpoint({
  method: "POST",
  path: "/products",
  tag: TAG,
  summary: "Add a product",
  scope: "catalog:write",
  audit: "own",
  body: createProductForm,
  idempotent: "own",
  answers: { 201: { description: "The product.", schema: productAnswer } },
  problems: ["already_exists", "idempotency_mismatch"],
  async handle({ ctx, body }) {
    const created = await createProduct(ctx, body);
    return created.ok
      ? {
          status: 201,
          body: created.value,
          version: created.value.version,
          location: `/api/v1/products/${created.value.sku}`,
          replayed: created.replayed,
        }
      : created;
  },
});

const putProduct = endpoint({
  method: "PUT",
  path: "/products/{sku}",
  tag: TAG,
  summary: "Replace a product that is as you read it",
  scope: "catalog:write",
  audit: "own",
  params: productParams,
  body: replaceProductForm,
  answers: { 200: { description: "The product as it is now.", schema: productAnswer } },
  problems: ["already_exists", "version_required", "version_stale"],
  async handle({ ctx, params, body, request }) {
    const version = expectedVersion(request.headers.get("if-match"), true);
    if (!version.ok) return version;
    const replaced = await replaceProduct(ctx, params.sku, body, version.value);
    return replaced.ok ? { status: 200, body: replaced.value, version: replaced.value.version } : replaced;
  },
});

const warehouses = endpoint({
  method: "GET",
  path: "/warehouses",
  tag: TAG,
  summary: "The warehouses, by id",
  scope: "catalog:read",
  query: warehouseQuery,
  answers: { 200: { description: "A page of warehouses.", schema: warehouseList } },
  problems: ["invalid_cursor"],
  async handle({ ctx, query: { limit, cursor } }) {
    const after = await readCursor(ctx.env.SIGNING_SECRET, "warehouses", cursor, position);
    if (!after.ok) return after;
    const listed = await listWarehouses(ctx, { after: after.value?.id, limit: limit ?? DEFAULT_LIMIT });
    if (!listed.ok) return listed;
    const { rows, next } = listed.value;
    return listAnswer(
      rows,
      next === null ? null : await makeCursor(ctx.env.SIGNING_SECRET, "warehouses", { id: next }),
    );
  },
});

const warehouse = endpoint({
  method: "GET",
  path: "/warehouses/{id}",
  tag: TAG,
  summary: "Read a warehouse",
  scope: "catalog:read",
  params: warehouseParams,
  cache: "revalidate",
  answers: {
    200: { description: "The warehouse.", schema: warehouseAnswer },
    304: { description: "As the caller knows it." },
  },
  async handle({ ctx, params }) {
    const found = await readWarehouse(ctx, params.id);
    return found.ok ? { status: 200, body: found.value, version: found.value.version } : found;
  },
});

const addWarehouse = endpoint({
  method: "POST",
  path: "/warehouses",
  tag: TAG,
  summary: "Add a warehouse",
  scope: "catalog:write",
  audit: "own",
  body: createWarehouseForm,
  idempotent: "own",
  answers: { 201: { description: "The warehouse.", schema: warehouseAnswer } },
  problems: ["address_invalid", "already_exists", "idempotency_mismatch"],
  async handle({ ctx, body }) {
    const created = await createWarehouse(ctx, body);
    return created.ok
      ? {
          status: 201,
          body: created.value,
          version: created.value.version,
          location: `/api/v1/warehouses/${created.value.warehouseId}`,
          replayed: created.replayed,
        }
      : created;
  },
});

const putWarehouse = endpoint({
  method: "PUT",
  path: "/warehouses/{id}",
  tag: TAG,
  summary: "Replace a warehouse that is as you read it",
  scope: "catalog:write",
  audit: "own",
  params: warehouseParams,
  body: replaceWarehouseForm,
  answers: { 200: { description: "The warehouse as it is now.", schema: warehouseAnswer } },
  problems: ["address_invalid", "version_required", "version_stale"],
  async handle({ ctx, params, body, request }) {
    const version = expectedVersion(request.headers.get("if-match"), true);
    if (!version.ok) return version;
    const replaced = await replaceWarehouse(ctx, params.id, body, version.value);
    return replaced.ok ? { status: 200, body: replaced.value, version: replaced.value.version } : replaced;
  },
});

const shippingMethods = endpoint({
  method: "GET",
  path: "/shipping-methods",
  tag: TAG,
  summary: "The ways of shipping",
  scope: "catalog:read",
  answers: { 200: { description: "All of them.", schema: shippingMethodList } },
  async handle({ ctx }) {
    const listed = await listShippingMethods(ctx);
    return listed.ok ? listAnswer(listed.value, null) : listed;
  },
});

export const catalogEndpoints: readonly AnyEndpoint[] = [
  products,
  product,
  addProduct,
  putProduct,
  warehouses,
  warehouse,
  addWarehouse,
  putWarehouse,
  shippingMethods,
];
