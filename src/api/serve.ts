import type { z } from "zod";
import type { Deed } from "../contracts/deed.ts";
import type { FieldProblem, ServiceProblem, ServiceResult } from "../contracts/problem.ts";
import type { Principal } from "../contracts/principal.ts";
import { holdsCardNumber } from "../domain/card-number.ts";
import { type Change, recordChanges } from "../services/audit.ts";
import { authenticate } from "../services/authenticate.ts";
import { lacking } from "../services/authorize.ts";
import type { ServiceContext } from "../services/context.ts";
import { deedOf } from "../services/deed.ts";
import { doOnce } from "../services/do-once.ts";
import { describeBodyIssues, describeQueryIssues } from "./describe-issues.ts";
import { etagOf, isKnown } from "./conditional.ts";
import type { Answer, AnyEndpoint, BodyFormat, CachePolicy, Call, FormChoice, Handled } from "./endpoint.ts";
import { invalidRequest, problemResponse } from "./problem.ts";
import { cardNumbersIn, cardNumbersInQuery } from "./refuse-card-numbers.ts";
import { isJson, parseJson, readText } from "./read-body.ts";
import { countUnproven, refuseNetwork, refusePrincipal } from "./throttle.ts";
import type { ApiContext } from "./types.ts";

/** Who calls where nobody has to say who they are. */
const NOBODY: Principal = {
  kind: "key",
  id: "public",
  name: "public",
  role: "customer",
  scopes: [],
  customerId: null,
  warehouseId: null,
  channel: "storefront",
};

const STAFF = new Set<Principal["role"]>(["csr", "warehouse", "manager", "admin", "bridge"]);

/** Serves one endpoint: who, may they, what, then the handler, then the answer with all its headers. */
export async function serve(endpoint: AnyEndpoint, c: ApiContext): Promise<Response> {
  const tooMany = refuseNetwork(c.env, c.req.raw, c.get("now"));
  if (tooMany !== null) return refusal(c, tooMany);
  const caller = await identify(endpoint, c);
  if (!caller.ok) return refusal(c, caller.problem);
  const ctx = serviceContext(c, caller.value);
  const handled = await handle(endpoint, ctx, c);
  if (!(handled instanceof Response) && "ok" in handled) endpoint.refused?.(ctx, handled.problem);
  return respond(c, endpoint, caller.value, handled);
}

async function handle(endpoint: AnyEndpoint, ctx: ServiceContext, c: ApiContext): Promise<Handled> {
  const input = await readInput(endpoint, c);
  if (!input.ok) return input;
  const deed = deedAsked(endpoint, ctx.principal, input.value);
  const call: Call<unknown, unknown, unknown> = { ctx: { ...ctx, deed }, request: c.req.raw, ...input.value };
  const handled = await (endpoint.idempotent === "kept" && deed !== null
    ? keptAnswer(endpoint, call, deed)
    : endpoint.handle(call));
  if (isChange(endpoint) && isDone(handled)) {
    const recorded = recordChanges(ctx, endpoint.changes?.(call, handled) ?? [requestOf(endpoint, c)]);
    if (endpoint.audit === "behind") ctx.defer(recorded);
    else await recorded;
  }
  return handled;
}

/** Null where the caller sent no key, or the endpoint takes none. */
function deedAsked(endpoint: AnyEndpoint, principal: Principal, input: Input): Deed | null {
  const { method, path, idempotent } = endpoint;
  if (idempotent === undefined || input.idempotencyKey === null) return null;
  const { params = null, query = null, body = null } = input;
  return deedOf(principal.id, `${method} ${path}`, input.idempotencyKey, [params, query, body]);
}

/** Whether doing it is entered in the audit trail here. */
function isChange({ method, scope, audit }: AnyEndpoint): boolean {
  return method !== "GET" && scope !== "public" && (audit === undefined || audit === "behind");
}

/** Whether something was done just now: not refused, and not done by an earlier request with the same key. */
function isDone(handled: Handled): handled is Answer {
  return !(handled instanceof Response) && !("ok" in handled) && handled.replayed !== true;
}

function requestOf({ method, path }: AnyEndpoint, c: ApiContext): Change {
  return { action: `${method} ${path}`, subject: c.req.path };
}

async function identify(endpoint: AnyEndpoint, c: ApiContext): Promise<ServiceResult<Principal>> {
  if (endpoint.scope === "public") return { ok: true, value: NOBODY };
  const { env } = c;
  const found = await authenticate(env, c.req.raw.headers.get("authorization"), c.get("now"), (work) =>
    c.executionCtx.waitUntil(work),
  );
  if (!found.ok) return found;
  c.set("principal", found.value);
  const tooMany = await refusePrincipal(env, found.value, c.get("now"));
  if (tooMany !== null) return { ok: false, problem: tooMany };
  if (endpoint.scope === null) return found;
  return lacking({ principal: found.value }, endpoint.scope) ?? found;
}

function serviceContext(c: ApiContext, principal: Principal): ServiceContext {
  return {
    env: c.env,
    principal,
    requestId: c.get("requestId"),
    traceparent: c.get("traceparent"),
    now: c.get("now"),
    deed: null,
    edgeLocation: edgeLocationOf(c.req.raw.cf),
    origin: originOf(c),
    defer: (work) => c.executionCtx.waitUntil(work),
  };
}

/** Where a request came from, as far as the platform tells. */
export function originOf(c: ApiContext): ServiceContext["origin"] {
  return { country: countryOf(c.req.raw.cf), ray: c.req.raw.headers.get("cf-ray") };
}

/** Where the request entered the network: the platform tells it as text, and not always. */
function edgeLocationOf(cf: Request["cf"]): ServiceContext["edgeLocation"] {
  if (cf === undefined) return null;
  const latitude = Number.parseFloat(String(cf["latitude"]));
  const longitude = Number.parseFloat(String(cf["longitude"]));
  return Number.isFinite(latitude) && Number.isFinite(longitude) ? { latitude, longitude } : null;
}

function countryOf(cf: Request["cf"]): string | null {
  const country = cf?.["country"];
  return typeof country === "string" && /^[A-Z0-9]{2}$/.test(country) ? country : null;
}

type Input = Pick<Call<unknown, unknown, unknown>, "params" | "query" | "body" | "idempotencyKey">;

async function readInput(endpoint: AnyEndpoint, c: ApiContext): Promise<ServiceResult<Input>> {
  const errors: FieldProblem[] = [];
  let params: unknown;
  if (endpoint.params !== undefined) {
    const parsed = endpoint.params.safeParse(c.req.param());
    // A path that can't name anything names nothing.
    if (!parsed.success)
      return {
        ok: false,
        problem: { code: "not_found", detail: nothingAt(describeBodyIssues(parsed.error, c.req.param())) },
      };
    params = parsed.data;
  }
  const cards = cardNumbersInQuery(c.req.queries());
  // It is neither told back nor kept: nothing more is read of such a request.
  if (cards.length > 0) return { ok: false, problem: invalidRequest(cards) };
  const query = endpoint.query === undefined ? undefined : parseQuery(endpoint.query, c, errors);
  const idempotencyKey = c.req.raw.headers.get("idempotency-key");
  if (idempotencyKey !== null && !/^[\x21-\x7e]{1,255}$/.test(idempotencyKey))
    errors.push({ pointer: "Idempotency-Key", detail: "must be 1 to 255 visible ASCII characters, such as a UUID" });
  else if (idempotencyKey !== null && holdsCardNumber(idempotencyKey))
    errors.push({ pointer: "Idempotency-Key", detail: "must not hold a card number; a UUID will do" });
  const body = await parseBody(endpoint, c.req.raw, errors);
  if (!body.ok) return body;
  if (errors.length > 0) return { ok: false, problem: invalidRequest(errors) };
  return { ok: true, value: { params, query, body: body.value, idempotencyKey } };
}

function nothingAt(problems: readonly FieldProblem[]): string {
  const [first] = problems;
  if (first === undefined) return "There is nothing at this address.";
  return `There is nothing at this address: its ${first.pointer.slice(1)} ${first.detail}.`;
}

function parseQuery(schema: z.ZodType, c: ApiContext, errors: FieldProblem[]): unknown {
  const given: Record<string, string> = {};
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (values.length > 1) errors.push({ pointer: `?${name}`, detail: "must be given once" });
    given[name] = values[0] ?? "";
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) errors.push(...describeQueryIssues(parsed.error, given));
  return parsed.data;
}

async function parseBody(
  endpoint: AnyEndpoint,
  request: Request,
  errors: FieldProblem[],
): Promise<ServiceResult<unknown>> {
  if (endpoint.body === undefined) return { ok: true, value: undefined };
  const read = readerOf(endpoint, request.headers.get("content-type"));
  if (read === null) {
    const types = ["application/json", ...Object.keys(endpoint.bodyFormats ?? {})].join(" or ");
    return {
      ok: false,
      problem: { code: "unsupported_media_type", detail: `The body must be sent as Content-Type: ${types}.` },
    };
  }
  const text = await readText(request);
  if (!text.ok) return text;
  // Forms that may be left out are optional schemas: no body at all is `undefined` to them.
  const json: ServiceResult<unknown> =
    text.value === "" && takesNothing(endpoint.body) ? { ok: true, value: undefined } : await read(text.value);
  if (!json.ok) return json;
  const cards = cardNumbersIn(json.value);
  if (cards.length > 0) return { ok: false, problem: invalidRequest(cards) };
  const schema = isChoice(endpoint.body) ? endpoint.body.choose(json.value) : endpoint.body;
  const parsed = schema.safeParse(json.value);
  if (!parsed.success) errors.push(...describeBodyIssues(parsed.error, json.value));
  return { ok: true, value: parsed.data };
}

function readerOf({ bodyFormats }: AnyEndpoint, contentType: string | null): BodyFormat["read"] | null {
  if (isJson(contentType)) return parseJson;
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return Object.entries(bodyFormats ?? {}).find(([name]) => name === type)?.[1].read ?? null;
}

function isChoice(body: z.ZodType | FormChoice<unknown>): body is FormChoice<unknown> {
  return "choose" in body;
}

function takesNothing(body: z.ZodType | FormChoice<unknown>): boolean {
  return !isChoice(body) && body.safeParse(undefined).success;
}

async function keptAnswer(endpoint: AnyEndpoint, call: Call<unknown, unknown, unknown>, deed: Deed): Promise<Handled> {
  let fresh: Handled | undefined;
  const kept = await doOnce(call.ctx, deed, async () => {
    fresh = await endpoint.handle(call);
    return fresh instanceof Response || "ok" in fresh ? null : fresh;
  });
  if (!kept.ok) return kept;
  if (kept.value.replayed) return { ...kept.value.answer, replayed: true };
  return fresh ?? kept.value.answer;
}

function refusal(c: ApiContext, problem: ServiceProblem): Response {
  if (problem.code === "unauthenticated") countUnproven(c.env, c.req.raw, c.get("now"));
  return problemResponse(problem, { requestId: c.get("requestId"), instance: c.req.path, publicUrl: c.env.PUBLIC_URL });
}

function respond(c: ApiContext, endpoint: AnyEndpoint, principal: Principal, handled: Handled): Response {
  if (handled instanceof Response) return handled;
  if ("ok" in handled) return refusal(c, handled.problem);
  const headers: Record<string, string> = {
    "X-Request-Id": c.get("requestId"),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": cacheControl(endpoint.cache ?? "none", principal),
  };
  if (handled.location !== undefined) headers["Location"] = handled.location;
  if (handled.setCookie !== undefined) headers["Set-Cookie"] = handled.setCookie;
  if (handled.ageSeconds !== undefined) headers["Age"] = String(handled.ageSeconds);
  if (handled.replayed === true) headers["Idempotent-Replayed"] = "true";
  if (handled.nextCursor != null) headers["Link"] = `<${nextPage(c.req.url, handled.nextCursor)}>; rel="next"`;
  if (handled.version !== undefined) {
    const etag = etagOf(handled.version);
    headers["ETag"] = etag;
    if (endpoint.method === "GET" && isKnown(c.req.raw.headers.get("if-none-match"), etag))
      return new Response(null, { status: 304, headers });
  }
  if (handled.body === undefined) return new Response(null, { status: handled.status, headers });
  headers["Content-Type"] = "application/json";
  return new Response(JSON.stringify(handled.body), { status: handled.status, headers });
}

function cacheControl(policy: CachePolicy, principal: Principal): string {
  if (policy === "public_hour") return "public, max-age=3600";
  if (STAFF.has(principal.role)) return "no-store";
  if (policy === "availability") return "max-age=5, stale-while-revalidate=30";
  if (policy === "half_minute") return "private, max-age=30";
  return policy === "revalidate" ? "private, no-cache" : "no-store";
}

function nextPage(url: string, cursor: string): string {
  const next = new URL(url);
  next.searchParams.set("cursor", cursor);
  return `${next.pathname}${next.search}`;
}

/** An answer of a list: its body, and the cursor that the Link header takes. */
export function listAnswer(data: readonly unknown[], nextCursor: string | null): Answer {
  return { status: 200, body: { object: "list", data, hasMore: nextCursor !== null, nextCursor }, nextCursor };
}
