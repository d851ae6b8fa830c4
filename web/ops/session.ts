import { z } from "zod";
import type { SignInAnswer } from "../../src/contracts/auth.ts";

const storedSession = z.object({
  accessToken: z.string().min(1),
  expiresAt: z.number(),
  user: z.object({ id: z.string(), name: z.string(), role: z.string(), scopes: z.array(z.string()) }),
});

/** Who is signed in; `expiresAt` in epoch milliseconds. */
export type Session = z.infer<typeof storedSession>;

/** The session that an answer to signing in begins. */
export function sessionOf(answer: SignInAnswer): Session {
  const { id, name, role, scopes } = answer.user;
  return { accessToken: answer.accessToken, expiresAt: Date.parse(answer.expiresAt), user: { id, name, role, scopes } };
}

const STORAGE_KEY = "holdfast.session";
const listeners = new Set<() => void>();
let current: Session | null = read();

// sessionStorage ends with the tab: a shared workplace computer keeps nobody signed in.
function read(): Session | null {
  const stored = sessionStorage.getItem(STORAGE_KEY);
  if (stored === null) return null;
  try {
    return storedSession.parse(JSON.parse(stored));
  } catch {
    sessionStorage.removeItem(STORAGE_KEY);
    return null;
  }
}

/** The session, or null once it has ended. */
export function currentSession(now: number): Session | null {
  if (current !== null && current.expiresAt <= now) endSession();
  return current;
}

/** The session as the last render saw it, for `useSyncExternalStore`. */
export function sessionSnapshot(): Session | null {
  return current;
}

export function beginSession(session: Session): void {
  current = session;
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(session));
  for (const listener of listeners) listener();
}

export function endSession(): void {
  if (current === null) return;
  current = null;
  sessionStorage.removeItem(STORAGE_KEY);
  for (const listener of listeners) listener();
}

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
