import type { Sku, WarehouseId } from "../../src/domain/ids.ts";
import type { FaultsClient } from "./client.ts";
import type { Journal } from "./journal.ts";

/** What one run sells, and where: nothing of it is shared with another run. */
export interface World {
  /** Part of every name that this run makes. */
  name: string;
  warehouses: readonly [WarehouseId, ...WarehouseId[]];
  /** Everyone wants it; receipts bring more. */
  hot: Sku;
  /** A few units here and there: most who want it go without. */
  scarce: readonly [Sku, ...Sku[]];
  /** Enough for everyone; counted, adjusted and moved about. */
  plain: readonly [Sku, ...Sku[]];
  /** Nearly gone, and orders wait for it. */
  waiting: Sku;
  /** Of the seeded catalogue: their levels open with stock that no receipt has brought. */
  seeded: readonly [Sku, ...Sku[]];
  /** A card that a customer of the seed has saved. */
  saved: SavedMeans;
  /** PayPal accounts of the same customer: one that pays, and one that PayPal declines. */
  paypal: { pays: SavedMeans; declines: SavedMeans };
}

export interface SavedMeans {
  customerId: string;
  method: string;
}

const CITIES = [
  {
    city: "Berlin",
    country: "DE",
    latitude: 52.52,
    longitude: 13.405,
    line1: "Westhafenstraße 1",
    postalCode: "13353",
    timeZone: "Europe/Berlin",
  },
  {
    city: "Paris",
    country: "FR",
    latitude: 48.8566,
    longitude: 2.3522,
    line1: "12 Rue du Landy",
    postalCode: "75018",
    timeZone: "Europe/Paris",
  },
  {
    city: "Madrid",
    country: "ES",
    latitude: 40.4168,
    longitude: -3.7038,
    line1: "Calle de Méndez Álvaro 20",
    postalCode: "28045",
    timeZone: "Europe/Madrid",
  },
] as const;

const HOT_UNITS = 60;
const PLAIN_UNITS = 400;

function skus(name: string, kind: string, count: number): [Sku, ...Sku[]] {
  const made = Array.from({ length: count }, (_, index) => `${name}-${kind}-${index + 1}` as Sku);
  return [made[0] ?? (`${name}-${kind}` as Sku), ...made.slice(1)];
}

/** Makes the run's warehouses, products and stock through the API. Throws where one of them is refused. */
export async function buildWorld(client: FaultsClient, journal: Journal, seed: number): Promise<World> {
  const name = `flt${seed}`;
  const [berlin, paris, madrid] = CITIES;
  const warehouses: [WarehouseId, WarehouseId, WarehouseId] = [
    await buildWarehouse(client, name, berlin),
    await buildWarehouse(client, name, paris),
    await buildWarehouse(client, name, madrid),
  ];
  const world: World = {
    name,
    warehouses,
    hot: `${name}-hot` as Sku,
    scarce: skus(name, "scarce", 6),
    plain: skus(name, "plain", 8),
    waiting: `${name}-waiting` as Sku,
    seeded: ["85123A" as Sku, "47566" as Sku, "84879" as Sku],
    saved: await saveCard(client, name, "cus_carmen-ortega"),
    paypal: {
      pays: await savePaypal(client, name, "cus_carmen-ortega", "approve"),
      declines: await savePaypal(client, name, "cus_carmen-ortega", "approve_declined"),
    },
  };
  for (const sku of [world.hot, ...world.scarce, ...world.plain, world.waiting])
    await buildProduct(client, sku, sku === world.waiting);
  const rows = [
    ...warehouses.slice(0, 2).map((warehouseId) => ({ sku: world.hot, warehouseId, quantity: HOT_UNITS })),
    ...world.scarce.map((sku, index) => ({
      sku,
      warehouseId: warehouses[index % 3] ?? warehouses[0],
      quantity: 2 + (index % 4),
    })),
    ...world.plain.flatMap((sku) => warehouses.map((warehouseId) => ({ sku, warehouseId, quantity: PLAIN_UNITS }))),
    { sku: world.waiting, warehouseId: warehouses[0], quantity: 3 },
  ];
  const key = `${name}-opening`;
  const answer = await client.ask({ method: "POST", path: "/api/v1/inventory/receipts", key, body: { rows } });
  if (answer.status !== 200) throw new Error(`the opening receipts were answered with ${answer.status}`);
  for (const [index, { quantity, ...place }] of rows.entries())
    journal.acknowledge({ kind: "stock_moved", command: "receipt", ref: `${key}:${index}`, ...place, delta: quantity });
  return world;
}

async function buildWarehouse(
  client: FaultsClient,
  name: string,
  place: (typeof CITIES)[number],
): Promise<WarehouseId> {
  const { city, country, latitude, longitude, line1, postalCode, timeZone } = place;
  const id = `${name}-${city.toLowerCase()}` as WarehouseId;
  const body = {
    id,
    name: `Faults ${city}`,
    city,
    country,
    location: { latitude, longitude },
    timeZone,
    cutOffMinutes: 960,
    workingDays: [1, 2, 3, 4, 5],
    dailyCapacity: 10_000,
    serves: [],
    mode: "floor",
    open: true,
    address: { line1, city, postalCode, country },
  };
  const answer = await client.ask({ method: "POST", path: "/api/v1/warehouses", key: id, body });
  if (answer.status !== 201)
    throw new Error(`the warehouse ${id} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
  return id;
}

async function buildProduct(client: FaultsClient, sku: Sku, backorder: boolean): Promise<void> {
  const body = {
    sku,
    name: `Faults ${sku}`,
    category: "faults",
    unit: "each",
    price: { amount: 1_490, currency: "EUR" },
    weightGrams: 250,
    taxClass: "standard",
    backorder,
    active: true,
  };
  const answer = await client.ask({ method: "POST", path: "/api/v1/products", key: `product-${sku}`, body });
  if (answer.status !== 201)
    throw new Error(`the product ${sku} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
}

async function saveCard(client: FaultsClient, name: string, customerId: string): Promise<SavedMeans> {
  const path = `/api/v1/customers/${customerId}/payment-methods`;
  const body = { paymentMethod: { token: "pm_card_visa" } };
  const answer = await client.ask({ method: "POST", path, key: `${name}-card`, body });
  const { id } = answer.body as { id?: string };
  if (answer.status !== 201 || id === undefined)
    throw new Error(`saving a card was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
  return { customerId, method: id };
}

/** Has the customer's PayPal account saved, as they would: at PayPal's page, and back. */
async function savePaypal(
  client: FaultsClient,
  name: string,
  customerId: string,
  answer: "approve" | "approve_declined",
): Promise<SavedMeans> {
  const path = `/api/v1/customers/${customerId}/payment-methods`;
  const accounts = async () => {
    const { data } = (await client.ask({ method: "GET", path })).body as { data: { id: string; brand: string }[] };
    return data.filter(({ brand }) => brand === "paypal").map(({ id }) => id);
  };
  const before = await accounts();
  const body = { paymentMethod: { token: "paypal" } };
  const asked = await client.ask({ method: "POST", path, key: `${name}-${answer}`, body });
  const { actionUrl } = asked.body as { actionUrl?: string };
  if (actionUrl === undefined) throw new Error(`saving a PayPal account was answered with ${asked.status}`);
  const approved = await client.ask({ method: "POST", path: new URL(actionUrl).pathname, form: { answer } });
  const back = new URL(approved.location ?? "", actionUrl);
  await client.ask({ method: "GET", path: back.pathname + back.search });
  const method = (await accounts()).find((id) => !before.includes(id));
  if (method === undefined) throw new Error("the PayPal account is not saved");
  return { customerId, method };
}
