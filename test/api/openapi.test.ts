import { beforeAll, describe, expect, it } from "vitest";
import { ENDPOINTS } from "../../src/api/endpoints.ts";
import { openApiDocument } from "../../src/api/openapi.ts";

interface Operation {
  operationId: string;
  security?: unknown[];
  responses: Record<string, { content?: Record<string, unknown> }>;
}

let document: Record<string, unknown>;
let paths: Record<string, Record<string, Operation>>;

function referencesIn(value: unknown, found: string[] = []): string[] {
  if (typeof value === "object" && value !== null) {
    for (const [name, part] of Object.entries(value)) {
      if (name === "$ref" && typeof part === "string") found.push(part);
      else referencesIn(part, found);
    }
  }
  return found;
}

function resolve(reference: string): unknown {
  return reference
    .slice(2)
    .split("/")
    .reduce<unknown>(
      (value, part) => (typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined),
      document,
    );
}

beforeAll(async () => {
  document = JSON.parse(JSON.stringify(await openApiDocument(ENDPOINTS, "https://holdfast.example")));
  paths = document["paths"] as typeof paths;
});

describe("the OpenAPI document", () => {
  it("is one of version 3.1 for the base path", () => {
    expect(document).toMatchObject({ openapi: "3.1.0", servers: [{ url: "https://holdfast.example/api/v1" }] });
  });

  it("has every endpoint, each under a name of its own", () => {
    for (const { method, path } of ENDPOINTS)
      expect(paths[path]?.[method.toLowerCase()], `${method} ${path}`).toBeDefined();
    const names = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
    expect(new Set(names).size).toBe(ENDPOINTS.length);
  });

  it("names every type that a body may have", () => {
    const bodyOf = (path: string) => Reflect.get(paths[path]?.["post"] ?? {}, "requestBody");
    expect(bodyOf("/orders")).toMatchObject({ content: { "application/json": {} } });
    for (const path of ["adjustments", "receipts", "counts", "transfers"])
      expect(bodyOf(`/inventory/${path}`)).toMatchObject({
        content: { "application/json": {}, "text/csv": { schema: { type: "string" } } },
      });
  });

  it("has no reference that leads nowhere", () => {
    const references = new Set(referencesIn(document));
    expect(references.size).toBeGreaterThan(20);
    for (const reference of references) expect(resolve(reference), reference).toBeTypeOf("object");
  });

  it("says of every endpoint that is not public who may call it and what goes wrong", () => {
    for (const { method, path, scope } of ENDPOINTS) {
      const operation = paths[path]?.[method.toLowerCase()];
      expect(operation?.security, path).toEqual(scope === "public" ? [] : [{ bearer: [] }]);
      expect(operation?.responses["500"]?.content, path).toHaveProperty(["application/problem+json"]);
      if (scope !== "public") expect(operation?.responses["401"], path).toBeDefined();
    }
  });

  it("describes the forms as the schemas have them", () => {
    const form = resolve("#/components/schemas/OrderForm") as {
      required: string[];
      properties: Record<string, unknown>;
      additionalProperties: boolean;
    };
    expect(form.required).toEqual(["lines", "address", "shippingMethod", "paymentMethod", "currency"]);
    expect(form.additionalProperties).toBe(false);
    expect(resolve("#/components/schemas/ShortOrderForm")).toMatchObject({
      required: ["productId", "quantity", "customerLocation"],
    });
  });

  it("documents query parameters by name and kind", () => {
    const parameters = Reflect.get(paths["/orders"]?.["get"] ?? {}, "parameters") as {
      name: string;
      in: string;
      required?: boolean;
    }[];
    expect(parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "status",
        "payment",
        "fulfillment",
        "channel",
        "warehouse",
        "customer",
        "sku",
        "from",
        "to",
        "q",
        "limit",
        "cursor",
      ]),
    );
  });
});
