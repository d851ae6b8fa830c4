import { describe, expect, it } from "vitest";
import { environmentProblems } from "../../src/platform/check-env.ts";
import type { Env } from "../../src/platform/env.ts";
import { redact } from "../../src/platform/log.ts";
import { RecentReads } from "../../src/platform/recent-reads.ts";
import { acceptRequestId, continueTrace } from "../../src/platform/tracing.ts";
import { readVars } from "../simulators/toml-vars.ts";

/** The repository's own configuration, with something bound to every name. */
function localEnv(changes: Record<string, unknown> = {}): Env {
  const bindings = Object.fromEntries(
    [
      "ASSETS",
      "OPS",
      "ORDERS_0",
      "ORDERS_1",
      "EFFECTS",
      "NOTIFICATIONS",
      "STOCK",
      "WEBHOOKS",
      "INVENTORY_LEVEL",
      "ORDER_LEDGER",
      "LIVE_FEED",
      "PROVIDER_GATE",
    ].map((name) => [name, {}]),
  );
  const env: unknown = { ...readVars("wrangler.toml"), ...bindings, ...changes };
  return env as Env;
}

describe("the environment check", () => {
  it("lets the repository's own configuration run locally", () => {
    expect(environmentProblems(localEnv())).toEqual([]);
    expect(environmentProblems(localEnv({ ENVIRONMENT: "test" }))).toEqual([]);
  });

  it("refuses every local secret outside local and test, and names each without its value", () => {
    const problems = environmentProblems(
      localEnv({ ENVIRONMENT: "production", PUBLIC_URL: "https://holdfast.example", SIMULATORS: {} }),
    );
    for (const name of [
      "STRIPE_SECRET_KEY",
      "STRIPE_WEBHOOK_SECRET",
      "PAYPAL_CLIENT_SECRET",
      "PAYPAL_WEBHOOK_ID",
      "SENDGRID_API_KEY",
      "TWILIO_AUTH_TOKEN",
      "FEDEX_CLIENT_SECRET",
      "FEDEX_WEBHOOK_SECRET",
      "SENDGRID_WEBHOOK_PUBLIC_KEY",
      "SIGNING_SECRET",
      "ISSUER_KEY",
      "SIMULATORS",
    ])
      expect(
        problems.some((problem) => problem.startsWith(`${name}:`)),
        name,
      ).toBe(true);
    expect(problems.join(" ")).not.toContain("sk_test_local");
  });

  it("runs in production with secrets of its own", () => {
    const secrets = {
      ENVIRONMENT: "production",
      PUBLIC_URL: "https://holdfast.example",
      STRIPE_SECRET_KEY: "sk_live_x",
      STRIPE_WEBHOOK_SECRET: "whsec_x",
      PAYPAL_CLIENT_SECRET: "x",
      PAYPAL_WEBHOOK_ID: "x",
      SENDGRID_API_KEY: "SG.x",
      TWILIO_AUTH_TOKEN: "x",
      FEDEX_CLIENT_SECRET: "x",
      FEDEX_WEBHOOK_SECRET: "x",
      SENDGRID_WEBHOOK_PUBLIC_KEY: "x",
      SIGNING_SECRET: "a secret of sixteen or more",
      ISSUER_KEY: undefined,
      OIDC_JWKS_URL: "https://id.example/jwks",
      OIDC_ISSUER: "https://id.example",
      OIDC_AUDIENCE: "holdfast",
    };
    expect(environmentProblems(localEnv(secrets))).toEqual([]);
    expect(environmentProblems(localEnv({ ...secrets, OIDC_ISSUER: undefined }))).toEqual([
      "OIDC_JWKS_URL, OIDC_ISSUER, OIDC_AUDIENCE: set all three, or none",
    ]);
    expect(environmentProblems(localEnv({ ...secrets, PUBLIC_URL: "http://holdfast.example" }))).toEqual([
      "PUBLIC_URL: must be https",
    ]);
  });

  it("says which variable or binding is missing or malformed", () => {
    expect(environmentProblems(localEnv({ OPS: undefined, ISSUER_KEY: "not json" }))).toEqual([
      "ISSUER_KEY: must be a private JWK as JSON",
      "OPS: the binding is missing",
    ]);
  });
});

describe("the log", () => {
  it("takes secrets, tokens and e-mail addresses out of messages", () => {
    const text = redact(
      "hf_live_abcDEF123 sk_live_99 whsec_abc eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.sig ada@example.com",
    );
    expect(text).toBe("[secret] [secret] [secret] [token] [e-mail]");
  });
});

describe("tracing", () => {
  const random = (bytes: Uint8Array) => bytes.fill(0xab);

  it("goes on with the caller's trace under a span of its own", () => {
    expect(continueTrace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", random)).toBe(
      "00-4bf92f3577b34da6a3ce929d0e0e4736-abababababababab-01",
    );
  });

  it("begins a trace where the caller sent none or a malformed one", () => {
    for (const incoming of [null, "", "00-xyz", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`])
      expect(continueTrace(incoming, random)).toBe(`00-${"ab".repeat(16)}-${"ab".repeat(8)}-00`);
  });

  it("takes a request id that may stand in a header and a log, and no other", () => {
    expect(acceptRequestId("checkout-42:a")).toBe("checkout-42:a");
    for (const id of [null, "", "a b", "a\nb", "x".repeat(129), "<script>"]) expect(acceptRequestId(id)).toBeNull();
  });
});

describe("what was read a short while ago", () => {
  it("is found until it is too old, with its age", () => {
    const reads = new RecentReads<number>(30_000, 10);
    reads.keep("a", 7, 1_000);
    expect(reads.find("b", 1_000)).toBeNull();
    expect(reads.find("a", 1_000)).toEqual({ value: 7, ageMs: 0 });
    expect(reads.find("a", 30_999)).toEqual({ value: 7, ageMs: 29_999 });
    expect(reads.find("a", 31_000)).toBeNull();
    expect(reads.find("a", 0), "a clock that was set back makes nothing younger than new").toEqual({
      value: 7,
      ageMs: 0,
    });
  });

  it("makes room for what is read next, oldest first", () => {
    const reads = new RecentReads<number>(30_000, 2);
    for (const key of ["a", "b"]) reads.keep(key, 1, 0);
    reads.keep("a", 2, 10);
    reads.keep("c", 3, 20);
    expect(reads.find("b", 20)).toBeNull();
    expect(reads.find("a", 20)).toEqual({ value: 2, ageMs: 10 });
    expect(reads.find("c", 20)).toEqual({ value: 3, ageMs: 0 });
  });
});
