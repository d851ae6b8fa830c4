import { signInAnswer, signInForm } from "../../contracts/auth.ts";
import { noBody } from "../../contracts/fulfillment.ts";
import type { ServiceProblem } from "../../contracts/problem.ts";
import { networkOf } from "../../platform/network-of.ts";
import type { ServiceContext } from "../../services/context.ts";
import { endSession, refreshSession, type StartedSession } from "../../services/sessions.ts";
import { signIn } from "../../services/sign-in.ts";
import { isSameOrigin, readRefreshCookie, refreshCookie, withoutRefreshCookie } from "../refresh-cookie.ts";
import { type AnyEndpoint, endpoint, type Handled } from "../endpoint.ts";

const TAG = "Sign-in";
const SESSION = { 200: { description: "An access token for 15 minutes.", schema: signInAnswer } };

/** A page of another site must not sign its visitors in, out, or on: the browser sends the cookie by itself. */
const FOREIGN: { ok: false; problem: ServiceProblem } = {
  ok: false,
  problem: { code: "forbidden", detail: "Sessions are begun, continued and ended from Holdfast's own pages only." },
};

function answered(ctx: ServiceContext, { answer, refreshToken }: StartedSession): Handled {
  return { status: 200, body: answer, setCookie: refreshCookie(ctx.env, refreshToken) };
}

const signInEndpoint = endpoint({
  method: "POST",
  path: "/auth/sign-in",
  tag: TAG,
  summary: "Sign a member of staff in with the embedded issuer; the refresh token is set as a cookie",
  scope: "public",
  body: signInForm,
  answers: SESSION,
  problems: ["unauthenticated", "forbidden", "rate_limited"],
  async handle({ ctx, body, request }) {
    if (!isSameOrigin(ctx.env, request)) return FOREIGN;
    const signedIn = await signIn(ctx, body, networkOf(request.headers.get("cf-connecting-ip")));
    return signedIn.ok ? answered(ctx, signedIn.value) : signedIn;
  },
});

const refreshEndpoint = endpoint({
  method: "POST",
  path: "/auth/refresh",
  tag: TAG,
  summary: "Exchange the refresh token in the cookie for an access token and the next refresh token",
  scope: "public",
  body: noBody,
  answers: SESSION,
  problems: ["unauthenticated", "forbidden"],
  async handle({ ctx, request }) {
    if (!isSameOrigin(ctx.env, request)) return FOREIGN;
    const refreshed = await refreshSession(ctx, readRefreshCookie(ctx.env, request));
    return refreshed.ok ? answered(ctx, refreshed.value) : refreshed;
  },
});

const signOutEndpoint = endpoint({
  method: "POST",
  path: "/auth/sign-out",
  tag: TAG,
  summary: "End the session of the cookie's refresh token, and its access tokens within a minute",
  scope: "public",
  body: noBody,
  answers: { 204: { description: "There is no session any more." } },
  problems: ["forbidden"],
  async handle({ ctx, request }) {
    if (!isSameOrigin(ctx.env, request)) return FOREIGN;
    await endSession(ctx, readRefreshCookie(ctx.env, request));
    return { status: 204, setCookie: withoutRefreshCookie(ctx.env) };
  },
});

export const authEndpoints: readonly AnyEndpoint[] = [signInEndpoint, refreshEndpoint, signOutEndpoint];
