import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  SignJWT,
} from "jose";
import { z } from "zod";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { type Principal, ROLE_SCOPES, ROLES, SCOPES } from "../contracts/principal.ts";
import type { Env } from "../platform/env.ts";
import { findPerson, TOKEN_LIFE_SECONDS } from "./people.ts";

const ALGORITHMS = ["RS256", "ES256", "EdDSA", "Ed25519"];
/** Whom our own tokens are for. */
const AUDIENCE = "holdfast-api";
/** Clocks of issuers are not ours. */
const CLOCK_TOLERANCE_SECONDS = 30;

const issuerJwk = z.looseObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  d: z.string(),
  kid: z.string(),
});

/** What our own tokens say: who, in which session. What they may do is in the list of people. */
const ownClaims = z.object({
  sub: z.string().min(1).max(128),
  sid: z.string().min(1).max(128),
  iat: z.int(),
  exp: z.int(),
});

/** What the tokens of an outside issuer say. */
const claims = z.object({
  sub: z.string().min(1).max(128),
  name: z.string().max(200).optional(),
  role: z.enum(ROLES),
  scopes: z.array(z.enum(SCOPES)).optional(),
  warehouseId: z.string().max(40).nullish(),
  customerId: z.string().max(64).nullish(),
  exp: z.int(),
});

/** The public half of the embedded issuer's key; none where there is no such issuer. */
export function publicKeys(env: Env): JWK[] {
  if (env.ISSUER_KEY === undefined) return [];
  const { kty, crv, x, kid } = issuerJwk.parse(JSON.parse(env.ISSUER_KEY));
  return [{ kty, crv, x, kid, use: "sig", alg: "EdDSA" }];
}

/** An access token of the embedded issuer, and when it ends (epoch milliseconds); null where there is no such issuer. */
export async function issueToken(
  env: Env,
  { userId, sessionId }: { userId: string; sessionId: string },
  now: number,
): Promise<{ accessToken: string; expiresAt: number } | null> {
  if (env.ISSUER_KEY === undefined) return null;
  const jwk = issuerJwk.parse(JSON.parse(env.ISSUER_KEY));
  const issuedAt = Math.floor(now / 1000);
  const expiresAt = issuedAt + TOKEN_LIFE_SECONDS;
  const accessToken = await new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: "EdDSA", kid: jwk.kid, typ: "JWT" })
    .setSubject(userId)
    .setIssuer(env.PUBLIC_URL)
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .setJti(crypto.randomUUID())
    .sign(await importJWK(jwk, "EdDSA"));
  return { accessToken, expiresAt: expiresAt * 1000 };
}

const localSets = new Map<string, JWTVerifyGetKey>();
const remoteSets = new Map<string, JWTVerifyGetKey>();

function localSet(env: Env, issuerKey: string): JWTVerifyGetKey {
  let set = localSets.get(issuerKey);
  if (set === undefined) {
    set = createLocalJWKSet({ keys: publicKeys(env) });
    localSets.set(issuerKey, set);
  }
  return set;
}

function remoteSet(url: string): JWTVerifyGetKey {
  let set = remoteSets.get(url);
  if (set === undefined) {
    set = createRemoteJWKSet(new URL(url), { timeoutDuration: 3_000, cooldownDuration: 30_000, cacheMaxAge: 600_000 });
    remoteSets.set(url, set);
  }
  return set;
}

/** Who has this token: one of the embedded issuer, or of the issuer that is configured. */
export async function findTokenHolder(
  env: Env,
  token: string,
  now: number,
  defer: (work: Promise<unknown>) => void,
): Promise<ServiceResult<Principal>> {
  const currentDate = new Date(now);
  const options = {
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate,
    requiredClaims: ["sub", "exp"],
  };
  try {
    const { OIDC_JWKS_URL, OIDC_ISSUER, OIDC_AUDIENCE, ISSUER_KEY } = env;
    if (
      OIDC_JWKS_URL !== undefined &&
      OIDC_ISSUER !== undefined &&
      OIDC_AUDIENCE !== undefined &&
      issuerOf(token) === OIDC_ISSUER
    ) {
      const { payload } = await jwtVerify(token, remoteSet(OIDC_JWKS_URL), {
        ...options,
        issuer: OIDC_ISSUER,
        audience: OIDC_AUDIENCE,
      });
      return outsider(payload, OIDC_ISSUER);
    }
    if (ISSUER_KEY === undefined) return refuse("unauthenticated", "The token's issuer is not known here.");
    const { payload } = await jwtVerify(token, localSet(env, ISSUER_KEY), {
      ...options,
      issuer: env.PUBLIC_URL,
      audience: AUDIENCE,
    });
    return await insider(env, payload, now, defer);
  } catch (error) {
    if (error instanceof errors.JWTExpired) return refuse("unauthenticated", "The token has expired: sign in again.");
    if (error instanceof errors.JWKSTimeout)
      return refuse("temporarily_unavailable", "The token's issuer does not answer at the moment.");
    if (error instanceof errors.JOSEError) return refuse("unauthenticated", "The token is not valid here.");
    throw error;
  }
}

/** What the token says of its issuer, unproven: only chooses whose keys must prove it. */
function issuerOf(token: string): string | null {
  try {
    const payload: unknown = JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    return typeof payload === "object" && payload !== null && "iss" in payload && typeof payload.iss === "string"
      ? payload.iss
      : null;
  } catch {
    return null;
  }
}

async function insider(
  env: Env,
  payload: JWTPayload,
  now: number,
  defer: (work: Promise<unknown>) => void,
): Promise<ServiceResult<Principal>> {
  const parsed = ownClaims.safeParse(payload);
  if (!parsed.success) return refuse("unauthenticated", "The token is not valid here.");
  const { sub: userId, sid: sessionId, iat: issuedAt, exp } = parsed.data;
  const person = await findPerson(env, { userId, sessionId, issuedAt }, now, defer);
  if (person === "away") return refuse("temporarily_unavailable", "Access tokens can't be checked at the moment.");
  if (person === "gone") return refuse("unauthenticated", "The session has ended: sign in again.");
  const { id, name, role, warehouseId } = person;
  return {
    ok: true,
    value: {
      kind: "user",
      id,
      name,
      role,
      scopes: ROLE_SCOPES[role],
      customerId: null,
      warehouseId,
      channel: "csr",
      provenUntil: exp * 1000,
    },
  };
}

function outsider(payload: JWTPayload, issuer: string): ServiceResult<Principal> {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) return refuse("unauthenticated", "The token does not say which role its holder has.");
  const { sub, name, role, scopes, warehouseId, customerId, exp } = parsed.data;
  const allowed = ROLE_SCOPES[role];
  return {
    ok: true,
    value: {
      kind: "user",
      // Two issuers may know different people by one name.
      id: `${issuer}|${sub}`,
      name: name ?? sub,
      role,
      scopes: scopes === undefined ? allowed : allowed.filter((scope) => scopes.includes(scope)),
      customerId: customerId ?? (role === "customer" ? sub : null),
      warehouseId: warehouseId ?? null,
      channel: role === "customer" || role === "storefront" ? "storefront" : "csr",
      provenUntil: exp * 1000,
    },
  };
}
