import type { Env } from "../platform/env.ts";
import { BASE_PATH } from "./endpoint.ts";

/** Where the cookie is sent: to the routes of sessions, and with no other request. */
const PATH = `${BASE_PATH}/auth`;

/**
 * The cookie that keeps the refresh token: no script can read it, no other site's page makes a browser send it, and it
 * goes when the browser is closed.
 */
export function refreshCookie(env: Env, token: string): string {
  return `${nameOf(env)}=${token}; Path=${PATH}; HttpOnly; SameSite=Strict${isSecure(env) ? "; Secure" : ""}`;
}

/** Has the browser forget the cookie. */
export function withoutRefreshCookie(env: Env): string {
  return `${refreshCookie(env, "")}; Max-Age=0`;
}

/** The refresh token that the request brings; empty where it brings none. */
export function readRefreshCookie(env: Env, request: Request): string {
  const prefix = `${nameOf(env)}=`;
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(prefix))?.slice(prefix.length) ?? "";
}

/**
 * Whether the request comes from a page of ours or from no page at all. Browsers name the page's origin with every POST;
 * SameSite alone lets pages of sibling domains through.
 */
export function isSameOrigin(env: Env, request: Request): boolean {
  const origin = request.headers.get("origin");
  return origin === null || origin === new URL(request.url).origin || origin === new URL(env.PUBLIC_URL).origin;
}

// Browsers take a name with this prefix from secure origins only. A local system has none.
function nameOf(env: Env): string {
  return isSecure(env) ? "__Secure-holdfast_refresh" : "holdfast_refresh";
}

function isSecure(env: Env): boolean {
  return env.PUBLIC_URL.startsWith("https:");
}
