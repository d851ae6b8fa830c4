import type { Hono } from "hono";
import { publicKeys } from "../../services/access-tokens.ts";
import { ENDPOINTS } from "../endpoints.ts";
import { placeOf } from "../middleware.ts";
import { openApiText } from "../openapi.ts";
import { problemResponse } from "../problem.ts";
import type { ApiContext, ApiEnv } from "../types.ts";
import { docsPage } from "./docs.ts";
import { homePage } from "./home.ts";
import { problemIndexPage, problemPage } from "./problems.ts";
import { mountPaymentReturn } from "./payment-return.ts";
import { mountPaypalReturn } from "./paypal-return.ts";
import { mountReturnLabel } from "./return-label.ts";
import { mountUnsubscribe } from "./unsubscribe.ts";
import { pageHeaders } from "./page-headers.ts";

/** Mounts everything that is read by people or by tools, and not by callers of the API. */
export function mountPages(app: Hono<ApiEnv>): void {
  const page = (path: string, answer: (c: ApiContext) => Response | Promise<Response>): void => {
    app.get(path, (c) => answer(c));
    app.all(path, (c) =>
      c.req.method === "OPTIONS"
        ? new Response(null, { status: 204, headers: { Allow: "GET, HEAD, OPTIONS" } })
        : problemResponse(
            { code: "method_not_allowed", detail: `${c.req.method} is not allowed here; GET is.` },
            placeOf(c),
            { Allow: "GET, HEAD, OPTIONS" },
          ),
    );
  };
  const openApi = async (c: ApiContext): Promise<Response> =>
    new Response(await openApiText(ENDPOINTS, c.env.PUBLIC_URL), {
      headers: {
        "Content-Type": "application/json",
        "Cache-Control": "public, max-age=300",
        "X-Request-Id": c.get("requestId"),
        "X-Content-Type-Options": "nosniff",
      },
    });
  page("/openapi.json", openApi);
  page("/api/v1/openapi.json", openApi);
  page("/.well-known/jwks.json", (c) =>
    Response.json(
      { keys: publicKeys(c.env) },
      { headers: { "Cache-Control": "public, max-age=300", "X-Request-Id": c.get("requestId") } },
    ),
  );
  page("/", homePage);
  page("/docs", docsPage);
  page("/problems", problemIndexPage);
  page("/problems/:code", problemPage);
  mountUnsubscribe(app);
  mountPaymentReturn(app);
  mountReturnLabel(app);
  mountPaypalReturn(app);
  app.all("/simulators", forwardToSimulators);
  app.all("/simulators/*", forwardToSimulators);
}

/** The last resort of every GET: the files of the staff app, whose own routes are all served by its one page. */
export function mountAssets(app: Hono<ApiEnv>): void {
  app.get("/ops", (c) => staffApp(c));
  app.get("/ops/*", (c) => staffApp(c));
  app.get("*", async (c) => {
    if (c.req.path.startsWith("/api/")) return c.notFound();
    const found = await c.env.ASSETS.fetch(assetRequest(c, c.req.path));
    if (found.status === 404) return c.notFound();
    return withPageHeaders(c, found);
  });
}

async function staffApp(c: ApiContext): Promise<Response> {
  const found = await c.env.ASSETS.fetch(assetRequest(c, c.req.path));
  const isFile = /\.[a-z0-9]{1,8}$/i.test(c.req.path);
  if (found.status !== 404 || isFile) return found.status === 404 ? c.notFound() : withPageHeaders(c, found);
  return withPageHeaders(c, await c.env.ASSETS.fetch(assetRequest(c, "/ops/")));
}

function assetRequest(c: ApiContext, path: string): Request {
  return new Request(new URL(path, c.req.url), { method: c.req.method, headers: c.req.raw.headers });
}

function withPageHeaders(c: ApiContext, found: Response): Response {
  const answer = new Response(found.body, found);
  for (const [name, value] of Object.entries(pageHeaders())) answer.headers.set(name, value);
  answer.headers.set("X-Request-Id", c.get("requestId"));
  // The build puts a hash of the content into these names: what has a name never changes.
  if (found.status === 200 && c.req.path.startsWith("/ops/assets/"))
    answer.headers.set("Cache-Control", "public, max-age=31536000, immutable");
  return answer;
}

function forwardToSimulators(c: ApiContext): Response | Promise<Response> {
  const { SIMULATORS, ENVIRONMENT } = c.env;
  if (SIMULATORS === undefined || ENVIRONMENT === "production") return c.notFound();
  // The headers of another Worker's answer can't be changed, and middleware adds some.
  return SIMULATORS.fetch(c.req.raw).then((answer) => new Response(answer.body, answer));
}
