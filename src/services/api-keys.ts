import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { type Principal, ROLE_SCOPES, type Scope, SCOPES } from "../contracts/principal.ts";
import { openOps } from "../db/ops/database.ts";
import { type ApiKeyRow, listApiKeys } from "../db/ops/people.ts";
import type { Env } from "../platform/env.ts";
import { sha256Hex } from "../platform/sha256.ts";
import { logError } from "../platform/log.ts";

/** Keys are kept this long before they are read again, behind the request that notices. */
const FRESH_MS = 60_000;
/** A key that is not known may have been made just now: the list is read again for it, at most this often. */
const REREAD_MS = 5_000;
/** A refresh that has not come back after this long is taken for lost. */
const REFRESH_LIMIT_MS = 10_000;

interface KeyRing {
  /** By the key's hash. */
  keys: ReadonlyMap<string, Principal>;
  /** Keys that have been used since the ring was loaded, so that each is hashed once: at most as many as there are keys. */
  used: Map<string, Principal>;
  loadedAt: number;
  refreshingSince: number;
}

/** One ring per environment object, so one per isolate. Holds plain data: no promise crosses from one request to another. */
const rings = new WeakMap<Env, KeyRing>();

/**
 * Who has this API key. The isolate's list answers, is refreshed behind and serves stale when OPS is away, so that
 * a request costs OPS nothing; without any list, OPS being away is `temporarily_unavailable`.
 */
export async function findKeyHolder(
  env: Env,
  key: string,
  now: number,
  defer: (work: Promise<unknown>) => void,
): Promise<ServiceResult<Principal>> {
  const ring = rings.get(env);
  if (ring === undefined) {
    const loaded = await load(env, now);
    return loaded === null
      ? refuse("temporarily_unavailable", "API keys can't be checked at the moment.")
      : answer(holder(loaded, key));
  }
  if (now - ring.loadedAt > FRESH_MS && now - ring.refreshingSince > REFRESH_LIMIT_MS) {
    ring.refreshingSince = now;
    defer(load(env, now));
  }
  const principal = holder(ring, key);
  if (principal === undefined && now - ring.loadedAt > REREAD_MS && now - ring.refreshingSince > REREAD_MS) {
    ring.refreshingSince = now;
    return answer(holder((await load(env, now)) ?? ring, key));
  }
  return answer(principal);
}

function holder(ring: KeyRing, key: string): Principal | undefined {
  const used = ring.used.get(key);
  if (used !== undefined) return used;
  const principal = ring.keys.get(sha256Hex(key));
  if (principal !== undefined) ring.used.set(key, principal);
  return principal;
}

function answer(principal: Principal | undefined): ServiceResult<Principal> {
  return principal === undefined
    ? refuse("unauthenticated", "The API key is not known, or was revoked.")
    : { ok: true, value: principal };
}

async function load(env: Env, now: number): Promise<KeyRing | null> {
  try {
    const rows = await listApiKeys(openOps(env.OPS));
    const usable = rows.filter(({ environment }) => isUsableIn(environment, env.ENVIRONMENT));
    const ring: KeyRing = {
      keys: new Map(usable.map((row) => [row.hash, principalOf(row)])),
      used: new Map(),
      loadedAt: now,
      refreshingSince: 0,
    };
    rings.set(env, ring);
    return ring;
  } catch (error) {
    logError("api_keys_unavailable", error);
    return null;
  }
}

/** A key of one environment is refused in the others: what the seed brings opens nothing outside local and test. */
function isUsableIn(key: ApiKeyRow["environment"], environment: Env["ENVIRONMENT"]): boolean {
  if (environment === "production") return key === "live";
  return key === "local" || key === "test";
}

function principalOf(row: ApiKeyRow): Principal {
  return {
    kind: "key",
    id: `key_${row.hash.slice(0, 20)}`,
    name: row.name,
    role: row.role,
    scopes: row.scopes === null ? ROLE_SCOPES[row.role] : row.scopes.filter(isScope),
    customerId: row.customerId,
    warehouseId: row.warehouseId,
    channel: row.channel ?? (row.role === "csr" || row.role === "manager" ? "csr" : "storefront"),
  };
}

function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}
