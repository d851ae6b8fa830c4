import type { SignInForm } from "../contracts/auth.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { openOps } from "../db/ops/database.ts";
import { emailKey } from "../domain/email.ts";
import { findUserByEmail } from "../db/ops/people.ts";
import { countSignInTry, forgetSignInTries } from "../db/ops/sign-in-tries.ts";
import type { Env } from "../platform/env.ts";
import { hmac } from "../platform/hmac.ts";
import { type Recorder, recordChanges } from "./audit.ts";
import { onBehalfOf, type StartedSession, startSession } from "./sessions.ts";

/** What the password of nobody is compared with, so that an address that is not known takes as long as one that is. */
const NOBODYS_HASH = "pbkdf2-sha256$100000$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

const WINDOW_MS = 5 * 60_000;
/** Tries within the window from one network address: at one account, and at all accounts together. */
const MOST_AT_ONE_ACCOUNT = 10;
const MOST_FROM_ONE_ADDRESS = 30;
/** After this many tries at an account, from wherever, each address has only so many left: enough for its owner. */
const GUESSED_AFTER = 100;
const MOST_WHILE_GUESSED = 3;

/**
 * Signs a member of staff in with the embedded issuer, and begins a session. Never tells whether it was the address or
 * the password. `from` is the network that the try comes from: it waits after too many failed tries. What others fail
 * at from elsewhere locks nobody out. Both ends at an account that there is are in the audit trail; what never came to
 * a look at the password is not.
 */
export async function signIn(
  caller: Recorder,
  { email, password }: SignInForm,
  from: string,
): Promise<ServiceResult<StartedSession>> {
  const { env, now } = caller;
  if (env.ISSUER_KEY === undefined)
    return refuse("not_found", "Passwords are not used here: sign in with your organization's account.");
  const address = emailKey(email);
  const ops = openOps(env.OPS);
  const trier = { account: await pseudonym(env, address), client: await pseudonym(env, from) };
  // Counted before it is judged: tries that come at the same time do not slip through together.
  const tries = await countSignInTry(ops, trier, { now, forgottenUntil: now - WINDOW_MS });
  const mostHere = tries.atAccount > GUESSED_AFTER ? MOST_WHILE_GUESSED : MOST_AT_ONE_ACCOUNT;
  if (tries.here > mostHere || tries.fromAddress > MOST_FROM_ONE_ADDRESS)
    return refuse("rate_limited", "Too many failed tries. Wait a few minutes.");
  const user = await findUserByEmail(ops, address);
  const matches = await isPassword(password, user?.passwordHash ?? NOBODYS_HASH);
  if (user === null || !matches) {
    if (user !== null) enter(caller, "user.sign_in_refused", user.id);
    return refuse("unauthenticated", "The e-mail address or the password is not right.");
  }
  await forgetSignInTries(ops, trier);
  const started = await startSession(env, user, now);
  if (!started.ok) return started;
  enter(onBehalfOf(caller, user), "user.signed_in", user.id);
  return started;
}

/** Behind the answer, so that it takes no longer where there is such a person. */
function enter(caller: Recorder, action: string, userId: string): void {
  caller.defer(recordChanges(caller, [{ action, subject: `user:${userId}` }]));
}

/** Tells the same address again, and tells nobody which it is. */
async function pseudonym(env: Env, address: string): Promise<string> {
  return btoa(String.fromCharCode(...(await hmac(env.SIGNING_SECRET, `sign-in:${address}`))));
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
