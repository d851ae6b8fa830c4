import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { customerAnswer, customerHistoryEntry, customerSummary } from "../../src/contracts/customers.ts";
import { deviationAnswer } from "../../src/contracts/deviations.ts";
import { offerRow, stockLevel, stockRow } from "../../src/contracts/inventory.ts";
import { notificationRow } from "../../src/contracts/notifications.ts";
import {
  historyEntry,
  orderAnswer,
  orderSummary,
  sagaEntry,
  warehouseOrderAnswer,
  warehouseOrderSummary,
} from "../../src/contracts/orders.ts";
import {
  orderPayments,
  returnAnswer,
  returnSummary,
  warehouseReturnAnswer,
  warehouseReturnSummary,
} from "../../src/contracts/returns.ts";
import type { OrderId, WarehouseId } from "../../src/domain/ids.ts";
import {
  addKey,
  CUSTOMER,
  FLOOR_WAREHOUSE,
  json,
  KEYS,
  newStock,
  newWarehouse,
  OTHER_CUSTOMER,
  prepareWorld,
  problem,
  send,
} from "./api-harness.ts";
import { deliverOrder } from "./deliver-order.ts";

const PRINCIPALS = {
  customerOwn: KEYS.customer,
  customerOther: KEYS.otherCustomer,
  storefront: KEYS.storefront,
  csr: KEYS.csr,
  warehouseOwn: KEYS.floor,
  warehouseOther: "hf_test_of-another-floor",
  manager: "hf_test_of-a-manager",
  admin: KEYS.admin,
  bridge: "hf_test_of-a-bridge",
} as const;
type Name = keyof typeof PRINCIPALS;
const NAMES = Object.keys(PRINCIPALS) as Name[];

const STAFF: readonly Name[] = ["csr", "manager", "admin"];
const BUYERS: readonly Name[] = ["customerOwn", "storefront"];
const FLOOR: readonly Name[] = ["warehouseOwn", "bridge"];

let orderId: OrderId;
let returnId: string;
let sku: string;

beforeAll(async () => {
  await prepareWorld();
  const elsewhere = await newWarehouse("another-house" as WarehouseId);
  await addKey(PRINCIPALS.warehouseOther, "warehouse", { warehouseId: elsewhere });
  await addKey(PRINCIPALS.manager, "manager");
  await addKey(PRINCIPALS.bridge, "bridge");
  orderId = await deliverOrder(FLOOR_WAREHOUSE, {
    contact: { name: "Ada Example", email: "ada-secret@example.com", phone: "+493012345678" },
  });
  const asked = await send("POST", "/api/v1/returns", {
    body: { orderId, lines: [{ line: 1, quantity: 1 }], reason: "too small", condition: "unused" },
  });
  returnId = (await json<{ returnId: string }>(asked, 201)).returnId;
  sku = await newStock({ units: 7 });
});

/** Every field that answers of this shape may have, as a path: `lines[].unitPrice`. Money and addresses are one field. */
function fieldsOf(schema: z.ZodType, at = ""): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return fieldsOf(schema.unwrap() as z.ZodType, at);
  if (schema instanceof z.ZodArray) return fieldsOf(schema.element as z.ZodType, `${at}[]`);
  if (!(schema instanceof z.ZodObject) || Object.keys(schema.shape).join() === "amount,currency") return [at];
  return Object.entries(schema.shape).flatMap(([name, part]) =>
    fieldsOf(part as z.ZodType, at === "" ? name : `${at}.${name}`),
  );
}

/** What nobody but these may read of a resource; everything else of it is for whoever may read the resource at all. */
interface Resource {
  path: () => string;
  /** Its answer as each audience gets it. */
  shapes: { staff: z.ZodType; buyers?: z.ZodType; floor?: z.ZodType };
  isList?: boolean;
  /** Who is refused, and how. Everybody else is answered 200. */
  refused: Partial<Record<Name, "forbidden" | "not_found">>;
  /** Fields that a warehouse is not told. */
  notForFloor?: readonly string[];
  /** Fields that only staff are told. */
  staffOnly?: readonly string[];
  /** Fields that everybody who reads it is told. */
  forAll: readonly string[];
}

const strangers = { customerOther: "not_found", warehouseOther: "not_found" } as const;
const money = { ...strangers, warehouseOwn: "forbidden", warehouseOther: "forbidden", bridge: "forbidden" } as const;
const staffOnly = {
  customerOwn: "forbidden",
  customerOther: "forbidden",
  storefront: "forbidden",
  warehouseOwn: "forbidden",
  warehouseOther: "forbidden",
  bridge: "forbidden",
} as const;
const people = { ...staffOnly, customerOwn: undefined, customerOther: "not_found" } as const;

const STANDING = ["orderId", "number", "status", "orderStatus", "deliveryStatus", "paymentState", "fulfillmentState"];
const SUMMARY = ["version", "channel", "name", "units", "country", "destination.latitude", "destination.longitude"];
const SHIPMENT = ["shipmentId", "number", "warehouseId", "state", "trackingNumber", "carrier", "reachedAt", "problem"];
const ADDRESS = ["line1", "line2", "city", "region", "postalCode", "country"];
const under = (at: string, names: readonly string[]) => names.map((name) => `${at}${name}`);

const RESOURCES: Record<string, Resource> = {
  order: {
    path: () => `/api/v1/orders/${orderId}`,
    shapes: { staff: orderAnswer, floor: warehouseOrderAnswer },
    refused: strangers,
    notForFloor: [
      "customerId",
      "contact.email",
      "contact.phone",
      ...under("lines[].", ["unitPrice", "net", "tax"]),
      ...under("discounts[].", ["amount", "reason"]),
      ...under("totals.", ["subtotal", "shipping", "tax", "discount", "total"]),
      ...under("payments[].", ["number", "provider", "amount", "status", "authorized", "captured", "refunded"]),
      ...under("payments[].", ["authorizationExpiresAt", "actionUrl", "failure.code", "failure.message"]),
      ...under("payments[].disputes[].", ["disputeId", "amount", "reason", "dueBy", "status"]),
      "pendingEdit.payment",
      "pendingEdit.total",
    ],
    forAll: [
      ...STANDING,
      ...["stage", "version", "channel", "contact.name", "shippingMethod", "currency"],
      ...under("address.", ADDRESS),
      ...["location.latitude", "location.longitude"],
      ...under("lines[].", ["number", "sku", "name", "quantity", "backordered", "promisedDate"]),
      ...under("shipments[].", SHIPMENT),
      ...under("shipments[].items[].", ["line", "sku", "quantity", "reservationId"]),
      ...under("reservations[].", ["reservationId", "line", "sku", "warehouseId", "quantity", "status"]),
      ...under("pendingEdit.", ["waitsFor", "shipments[]", "shippingMethod"]),
      ...under("pendingEdit.lines[].", ["line", "sku", "quantity"]),
      ...under("pendingEdit.address.", ADDRESS),
      ...["backorderedUntil", "exchangeOf.orderId", "exchangeOf.returnId"],
      ...["cancelling.reason", "cancelling.requestedAt", "ended.as", "ended.reason", "ended.at"],
      ...["estimatedDelivery", "placedAt", "updatedAt", "holdExpiresAt"],
    ],
  },
  "orders in lists": {
    path: () => "/api/v1/orders",
    shapes: { staff: orderSummary, floor: warehouseOrderSummary },
    isList: true,
    refused: {},
    notForFloor: ["customerId", "total"],
    forAll: [...STANDING, ...SUMMARY, "warehouses[]", "placedAt", "updatedAt"],
  },
  history: {
    path: () => `/api/v1/orders/${orderId}/history`,
    shapes: { staff: historyEntry, buyers: historyEntry, floor: historyEntry },
    isList: true,
    refused: strangers,
    forAll: [
      ...["sequence", "at", "actor.kind", "actor.id", "actor.name", "actor.role", "type", "data", "before", "after"],
      ...under("changes[].", ["field", "before", "after"]),
    ],
  },
  saga: {
    path: () => `/api/v1/orders/${orderId}/saga`,
    shapes: { staff: sagaEntry },
    isList: true,
    refused: money,
    forAll: [
      ...["id", "kind", "lane", "status", "effect", "attempt", "generation", "createdAt", "dueAt", "settledAt"],
      ...under("attempts[].", ["attempt", "at", "outcome", "detail"]),
    ],
  },
  payments: {
    path: () => `/api/v1/orders/${orderId}/payments`,
    shapes: { staff: orderPayments, buyers: orderPayments },
    refused: money,
    forAll: fieldsOf(orderPayments),
  },
  return: {
    path: () => `/api/v1/returns/${returnId}`,
    shapes: { staff: returnAnswer, floor: warehouseReturnAnswer },
    // A parcel may arrive at any warehouse.
    refused: { customerOther: "not_found" },
    notForFloor: [...fieldsOf(returnAnswer).filter((field) => field.startsWith("refund.")), "exchange.credit"],
    forAll: [
      ...["returnId", "orderId", "orderNumber", "status", "reason", "condition", "warehouseId", "carrier"],
      ...["trackingNumber", "receivedAt", "rejection", "reachedAt"],
      ...under("lines[].", ["line", "sku", "name", "quantity"]),
      ...under("inspected[].", ["line", "quantity", "outcome"]),
      ...under("exchange.", ["status", "orderId", "declined", "lines[].sku", "lines[].quantity"]),
    ],
  },
  "returns in lists": {
    path: () => "/api/v1/returns",
    shapes: { staff: returnSummary, floor: warehouseReturnSummary },
    isList: true,
    refused: {},
    notForFloor: ["customerId"],
    forAll: [
      ...["returnId", "orderId", "orderNumber", "status", "reason", "units", "warehouseId"],
      ...["requestedAt", "updatedAt"],
    ],
  },
  "stock in lists": {
    path: () => `/api/v1/inventory?sku=${sku}`,
    shapes: { staff: stockRow, buyers: offerRow, floor: stockRow },
    isList: true,
    refused: {},
    staffOnly: [],
    forAll: ["sku", "name", "category", "warehouseId", "available", "closed", "asOf"],
  },
  customer: {
    path: () => `/api/v1/customers/${CUSTOMER}`,
    shapes: { staff: customerAnswer, buyers: customerAnswer },
    refused: people,
    forAll: fieldsOf(customerAnswer),
  },
  "a customer's history": {
    path: () => `/api/v1/customers/${CUSTOMER}/history`,
    shapes: { staff: customerHistoryEntry, buyers: customerHistoryEntry },
    isList: true,
    refused: people,
    forAll: fieldsOf(customerHistoryEntry),
  },
  "a customer's summary": {
    path: () => `/api/v1/customers/${CUSTOMER}/summary`,
    shapes: { staff: customerSummary, buyers: customerSummary },
    refused: people,
    forAll: fieldsOf(customerSummary),
  },
  deviations: {
    path: () => "/api/v1/deviations",
    shapes: { staff: deviationAnswer },
    isList: true,
    refused: staffOnly,
    forAll: fieldsOf(deviationAnswer),
  },
  notifications: {
    path: () => "/api/v1/notifications",
    shapes: { staff: notificationRow },
    isList: true,
    refused: staffOnly,
    forAll: fieldsOf(notificationRow),
  },
};

/** The stock figures that are for staff and floors. */
const STOCK_FIGURES = ["onHand", "held", "allocated", "safetyStock", "reorderPoint", "sequence"];

const sorted = (fields: readonly string[]) => [...new Set(fields)].sort();

describe("the table of who is told what", () => {
  it.each(Object.entries(RESOURCES))("knows every field of %s", (name, resource) => {
    const { shapes, forAll, notForFloor = [], staffOnly: own = [] } = resource;
    const figures = name === "stock in lists" ? STOCK_FIGURES : [];
    expect(sorted(fieldsOf(shapes.staff)), "to staff").toEqual(sorted([...forAll, ...notForFloor, ...own, ...figures]));
    if (shapes.buyers)
      expect(sorted(fieldsOf(shapes.buyers)), "to buyers").toEqual(sorted([...forAll, ...notForFloor]));
    if (shapes.floor) expect(sorted(fieldsOf(shapes.floor)), "to a floor").toEqual(sorted([...forAll, ...figures]));
  });

  it.each(Object.keys(RESOURCES).flatMap((name) => NAMES.map((principal) => [principal, name] as const)))(
    "is what %s gets of %s",
    async (principal, name) => {
      const { path, shapes, isList, refused } = RESOURCES[name]!;
      const answer = await send("GET", path(), { key: PRINCIPALS[principal] });
      const refusal = refused[principal];
      if (refusal !== undefined) return void (await problem(answer, refusal));
      const audience = STAFF.includes(principal)
        ? "staff"
        : principal.startsWith("customer") || principal === "storefront"
          ? "buyers"
          : "floor";
      const shape = shapes[audience] ?? shapes.staff;
      const told = await json<{ data: unknown[] }>(answer);
      // Shapes are strict: one field too many fails.
      for (const part of isList === true ? told.data : [told]) shape.parse(part);
    },
  );
});

/** Everything that these principals can read, as one text. */
async function allThatIsToldTo(principals: readonly Name[]): Promise<string> {
  const texts: string[] = [];
  for (const principal of principals)
    for (const { path } of Object.values(RESOURCES)) {
      const answer = await send("GET", path(), { key: PRINCIPALS[principal] });
      if (answer.status === 200) texts.push(await answer.text());
    }
  return texts.join("\n");
}

describe("what must not be told", () => {
  it("a warehouse reads no e-mail address, no phone and no amount of money, also not in the history", async () => {
    const told = await allThatIsToldTo(FLOOR);
    expect(told).toContain("Friedrichstraße");
    expect(/ada-secret|\+4930|"amount"|unitPrice|pi_|intent/.exec(told)?.[0]).toBeUndefined();
  });

  it("customers and shops read no provider's id and no name of staff, also not in the history", async () => {
    const told = await allThatIsToldTo([...BUYERS, "customerOther"]);
    expect(told).toContain("Holdfast");
    expect(/pi_|an? admin|an? csr|safetyStock|onHand|reorderPoint/.exec(told)?.[0]).toBeUndefined();
    expect(/pi_/.test(await allThatIsToldTo(STAFF)), "which staff do").toBe(true);
  });

  it("a stranger among the customers reads nothing of the order", async () => {
    const told = await allThatIsToldTo(["customerOther", "warehouseOther"]);
    expect(/ada-secret/.exec(told)?.[0]).toBeUndefined();
  });

  it("a warehouse can't find out by filters what it is not told", async () => {
    for (const principal of FLOOR) {
      const key = PRINCIPALS[principal];
      for (const query of ["minAmount=1", "maxAmount=5000", `customer=${CUSTOMER}`])
        for (const path of ["/api/v1/orders", "/api/v1/orders/count"])
          await problem(await send("GET", `${path}?${query}`, { key }), "forbidden");
      await problem(await send("GET", `/api/v1/orders/user/${CUSTOMER}`, { key }), "forbidden");
      const found = await json<{ data: unknown[] }>(await send("GET", "/api/v1/orders?q=ada-secret", { key }));
      expect(found.data).toEqual([]);
    }
  });

  it("customers and shops can't find out stock figures by filters, nor read a level's books", async () => {
    for (const key of [KEYS.customer, KEYS.storefront]) {
      for (const filter of ["low", "drift"])
        await problem(await send("GET", `/api/v1/inventory?${filter}=true`, { key }), "forbidden");
      await problem(await send("GET", `/api/v1/inventory/${sku}/${FLOOR_WAREHOUSE}`, { key }), "forbidden");
      const level = await json<{ stockLevels: object[] }>(
        await send("GET", `/api/v1/inventory?productId=${sku}`, { key }),
      );
      expect(level.stockLevels.map((one) => Object.keys(one).sort())).toEqual([["asOf", "quantity", "warehouseId"]]);
      expect(stockLevel.parse(level.stockLevels[0])).toMatchObject({ quantity: 7 });
    }
  });
});

it("an order of a stranger is as if it were not there", async () => {
  expect(OTHER_CUSTOMER).not.toBe(CUSTOMER);
  const missing = await problem(
    await send("GET", `/api/v1/orders/${orderId}`, { key: KEYS.otherCustomer }),
    "not_found",
  );
  expect(missing.detail).toBe(`There is no order ${orderId}.`);
});
