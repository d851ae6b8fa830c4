import { z } from "zod";
import type { ProblemCode } from "../contracts/problem.ts";
import { problemDocument } from "../contracts/problem-document.ts";
import type { AnyEndpoint } from "./endpoint.ts";
import { PROBLEM_KINDS } from "./problem.ts";

type JsonSchema = Record<string, unknown>;

/** What every endpoint may answer, beside its own. */
const ALWAYS: readonly ProblemCode[] = ["temporarily_unavailable", "internal"];

let kept: { publicUrl: string; text: string } | null = null;

/** The OpenAPI 3.1 document, made from the schemas that validate the requests, when it is asked for the first time. */
export async function openApiText(endpoints: readonly AnyEndpoint[], publicUrl: string): Promise<string> {
  if (kept?.publicUrl !== publicUrl)
    kept = { publicUrl, text: JSON.stringify(await openApiDocument(endpoints, publicUrl)) };
  return kept.text;
}

/** As `openApiText`, as an object. */
export async function openApiDocument(endpoints: readonly AnyEndpoint[], publicUrl: string) {
  // Loaded on demand: nothing of it belongs on the way of an order.
  const { OpenAPIHono } = await import("@hono/zod-openapi");
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  const named = nameSchemas(endpoints);
  for (const [name, schema] of Object.entries(jsonSchemas(named))) registry.registerComponent("schemas", name, schema);
  registry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "An API key (`hf_live_…`, `hf_test_…`) or an access token.",
  });
  const ref = (schema: z.ZodType) => ({ $ref: `#/components/schemas/${nameOf(named, schema)}` });
  for (const endpoint of endpoints) {
    const { method, path, tag, summary, scope, params, query, body, bodyFormats = {}, idempotent } = endpoint;
    const headers = headersOf(endpoint);
    registry.registerPath({
      method: method.toLowerCase() as "get",
      path,
      operationId: operationId(endpoint),
      tags: [tag],
      summary,
      ...(scope !== null &&
        scope !== "public" && {
          description: `Needs the scope \`${scope}\`.${idempotent === undefined ? "" : " Send an `Idempotency-Key`: a repeat gets the first answer."}`,
        }),
      security: scope === "public" ? [] : [{ bearer: [] }],
      request: {
        ...(params instanceof z.ZodObject && { params }),
        ...(query instanceof z.ZodObject && { query }),
        ...(headers !== null && { headers }),
        ...(body !== undefined && {
          body: {
            required: !("choose" in body) && !body.safeParse(undefined).success,
            content: {
              "application/json": { schema: ref("choose" in body ? body.documented : body) },
              ...Object.fromEntries(
                Object.entries(bodyFormats).map(([type, { description }]) => [
                  type,
                  { schema: { type: "string" as const, description } },
                ]),
              ),
            },
          },
        }),
      },
      responses: { ...answersOf(endpoint, ref), ...problemsOf(endpoint, ref) },
    });
  }
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Holdfast",
      version: "1",
      description:
        "Order management at the edge: no unit sold twice, no acknowledged order lost. Whatever goes wrong is answered as a problem document (RFC 9457); every kind has a page under `/problems/`.",
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
  });
}

type Names = Map<z.ZodType, string>;

/** Every schema that a request or an answer has, by name: its own, or one made from the operation that it belongs to. */
function nameSchemas(endpoints: readonly AnyEndpoint[]): Names {
  const names: Names = new Map([[problemDocument, "Problem"]]);
  const add = (schema: z.ZodType, fallback: string): void => {
    if (!names.has(schema)) names.set(schema, z.globalRegistry.get(schema)?.id ?? fallback);
  };
  for (const endpoint of endpoints) {
    const { body, answers } = endpoint;
    if (body !== undefined) add("choose" in body ? body.documented : body, `${operationId(endpoint)}Request`);
    for (const [status, { schema }] of Object.entries(answers))
      if (schema !== undefined) add(schema, `${operationId(endpoint)}Answer${status}`);
  }
  return names;
}

function nameOf(names: Names, schema: z.ZodType): string {
  const name = names.get(schema);
  if (name === undefined) throw new Error("a schema of an endpoint has no name");
  return name;
}

/** Where zod puts schemas that others name and no operation does. */
const SHARED = "__shared";

/** The named schemas, and those that they name themselves, as JSON Schema 2020-12: what OpenAPI 3.1 is made of. */
function jsonSchemas(names: Names): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of names) registry.add(schema, { id });
  const place = "#/components/schemas/";
  const { schemas } = z.toJSONSchema(registry, { io: "input", unrepresentable: "any", uri: (id) => `${place}${id}` });
  const { [SHARED]: shared, ...own } = schemas;
  // Components stand side by side, so what refers into the shared one refers to its neighbor instead.
  const all = JSON.stringify({ ...shared?.$defs, ...own }).replaceAll(`${place}${SHARED}#/$defs/`, place);
  return Object.fromEntries(
    Object.entries(z.record(z.string(), z.record(z.string(), z.unknown())).parse(JSON.parse(all))).map(
      ([name, schema]) => [name, tidy(schema)],
    ),
  );
}

/** A component has its name from where it stands: ids and dialects inside would make its references point elsewhere. */
function tidy({ $id: _id, $schema: _schema, id: _name, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

function headersOf({ method, idempotent }: AnyEndpoint): z.ZodObject | null {
  if (method === "GET") return z.object({ "If-None-Match": z.string().optional() });
  const headers = {
    ...(idempotent !== undefined && { "Idempotency-Key": z.string().min(1).max(255).optional() }),
    ...((method === "PUT" || method === "DELETE") && { "If-Match": z.string().optional() }),
  };
  return Object.keys(headers).length === 0 ? null : z.object(headers);
}

type Ref = (schema: z.ZodType) => { $ref: string };
type Responses = Record<
  string,
  { description: string; content?: Record<string, { schema: Record<string, unknown> | { $ref: string } }> }
>;

function answersOf({ answers }: AnyEndpoint, ref: Ref): Responses {
  const responses: Responses = {};
  for (const [status, { description, schema, mediaType }] of Object.entries(answers)) {
    const content =
      schema === undefined
        ? mediaType === undefined
          ? null
          : { [mediaType]: { schema: { type: "string" } } }
        : { "application/json": { schema: ref(schema) } };
    responses[status] = { description, ...(content !== null && { content }) };
  }
  return responses;
}

function problemsOf({ scope, params, query, body, problems = [] }: AnyEndpoint, ref: Ref): Responses {
  const codes = new Set<ProblemCode>([...problems, ...ALWAYS]);
  if (scope !== "public") codes.add("unauthenticated").add("rate_limited");
  if (scope !== "public" && scope !== null) codes.add("forbidden");
  if (params !== undefined) codes.add("not_found");
  if (query !== undefined || body !== undefined) codes.add("invalid_request");
  if (body !== undefined)
    codes.add("invalid_json").add("body_too_large").add("body_too_deep").add("unsupported_media_type");
  const responses: Responses = {};
  for (const [status, group] of Map.groupBy(codes, (code) => PROBLEM_KINDS[code].status)) {
    const description = group.map((code) => `\`${code}\`: ${PROBLEM_KINDS[code].title}.`).join(" ");
    responses[String(status)] = {
      description,
      content: { "application/problem+json": { schema: ref(problemDocument) } },
    };
  }
  return responses;
}

/** `POST /orders/{id}/cancel` is `postOrdersCancel`; parameters are left out unless two operations would be alike. */
function operationId({ method, path }: AnyEndpoint): string {
  const words = path
    .split("/")
    .filter((part) => part !== "")
    .map((part) => (part.startsWith("{") ? `by-${part.slice(1, -1)}` : part));
  return [method.toLowerCase(), ...words.flatMap((word) => word.split(/[^A-Za-z0-9]+/))]
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
}
