import type { CreateProductForm, ProductAnswer, ReplaceProductForm } from "../contracts/catalog.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { openOps } from "../db/ops/database.ts";
import type { Versioned } from "../db/ops/load-catalog.ts";
import { type SaveMode, saveProduct } from "../db/ops/save-catalog.ts";
import type { Product } from "../domain/catalog.ts";
import { foldText, searchText } from "../domain/fold-text.ts";
import type { Sku } from "../domain/ids.ts";
import { policyOf } from "../domain/stock-policy.ts";
import { auditEntry, sealAudit } from "./audit.ts";
import { lacking } from "./authorize.ts";
import { catalogOf, invalidateCatalog } from "./catalog.ts";
import type { ServiceContext } from "./context.ts";
import { onceInOps } from "./once-in-ops.ts";

export interface ProductFilter {
  category?: string | undefined;
  active?: boolean | undefined;
  /** A part of the SKU or the name; case and accents do not matter. */
  q?: string | undefined;
}

/** A page of the catalogue by SKU, as this isolate holds it: at most a minute old. Customers see what is sold now. */
export async function listProducts(
  ctx: ServiceContext,
  filter: ProductFilter,
  page: { after: string | undefined; limit: number },
): Promise<ServiceResult<{ rows: ProductAnswer[]; next: string | null }>> {
  const denied = lacking(ctx, "catalog:read");
  if (denied !== null) return denied;
  const { products } = await catalogOf(ctx.env, ctx.now, ctx.defer);
  const text = filter.q === undefined ? undefined : foldText(filter.q);
  const rows: ProductAnswer[] = [];
  for (const product of products.values()) {
    if (page.after !== undefined && product.sku <= page.after) continue;
    if (!isSeen(ctx, product) || (filter.active !== undefined && product.active !== filter.active)) continue;
    if (filter.category !== undefined && product.category !== filter.category) continue;
    if (text !== undefined && !foldedOf(product).includes(text)) continue;
    if (rows.length === page.limit) return { ok: true, value: { rows, next: rows.at(-1)?.sku ?? null } };
    rows.push(describeProduct(product));
  }
  return { ok: true, value: { rows, next: null } };
}

const folded = new WeakMap<Product, string>();

/** What the product is found by. Kept as long as the catalogue that it is of. */
function foldedOf(product: Product): string {
  const known = folded.get(product);
  if (known !== undefined) return known;
  const text = searchText([product.sku, product.name]);
  folded.set(product, text);
  return text;
}

/** One product. */
export async function readProduct(ctx: ServiceContext, sku: Sku): Promise<ServiceResult<ProductAnswer>> {
  const denied = lacking(ctx, "catalog:read");
  if (denied !== null) return denied;
  const product = (await catalogOf(ctx.env, ctx.now, ctx.defer)).products.get(sku);
  return product === undefined || !isSeen(ctx, product)
    ? refuse("not_found", `There is no product ${sku}.`)
    : { ok: true, value: describeProduct(product) };
}

/** Adds a product. */
export async function createProduct(
  ctx: ServiceContext,
  form: CreateProductForm,
): Promise<ServiceResult<ProductAnswer>> {
  const again = (sku: string) => {
    // This isolate may not have heard of it yet.
    invalidateCatalog();
    return readProduct(ctx, sku as Sku);
  };
  return onceInOps(ctx, again, () => save(ctx, productOf(form), { kind: "create" }, null));
}

/** Replaces a product, if it is as the caller has read it; `expectedVersion` null replaces it as it is. */
export async function replaceProduct(
  ctx: ServiceContext,
  sku: Sku,
  form: ReplaceProductForm,
  expectedVersion: number | null,
): Promise<ServiceResult<ProductAnswer>> {
  const denied = lacking(ctx, "catalog:write");
  if (denied !== null) return denied;
  invalidateCatalog();
  const before = (await catalogOf(ctx.env, ctx.now, ctx.defer)).products.get(sku);
  if (before === undefined) return refuse("not_found", `There is no product ${sku}.`);
  const mode: SaveMode = { kind: "replace", expectedVersion: expectedVersion ?? before.version };
  return save(ctx, productOf({ sku, ...form }), mode, before);
}

async function save(
  ctx: ServiceContext,
  product: Product,
  mode: SaveMode,
  before: Product | null,
): Promise<ServiceResult<ProductAnswer>> {
  const denied = lacking(ctx, "catalog:write");
  if (denied !== null) return denied;
  const entry = auditEntry(ctx, {
    action: mode.kind === "create" ? "product.created" : "product.replaced",
    subject: `product:${product.sku}`,
    before,
    after: product,
  });
  const saved = await saveProduct(
    openOps(ctx.env.OPS),
    product,
    mode,
    ctx.now,
    entry,
    ctx.deed && { deed: ctx.deed, subject: product.sku },
  );
  if (!saved.ok) {
    if (saved.reason === "already_exists")
      return refuse("already_exists", `There is a product ${product.sku} already.`);
    if (saved.reason === "name_taken")
      return refuse("already_exists", `Another product is called ${product.name}.`, {
        errors: [{ pointer: "/name", detail: "must be a name that no other product has" }],
      });
    return refuse("version_stale", `Product ${product.sku} has changed since it was read.`);
  }
  ctx.defer(sealAudit(ctx.env));
  invalidateCatalog();
  return { ok: true, value: describeProduct({ ...product, version: saved.version }) };
}

function productOf({ price, stockPolicy, backorder = false, ...form }: CreateProductForm): Product {
  const waits = stockPolicy ? { backorder: stockPolicy.kind !== "refuse", stockPolicy } : { backorder };
  return { ...form, ...waits, price: price.amount, currency: price.currency };
}

function isSeen({ principal }: ServiceContext, product: Product): boolean {
  return product.active || (principal.role !== "customer" && principal.role !== "storefront");
}

function describeProduct({ price, currency, ...product }: Versioned<Product>): ProductAnswer {
  return {
    sku: product.sku,
    productId: product.sku,
    name: product.name,
    category: product.category,
    unit: product.unit,
    price: { amount: price, currency },
    weightGrams: product.weightGrams,
    taxClass: product.taxClass,
    backorder: product.backorder,
    stockPolicy: policyOf(product),
    active: product.active,
    version: product.version,
  };
}
