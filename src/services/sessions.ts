import type { SignInAnswer } from "../contracts/auth.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { ROLE_SCOPES } from "../contracts/principal.ts";
import { openOps } from "../db/ops/database.ts";
import type { SessionEnd } from "../db/ops/schema/people.ts";
import { addSession, countSessionUp, endSessionRow, findSession } from "../db/ops/sessions.ts";
import type { Env } from "../platform/env.ts";
import { hmac, isSameMac } from "../platform/hmac.ts";
import { logWarning } from "../platform/log.ts";
import { sha256Hex } from "../platform/sha256.ts";
import { issueToken } from "./access-tokens.ts";
import { type Recorder, recordChanges } from "./audit.ts";
import { forgetPeople, type Person } from "./people.ts";

/** A shift: after it people sign in again. */
const LONGEST_SESSION_MS = 10 * 3_600_000;
/** A session whose refresh token nobody has used for this long is over: its browser is closed. */
const IDLE_MS = 2 * 3_600_000;
/** Tabs of one browser may send the same refresh token, and an answer may be lost: it is taken again for this long. */
const REPEAT_MS = 30_000;
const DAY_MS = 24 * 3_600_000;

/** A session as its browser gets it: the access token to call with, and the refresh token to get the next ones with. */
export interface StartedSession {
  answer: SignInAnswer;
  /** Secret: kept where no script can read it. */
  refreshToken: string;
}

/**
 * A refresh token: the session's secret name, the token's number, and a signature of ours over both. The name is
 * stored hashed, and the signature nowhere: who reads the database can't make a token.
 */
interface RefreshToken {
  family: string;
  generation: number;
}

/** Begins a session of this person. */
export async function startSession(env: Env, user: Person, now: number): Promise<ServiceResult<StartedSession>> {
  const family = hexOf(crypto.getRandomValues(new Uint8Array(16)));
  const id = sha256Hex(family);
  const endsAt = now + LONGEST_SESSION_MS;
  await addSession(openOps(env.OPS), { id, userId: user.id, startedAt: now, endsAt }, now - DAY_MS);
  return describe(env, user, { family, generation: 1 }, now);
}

/**
 * Exchanges a refresh token for an access token and the next refresh token. A token that was exchanged before has been
 * copied: it ends the session, for whoever has the newer one as well. Only the last one is taken again, for 30 seconds.
 */
export async function refreshSession(caller: Recorder, token: string): Promise<ServiceResult<StartedSession>> {
  const { env, now } = caller;
  const given = await readToken(env, token);
  if (given === null) return refuse("unauthenticated", "There is no session: sign in.");
  const ops = openOps(env.OPS);
  const id = sha256Hex(given.family);
  const over = refuse("unauthenticated", "The session has ended: sign in again.");
  // Another request may exchange the token between the read and the count: the second look decides.
  for (let look = 1; look <= 2; look += 1) {
    const found = await findSession(ops, id);
    if (found === null) return over;
    const { session, user } = found;
    if (session.endedAt !== null || now >= session.endsAt || now - session.refreshedAt >= IDLE_MS) return over;
    if (user === null) {
      await end(caller, session, "account_ended");
      return over;
    }
    if (given.generation === session.generation) {
      if (!(await countSessionUp(ops, session, now))) continue;
      return describe(env, user, { family: given.family, generation: session.generation + 1 }, now);
    }
    if (given.generation === session.generation - 1 && now - session.refreshedAt <= REPEAT_MS)
      return describe(env, user, { family: given.family, generation: session.generation }, now);
    await end(onBehalfOf(caller, user), session, "token_reused");
    logWarning("refresh_token_reused", { user: user.id, requestId: caller.requestId });
    return over;
  }
  return refuse("temporarily_unavailable", "The session is being refreshed elsewhere: try again.");
}

/** Ends the session of this refresh token, whichever of its tokens it is. Of a session that is over nothing is left to do. */
export async function endSession(caller: Recorder, token: string): Promise<void> {
  const { env } = caller;
  const given = await readToken(env, token);
  if (given === null) return;
  const found = await findSession(openOps(env.OPS), sha256Hex(given.family));
  if (found === null) return;
  await end(found.user === null ? caller : onBehalfOf(caller, found.user), found.session, "signed_out");
}

/** The caller of a public route, once it is known who they are. */
export function onBehalfOf<Caller extends Recorder>(caller: Caller, { id, name, role }: Person): Caller {
  return { ...caller, principal: { ...caller.principal, kind: "user", id, name, role } };
}

const ACTIONS: Record<SessionEnd, string> = {
  signed_out: "user.signed_out",
  token_reused: "user.refresh_token_reused",
  account_ended: "user.session_ended",
};

async function end(caller: Recorder, session: { id: string; userId: string }, reason: SessionEnd): Promise<void> {
  const ended = await endSessionRow(openOps(caller.env.OPS), session.id, reason, caller.now);
  if (!ended) return;
  forgetPeople(caller.env);
  await recordChanges(caller, [{ action: ACTIONS[reason], subject: `user:${session.userId}` }]);
}

async function describe(
  env: Env,
  { id, name, role, warehouseId }: Person,
  next: RefreshToken,
  now: number,
): Promise<ServiceResult<StartedSession>> {
  const issued = await issueToken(env, { userId: id, sessionId: sha256Hex(next.family) }, now);
  if (issued === null) return refuse("not_found", "Passwords are not used here.");
  return {
    ok: true,
    value: {
      refreshToken: await writeToken(env, next),
      answer: {
        accessToken: issued.accessToken,
        tokenType: "Bearer",
        expiresAt: new Date(issued.expiresAt).toISOString(),
        user: { id, name, role, scopes: [...ROLE_SCOPES[role]], warehouseId },
      },
    },
  };
}

async function writeToken(env: Env, { family, generation }: RefreshToken): Promise<string> {
  return `${family}.${generation}.${hexOf(await signatureOf(env, family, generation))}`;
}

async function readToken(env: Env, token: string): Promise<RefreshToken | null> {
  const parts = /^([0-9a-f]{32})\.([1-9]\d{0,8})\.([0-9a-f]{32})$/.exec(token);
  if (parts === null) return null;
  const [, family = "", number = "", signature = ""] = parts;
  const generation = Number(number);
  const given = Uint8Array.from(signature.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  return isSameMac(given, await signatureOf(env, family, generation)) ? { family, generation } : null;
}

function signatureOf(env: Env, family: string, generation: number): Promise<Uint8Array> {
  return hmac(env.SIGNING_SECRET, `refresh:${family}.${generation}`);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
