import type { ApiContext, ApiEnv } from "../types.ts";
import { pageHeaders } from "./page-headers.ts";

/** The API reference. Its script is one of our own files; what the page says inline may run because its hash is named. */
export async function docsPage(c: ApiContext): Promise<Response> {
  // Loaded on demand: nothing of it belongs on the way of an order.
  const { Scalar } = await import("@scalar/hono-api-reference");
  const render = Scalar<ApiEnv>({
    url: "/openapi.json",
    cdn: "/docs/assets/scalar.js",
    pageTitle: "Holdfast API",
    withDefaultFonts: false,
    telemetry: false,
    hideClientButton: true,
    authentication: { preferredSecurityScheme: "bearer" },
  });
  const rendered = await render(c, async () => {});
  const text = rendered instanceof Response ? await rendered.text() : "";
  const inline = [...text.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script]) => script ?? "",
  );
  const hashes = await Promise.all(inline.map(async (script) => `'sha256-${await base64Sha256(script)}'`));
  return new Response(text, {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "public, max-age=300",
      "X-Request-Id": c.get("requestId"),
      ...pageHeaders(hashes),
    },
  });
}

async function base64Sha256(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return btoa(String.fromCharCode(...digest));
}
