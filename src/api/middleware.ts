import type { MiddlewareHandler } from "hono";
import { acceptRequestId, continueTrace } from "../platform/tracing.ts";
import { checkEnvironment } from "../platform/check-env.ts";
import { logError } from "../platform/log.ts";
import { type AllowedOrigins, allowedOriginsOf, isAllowedOrigin } from "../services/allowed-origins.ts";
import { problemResponse } from "./problem.ts";
import type { ApiContext, ApiEnv } from "./types.ts";

/** Gives every request its id, its trace and its time, and sees that the Worker is fit to answer at all. */
export const correlate: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const headers = c.req.raw.headers;
  c.set("requestId", acceptRequestId(headers.get("x-request-id")) ?? crypto.randomUUID());
  c.set(
    "traceparent",
    continueTrace(headers.get("traceparent"), (bytes) => crypto.getRandomValues(bytes)),
  );
  c.set("now", Date.now());
  const problems = checkEnvironment(c.env);
  if (problems.length > 0) {
    logError("environment_refused", new Error(problems.join("; ")), { requestId: c.get("requestId") });
    return problemResponse(
      { code: "temporarily_unavailable", detail: "The Worker is not configured as it must be; its log says how." },
      placeOf(c),
    );
  }
  await next();
};

const EXPOSED = "ETag, Link, Location, Idempotent-Replayed, X-Request-Id, Retry-After, RateLimit, RateLimit-Policy";
const REQUEST_HEADERS =
  "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id, traceparent";

/**
 * Lets browsers read answers on the origins that are listed for the caller's channel, and nowhere else. A preflight
 * carries no credentials, so any channel's list lets it through; the request itself must then fit its own channel.
 */
export const allowOrigins: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  const origin = c.req.raw.headers.get("origin");
  if (origin === null || c.res.status === 101 || origin === c.env.PUBLIC_URL) return;
  c.res.headers.append("Vary", "Origin");
  const allowed = await listedOrigins(c);
  if (!isAllowedOrigin(allowed, origin, c.get("principal")?.channel ?? null)) return;
  c.res.headers.set("Access-Control-Allow-Origin", origin);
  c.res.headers.set("Access-Control-Expose-Headers", EXPOSED);
  if (c.req.method === "OPTIONS" && c.req.raw.headers.has("access-control-request-method")) {
    c.res.headers.set("Access-Control-Allow-Methods", c.res.headers.get("Allow") ?? "GET");
    c.res.headers.set("Access-Control-Allow-Headers", REQUEST_HEADERS);
    c.res.headers.set("Access-Control-Max-Age", "600");
  }
};

/** Where a problem happened, for its document. */
export function placeOf(c: ApiContext): { requestId: string; instance: string; publicUrl: string } {
  return { requestId: c.get("requestId"), instance: c.req.path, publicUrl: c.env.PUBLIC_URL };
}

/** Without the catalogue nothing is allowed: the request has been answered, only a browser elsewhere can't read it. */
async function listedOrigins(c: ApiContext): Promise<AllowedOrigins> {
  try {
    return await allowedOriginsOf(c.env, c.get("now"), (work) => c.executionCtx.waitUntil(work));
  } catch (error) {
    logError("origins_unavailable", error, { requestId: c.get("requestId") });
    return new Map();
  }
}
