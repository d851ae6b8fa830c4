import { Hono } from "hono";
import { logError } from "../platform/log.ts";
import { type AnyEndpoint, BASE_PATH } from "./endpoint.ts";
import { ENDPOINTS } from "./endpoints.ts";
import { isUnavailable } from "./is-unavailable.ts";
import { allowOrigins, correlate, placeOf } from "./middleware.ts";
import { mountAssets, mountPages } from "./pages/mount.ts";
import { problemResponse } from "./problem.ts";
import { serve } from "./serve.ts";
import type { ApiEnv } from "./types.ts";

/** The whole HTTP surface of the Worker: the API under its base path, the five plain endpoints, and the pages. */
export function createApp(): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.use(correlate);
  app.use(allowOrigins);
  const allowed = new Map<string, Set<string>>();
  for (const endpoint of ENDPOINTS) for (const path of addressesOf(endpoint)) mount(app, endpoint, path, allowed);
  mountPages(app);
  for (const [path, methods] of allowed) mountOtherMethods(app, path, methods);
  mountAssets(app);
  app.notFound((c) => problemResponse({ code: "not_found", detail: "There is nothing at this address." }, placeOf(c)));
  app.onError((error, c) => {
    if (isUnavailable(error)) {
      logError("unavailable", error, { requestId: c.get("requestId") });
      return problemResponse(
        {
          code: "temporarily_unavailable",
          detail:
            "A part of the system does not answer at the moment. Nothing is known to be lost; repeat the request.",
        },
        placeOf(c),
      );
    }
    logError("internal", error, { requestId: c.get("requestId"), traceparent: c.get("traceparent") });
    return problemResponse({ code: "internal", detail: "Something unforeseen happened." }, placeOf(c));
  });
  return app;
}

function addressesOf({ path, plain }: AnyEndpoint): string[] {
  const routed = path.replaceAll(/\{(\w+)\}/g, ":$1");
  return plain === true ? [`${BASE_PATH}${routed}`, routed] : [`${BASE_PATH}${routed}`];
}

function mount(app: Hono<ApiEnv>, endpoint: AnyEndpoint, path: string, allowed: Map<string, Set<string>>): void {
  app.on(endpoint.method, path, (c) => serve(endpoint, c));
  const methods = allowed.get(path) ?? new Set(["OPTIONS"]);
  methods.add(endpoint.method);
  if (endpoint.method === "GET") methods.add("HEAD");
  allowed.set(path, methods);
}

/** Whatever else is asked of an address: its methods on OPTIONS, 405 otherwise. */
function mountOtherMethods(app: Hono<ApiEnv>, path: string, methods: ReadonlySet<string>): void {
  const allow = [...methods].sort().join(", ");
  app.all(path, (c) => {
    if (c.req.method === "OPTIONS")
      return new Response(null, { status: 204, headers: { Allow: allow, "X-Request-Id": c.get("requestId") } });
    return problemResponse(
      { code: "method_not_allowed", detail: `${c.req.method} is not allowed here; ${allow} are.` },
      placeOf(c),
      { Allow: allow },
    );
  });
}
