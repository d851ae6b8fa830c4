import { z } from "zod";
import { asciiEmail } from "../domain/email.ts";
import type { Env } from "./env.ts";

/** What the repository's own configuration is filled with: never good enough outside local and test. */
const LOCAL_ONLY: Readonly<Partial<Record<keyof Env, RegExp>>> = {
  STRIPE_SECRET_KEY: /^sk_test_/,
  STRIPE_WEBHOOK_SECRET: /^whsec_bG9jYWwt/,
  PAYPAL_CLIENT_SECRET: /^local-/,
  PAYPAL_WEBHOOK_ID: /^WHLOCAL/,
  SENDGRID_API_KEY: /^SG\.local/,
  TWILIO_AUTH_TOKEN: /^local-/,
  FEDEX_CLIENT_SECRET: /^local-/,
  FEDEX_WEBHOOK_SECRET: /^local-/,
  // Public, but its private half lies in the repository: with it anyone could sign.
  SENDGRID_WEBHOOK_PUBLIC_KEY: /^MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEawBwfrDn/,
  SIGNING_SECRET: /^local-/,
  ISSUER_KEY: /"kid"\s*:\s*"local-/,
};

const issuerKey = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "must be a private JWK as JSON" });
      return z.NEVER;
    }
  })
  .pipe(
    z.looseObject({
      kty: z.literal("OKP"),
      crv: z.literal("Ed25519"),
      x: z.string().min(1),
      d: z.string().min(1),
      kid: z.string().min(1),
    }),
  );

const vars = z.looseObject({
  ENVIRONMENT: z.enum(["local", "test", "production"]),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !url.endsWith("/"), { error: "must not end with a slash" }),
  SHARD_MAP: z.string().min(2),
  CAPTURE_ON: z.enum(["order", "shipment"]),
  BACKORDER_LIMIT_DAYS: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, { error: "must be a number of days from 1 to 999" })
    .optional(),
  MOST_UNPAID_UNITS: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, { error: "must be a number of units from 1 to 999999" })
    .optional(),
  DEEDS_KEPT_DAYS: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, { error: "must be a number of days from 1 to 999" })
    .optional(),
  STRIPE_SECRET_KEY: z.string().min(1),
  STRIPE_WEBHOOK_SECRET: z.string().min(1),
  PAYPAL_CLIENT_ID: z.string().min(1),
  PAYPAL_CLIENT_SECRET: z.string().min(1),
  PAYPAL_WEBHOOK_ID: z.string().min(1),
  SENDGRID_API_KEY: z.string().min(1),
  TWILIO_ACCOUNT_SID: z.string().min(1),
  TWILIO_AUTH_TOKEN: z.string().min(1),
  TWILIO_FROM: z.string().min(1),
  FEDEX_CLIENT_ID: z.string().min(1),
  FEDEX_CLIENT_SECRET: z.string().min(1),
  FEDEX_ACCOUNT: z.string().min(1),
  MAIL_FROM: z.string().refine((text) => asciiEmail(text) === text, { error: "must be an e-mail address in ASCII" }),
  SIGNING_SECRET: z.string().min(16),
  ISSUER_KEY: issuerKey.optional(),
  OIDC_JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_ISSUER: z.string().min(1).optional(),
  OIDC_AUDIENCE: z.string().min(1).optional(),
});

const BINDINGS = [
  "ASSETS",
  "OPS",
  "EFFECTS",
  "NOTIFICATIONS",
  "STOCK",
  "WEBHOOKS",
  "INVENTORY_LEVEL",
  "ORDER_LEDGER",
  "LIVE_FEED",
  "PROVIDER_GATE",
] as const;

/**
 * Everything that keeps the Worker from running with this environment, one sentence each; nothing when it may run.
 * Outside local and test it refuses the repository's own secrets and keys. Values never appear in the sentences.
 */
export function environmentProblems(env: Env): string[] {
  const parsed = vars.safeParse(env);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  for (const binding of BINDINGS) if (env[binding] === undefined) problems.push(`${binding}: the binding is missing`);
  const oidc = [env.OIDC_JWKS_URL, env.OIDC_ISSUER, env.OIDC_AUDIENCE].filter((value) => value !== undefined).length;
  if (oidc === 1 || oidc === 2) problems.push("OIDC_JWKS_URL, OIDC_ISSUER, OIDC_AUDIENCE: set all three, or none");
  if (env.ENVIRONMENT !== "local" && env.ENVIRONMENT !== "test") problems.push(...productionProblems(env));
  return problems;
}

function productionProblems(env: Env): string[] {
  const problems: string[] = [];
  for (const [name, local] of Object.entries(LOCAL_ONLY)) {
    const value: unknown = Reflect.get(env, name);
    if (typeof value === "string" && local.test(value))
      problems.push(`${name}: the local value is refused in ${env.ENVIRONMENT}; set it with wrangler secret put`);
  }
  if (env.SIMULATORS !== undefined) problems.push(`SIMULATORS: must not be bound in ${env.ENVIRONMENT}`);
  if (env.ISSUER_KEY === undefined && env.OIDC_JWKS_URL === undefined)
    problems.push("ISSUER_KEY or OIDC_JWKS_URL: nobody could sign in");
  if (!env.PUBLIC_URL?.startsWith("https://")) problems.push("PUBLIC_URL: must be https");
  return problems;
}

const checked = new WeakMap<Env, readonly string[]>();

/** As `environmentProblems`, found out once for each environment object. */
export function checkEnvironment(env: Env): readonly string[] {
  let problems = checked.get(env);
  if (problems === undefined) {
    problems = environmentProblems(env);
    checked.set(env, problems);
  }
  return problems;
}
