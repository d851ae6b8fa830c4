import type { Role } from "../contracts/principal.ts";
import { openOps } from "../db/ops/database.ts";
import { listActiveUsers } from "../db/ops/people.ts";
import { listEndedSessions } from "../db/ops/sessions.ts";
import type { Env } from "../platform/env.ts";
import { IsolateCopy } from "../platform/isolate-copy.ts";

/** How long an access token of ours is good: whoever goes on asks for the next with their refresh token. */
export const TOKEN_LIFE_SECONDS = 15 * 60;

/** A member of staff as the list of people has them now. */
export interface Person {
  id: string;
  name: string;
  role: Role;
  warehouseId: string | null;
}

interface People {
  active: ReadonlyMap<string, Person>;
  /** Sessions that were ended while access tokens of theirs may still be about. */
  ended: ReadonlySet<string>;
}

const people = new IsolateCopy("people_unavailable", load);

/**
 * Who has an access token of this session, as they are now: `away` where the list can't be read, `gone` where they
 * were deactivated or have signed out. A change takes effect within the minute that a copy of the list is kept; whoever is
 * not in a copy that is older than their token is looked up again, because they may be new. `issuedAt`: epoch seconds.
 */
export async function findPerson(
  env: Env,
  { userId, sessionId, issuedAt }: { userId: string; sessionId: string; issuedAt: number },
  now: number,
  defer: (work: Promise<unknown>) => void,
): Promise<Person | "gone" | "away"> {
  const known = await people.read(env, now, defer);
  if (known === null) return "away";
  if (known.ended.has(sessionId)) return "gone";
  const found = known.active.get(userId);
  if (found !== undefined) return found;
  const newer = await people.readSince(env, (issuedAt + 1) * 1000, now, defer);
  return newer?.active.get(userId) ?? "gone";
}

/** Makes this isolate read the list again: after a session was ended here. */
export function forgetPeople(env: Env): void {
  people.forget(env);
}

async function load(env: Env, now: number): Promise<People> {
  const db = openOps(env.OPS);
  const [users, ended] = await Promise.all([
    listActiveUsers(db),
    listEndedSessions(db, now - 2 * TOKEN_LIFE_SECONDS * 1000),
  ]);
  return {
    active: new Map(users.map(({ id, name, role, warehouseId }) => [id, { id, name, role, warehouseId }])),
    ended: new Set(ended),
  };
}
