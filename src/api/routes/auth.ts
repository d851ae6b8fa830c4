import { signInAnswer, signInForm } from "../../contracts/auth.ts";
import { signIn } from "../../services/sign-in.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";

const signInEndpoint = endpoint({
  method: "POST",
  path: "/auth/sign-in",
  tag: "Sign-in",
  summary: "Sign a member of staff in with the embedded issuer",
  scope: "public",
  body: signInForm,
  answers: { 200: { description: "An access token for a shift.", schema: signInAnswer } },
  problems: ["unauthenticated", "rate_limited"],
  async handle({ ctx, body, request }) {
    const { RATE_LIMITER } = ctx.env;
    const from = request.headers.get("cf-connecting-ip") ?? "unknown";
    if (RATE_LIMITER !== undefined && !(await RATE_LIMITER.limit({ key: `sign-in:${from}` })).success)
      return { ok: false, problem: { code: "rate_limited", detail: "Too many tries at once. Wait a moment." } };
    const signedIn = await signIn(ctx, body, from);
    return signedIn.ok ? { status: 200, body: signedIn.value } : signedIn;
  },
});

export const authEndpoints: readonly AnyEndpoint[] = [signInEndpoint];
