import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { FullOrderForm } from "../src/contracts/place-order.ts";
import { MAX_LINES } from "../src/contracts/place-order.ts";
import type { Sku } from "../src/domain/ids.ts";
import { CUSTOMERS } from "../seed/customers.ts";
import { pick, seededRandom } from "../seed/random.ts";
import { Books, type Demand } from "./demo/books.ts";
import { DemoClient, pause } from "./demo/client.ts";
import { type DemoResult, progressBar, report } from "./demo/report.ts";

const USAGE = `npm run demo [-- --orders N] [--file FILE] [--url URL]

Replays real baskets against the running system (npm start). Ends with 1 when units were oversold, or when an order
was refused for another reason than its stock or its size.
  --orders N   how many orders (300)
  --file FILE  baskets, one a line, as stock codes with commas between (the fixture of real invoices)
  --url URL    the system (http://localhost:8787, or at PORT)
`;

const CONCURRENCY = 16;
/** Customers live within this many degrees of their city. */
const SUBURBS = 0.25;
const FULFILLMENT_WITHIN_MS = 60_000;
const HISTORY_POLL_MS = 250;
/** A basket may ask for more than there is, or come to less than an order must. Every other refusal is a fault. */
const EXPECTED_REFUSALS: ReadonlySet<string> = new Set(["insufficient_stock", "total_too_small"]);
const AFTER_ALLOCATION: ReadonlySet<string> = new Set([
  "FULFILLMENT_PENDING",
  "FULFILLMENT_IN_PROGRESS",
  "SHIPPED",
  "DELIVERED",
]);

/** Runs `work` over the items, at most `CONCURRENCY` at a time. */
async function forEachConcurrently<Item>(items: readonly Item[], work: (item: Item, index: number) => Promise<void>) {
  const queue = items.entries();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const [index, item] of queue) await work(item, index);
    }),
  );
}

/** The file's baskets as lists of what the catalogue has, in the file's order; a basket with nothing left is skipped. */
function readBaskets(text: string, catalogue: ReadonlySet<string>, count: number): string[][] {
  const baskets: string[][] = [];
  for (const line of text.split("\n")) {
    if (baskets.length === count) break;
    const codes = line.split(",").map((code) => code.trim().toUpperCase());
    const skus = [...new Set(codes)].filter((code) => catalogue.has(code)).slice(0, MAX_LINES);
    if (skus.length > 0) baskets.push(skus);
  }
  return baskets;
}

interface DemoOrder {
  form: FullOrderForm;
  customer: { latitude: number; longitude: number };
}

/** The same orders in every run: one or two of each thing, for customers all over the world. */
function makeOrders(baskets: readonly string[][]): DemoOrder[] {
  const random = seededRandom(20_101_201);
  const [first, ...others] = CUSTOMERS;
  if (first === undefined) throw new Error("the seed has no customers");
  return baskets.map((skus) => {
    const person = pick(random, [first, ...others]);
    const home = person.location ?? { latitude: 0, longitude: 0 };
    const customer = {
      latitude: home.latitude + (random() * 2 - 1) * SUBURBS,
      longitude: home.longitude + (random() * 2 - 1) * SUBURBS,
    };
    return {
      customer,
      form: {
        customer: person.contact,
        lines: skus.map((sku) => ({ sku: sku as Sku, quantity: random() < 0.7 ? 1 : 2 })),
        address: person.address,
        location: customer,
        shippingMethod: pick(random, ["standard", "standard", "economy", "express"]),
        paymentMethod: { token: "pm_card_visa" },
        currency: "EUR",
      },
    };
  });
}

async function placeAll(client: DemoClient, books: Books, orders: readonly DemoOrder[]): Promise<DemoResult> {
  const result: DemoResult = { refusals: new Map(), orders: [], seconds: 0 };
  const run = randomUUID();
  const bar = progressBar("Placing orders", orders.length);
  const began = performance.now();
  await forEachConcurrently(orders, async ({ form, customer }, index) => {
    const demands: Demand[] = form.lines.map(({ sku, quantity }) => ({ sku, quantity }));
    const placement = await client.place(form, `demo-${run}-${index}`);
    if (placement.placed) {
      const { order } = placement;
      const parcels = [...new Set(order.reservations.map(({ warehouseId }) => warehouseId))];
      result.orders.push({
        orderId: order.orderId,
        backordered: order.lines.some((line) => line.backordered > 0),
        parcels: parcels.map((warehouseId) => ({ warehouseId, km: books.distanceTo(warehouseId, customer) })),
        nearestKm: books.nearestWithAll(demands, customer, form.address.country),
        fulfillmentMs: null,
      });
      books.record(order);
    } else {
      const { code, reason } = placement;
      result.refusals.set(code, [...(result.refusals.get(code) ?? []), reason]);
    }
    bar.advance();
  });
  result.seconds = (performance.now() - began) / 1000;
  bar.end();
  return result;
}

async function awaitFulfillment(client: DemoClient, result: DemoResult): Promise<void> {
  // An order with nothing to ship yet waits for stock, not for the saga.
  const expected = result.orders.filter((order) => order.parcels.length > 0 && !order.backordered);
  const bar = progressBar("Following them", expected.length);
  const deadline = performance.now() + FULFILLMENT_WITHIN_MS;
  await forEachConcurrently(expected, async (order) => {
    do {
      const history = await client.history(order.orderId);
      const placed = history[0];
      const requested = history.find((entry) => AFTER_ALLOCATION.has(entry.after));
      if (placed !== undefined && requested !== undefined) {
        order.fulfillmentMs = Date.parse(requested.at) - Date.parse(placed.at);
        break;
      }
      await pause(HISTORY_POLL_MS);
    } while (performance.now() < deadline);
    bar.advance();
  });
  bar.end();
}

/** Units that the levels themselves say are promised and not there. */
async function countOversold(client: DemoClient, skus: readonly string[]): Promise<number> {
  let oversold = 0;
  const bar = progressBar("Asking the levels", skus.length);
  await forEachConcurrently(skus, async (sku) => {
    const { stockLevels } = await client.availability(sku);
    for (const { warehouseId, onHand, held, allocated } of stockLevels) {
      if (onHand === undefined || held === undefined || allocated === undefined) {
        throw new Error(`the storefront's key is not shown the books of ${sku} at ${warehouseId}`);
      }
      oversold += Math.max(0, held + allocated - onHand);
    }
    bar.advance();
  });
  bar.end();
  return oversold;
}

const { values } = parseArgs({
  options: {
    orders: { type: "string", default: "300" },
    file: { type: "string", default: fileURLToPath(new URL("../test/fixtures/orders/baskets.csv", import.meta.url)) },
    url: { type: "string", default: `http://localhost:${process.env.PORT ?? "8787"}` },
    help: { type: "boolean", default: false },
  },
});
const count = Number(values.orders);
if (values.help || !Number.isInteger(count) || count < 1) {
  process.stdout.write(USAGE);
  process.exit(values.help ? 0 : 1);
}

const client = new DemoClient(values.url);
const [stock, warehouses] = await Promise.all([client.stock(), client.warehouses()]).catch((error: unknown) => {
  const cause = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${values.url} does not answer (${cause}). Start the system with \`npm start\` first.\n`);
  process.exit(1);
});
const catalogue = new Set(stock.map(({ sku }) => sku));
const baskets = readBaskets(await readFile(values.file, "utf8"), catalogue, count);
if (baskets.length < count) {
  process.stdout.write(
    `${values.file} has ${baskets.length} baskets with something of the catalogue; replaying those.\n`,
  );
}
const books = new Books(stock, warehouses);
const result = await placeAll(client, books, makeOrders(baskets));
await awaitFulfillment(client, result);
const oversold = Math.max(await countOversold(client, [...new Set(baskets.flat())]), books.promisedBeyondStock());
process.stdout.write(report(result, oversold));
const unexpected = [...result.refusals.keys()].filter((code) => !EXPECTED_REFUSALS.has(code));
if (unexpected.length > 0) process.stderr.write(`The demo's orders must not be refused as ${unexpected.join(", ")}.\n`);
process.exit(oversold === 0 && unexpected.length === 0 ? 0 : 1);
