import { z } from "zod";
import { signInAnswer, type SignInAnswer } from "../../src/contracts/auth.ts";

/** Who is signed in, with the token that calls carry; `expiresAt` in epoch milliseconds. */
export interface Session {
  accessToken: string;
  expiresAt: number;
  user: Pick<SignInAnswer["user"], "id" | "name" | "role" | "scopes">;
}

/** The session that an answer to signing in begins. */
export function sessionOf(answer: SignInAnswer): Session {
  const { id, name, role, scopes } = answer.user;
  return { accessToken: answer.accessToken, expiresAt: Date.parse(answer.expiresAt), user: { id, name, role, scopes } };
}

/** A token with less left than this is exchanged before it is used. */
const RENEW_BEFORE_MS = 60_000;
const CHECK_EVERY_MS = 15_000;

// The access token is in this tab's memory only. The refresh token is in a cookie that no script can read, so that a
// reload and a new tab go on with the session, and it ends with the browser: a shared computer keeps nobody signed in.
let current: Session | null = null;
/** The server could not be asked whether this browser has a session. */
let unasked = false;
let renewing: Promise<void> | null = null;
const listeners = new Set<() => void>();
const otherTabs = new BroadcastChannel("holdfast.session");
otherTabs.addEventListener("message", () => void renewSession());

/** The session as it is known now, also for `useSyncExternalStore`; null where nobody is signed in. */
export function sessionSnapshot(): Session | null {
  return current;
}

/** The session with a token that is good for a call. */
export async function usableSession(): Promise<Session | null> {
  if (current !== null && current.expiresAt - Date.now() < RENEW_BEFORE_MS) await renewSession();
  return current;
}

/** Takes up the session that this browser has, and goes on looking after it: for the start of the app. */
export async function resumeSession(): Promise<void> {
  await renewSession();
  setInterval(() => {
    if (unasked) void renewSession();
    else void usableSession();
  }, CHECK_EVERY_MS);
}

/** Begins the session of who has just signed in here. */
export function beginSession(session: Session): void {
  become(session);
  tellOtherTabs();
}

/** Ends the session at the server, in this tab and in all others. Throws where the server can't be told: it goes on then. */
export async function signOut(): Promise<void> {
  const answer = await inTurn(() => fetch("/api/v1/auth/sign-out", { method: "POST" }));
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  become(null);
  tellOtherTabs();
}

/** Tells the other tabs of this browser that somebody has signed in or out. */
function tellOtherTabs(): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none: it never leaves the origin
  otherTabs.postMessage("changed");
}

/**
 * Gets a new access token with the refresh token of this browser. Where the server says that there is no session, it
 * has ended here as well; where the server can't be reached, all stays as it is.
 */
export function renewSession(): Promise<void> {
  renewing ??= renew().finally(() => {
    renewing = null;
  });
  return renewing;
}

async function renew(): Promise<void> {
  try {
    const answer = await inTurn(() => fetch("/api/v1/auth/refresh", { method: "POST" }));
    if (answer.status === 401) become(null);
    else if (answer.ok) become(sessionOf(z.looseObject(signInAnswer.shape).parse(await answer.json())));
    unasked = !answer.ok && answer.status !== 401;
  } catch {
    // No connection, or no readable answer: the next check asks again.
    unasked = true;
  }
}

/** One tab at a time, because each exchange makes the refresh token before it useless. Plain HTTP has no locks. */
async function inTurn(work: () => Promise<Response>): Promise<Response> {
  return "locks" in navigator ? navigator.locks.request("holdfast.session", work) : work();
}

function become(session: Session | null): void {
  const isSamePerson = current?.user.id === session?.user.id && current?.user.role === session?.user.role;
  current = session;
  // A new token for the same person changes nothing that is shown.
  if (isSamePerson) return;
  for (const listener of listeners) listener();
}

/** Tells when somebody else is signed in than before, or nobody. */
export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
