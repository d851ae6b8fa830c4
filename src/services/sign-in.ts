import type { SignInAnswer, SignInForm } from "../contracts/auth.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { ROLE_SCOPES } from "../contracts/principal.ts";
import { openOps } from "../db/ops/database.ts";
import { findUserByEmail } from "../db/ops/people.ts";
import type { Env } from "../platform/env.ts";
import { issueToken } from "./access-tokens.ts";

/** What the password of nobody is compared with, so that an address that is not known takes as long as one that is. */
const NOBODYS_HASH = "pbkdf2-sha256$100000$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/** Failed tries on one address, in this isolate, before it has to wait. */
const MOST_FAILURES = 10;
const FAILURE_WINDOW_MS = 5 * 60_000;
const MOST_ADDRESSES = 10_000;
const failures = new Map<string, { count: number; since: number }>();

/** Signs a member of staff in with the embedded issuer. Never tells whether it was the address or the password. */
export async function signIn(
  env: Env,
  { email, password }: SignInForm,
  now: number,
): Promise<ServiceResult<SignInAnswer>> {
  if (env.ISSUER_KEY === undefined)
    return refuse("not_found", "Passwords are not used here: sign in with your organization's account.");
  const address = email.trim().toLowerCase();
  if (isLockedOut(address, now)) return refuse("rate_limited", "Too many failed tries. Wait a few minutes.");
  const user = await findUserByEmail(openOps(env.OPS), address);
  const matches = await isPassword(password, user?.passwordHash ?? NOBODYS_HASH);
  if (user === null || !matches) {
    noteFailure(address, now);
    return refuse("unauthenticated", "The e-mail address or the password is not right.");
  }
  failures.delete(address);
  const { id, name, role, warehouseId } = user;
  const issued = await issueToken(env, { id, name, role, warehouseId, customerId: null }, now);
  if (issued === null) return refuse("not_found", "Passwords are not used here.");
  return {
    ok: true,
    value: {
      accessToken: issued.accessToken,
      tokenType: "Bearer",
      expiresAt: new Date(issued.expiresAt * 1000).toISOString(),
      user: { id, name, role, scopes: [...ROLE_SCOPES[role]], warehouseId },
    },
  };
}

function isLockedOut(address: string, now: number): boolean {
  const found = failures.get(address);
  if (found === undefined) return false;
  if (now - found.since <= FAILURE_WINDOW_MS) return found.count >= MOST_FAILURES;
  failures.delete(address);
  return false;
}

function noteFailure(address: string, now: number): void {
  const found = failures.get(address);
  if (found !== undefined) found.count += 1;
  else {
    if (failures.size >= MOST_ADDRESSES) failures.clear();
    failures.set(address, { count: 1, since: now });
  }
}

async function isPassword(password: string, stored: string): Promise<boolean> {
  const [scheme, iterations = "", salt = "", hash = ""] = stored.split("$");
  if (scheme !== "pbkdf2-sha256" || !/^\d{4,7}$/.test(iterations)) return false;
  const wanted = bytesOf(hash);
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, ["deriveBits"]);
  const parameters = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(salt), iterations: Number(iterations) };
  const given = new Uint8Array(await crypto.subtle.deriveBits(parameters, key, wanted.length * 8));
  return given.length === wanted.length && crypto.subtle.timingSafeEqual(given, wanted);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
