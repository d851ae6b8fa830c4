import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { type Principal, ROLE_SCOPES, type Scope, SCOPES } from "../contracts/principal.ts";
import { openOps } from "../db/ops/database.ts";
import { type ApiKeyRow, listApiKeys } from "../db/ops/people.ts";
import type { Env } from "../platform/env.ts";
import { IsolateCopy } from "../platform/isolate-copy.ts";
import { sha256Hex } from "../platform/sha256.ts";

interface KeyRing {
  /** By the key's hash. */
  keys: ReadonlyMap<string, Principal>;
  /** Keys that have been used since the ring was loaded, so that each is hashed once: at most as many as there are keys. */
  used: Map<string, Principal>;
}

const rings = new IsolateCopy("api_keys_unavailable", load);

/**
 * Who has this API key, by the isolate's list of keys: a request costs OPS nothing. A key that is not known may have
 * been made just now, so the list is read again for it. Without any list, OPS being away is `temporarily_unavailable`.
 */
export async function findKeyHolder(
  env: Env,
  key: string,
  now: number,
  defer: (work: Promise<unknown>) => void,
): Promise<ServiceResult<Principal>> {
  const ring = await rings.read(env, now, defer);
  if (ring === null) return refuse("temporarily_unavailable", "API keys can't be checked at the moment.");
  const known = holder(ring, key);
  if (known !== undefined) return { ok: true, value: known };
  const reread = await rings.reread(env, now, defer);
  const found = reread === null ? undefined : holder(reread, key);
  return found === undefined
    ? refuse("unauthenticated", "The API key is not known, or was revoked.")
    : { ok: true, value: found };
}

function holder(ring: KeyRing, key: string): Principal | undefined {
  const used = ring.used.get(key);
  if (used !== undefined) return used;
  const principal = ring.keys.get(sha256Hex(key));
  if (principal !== undefined) ring.used.set(key, principal);
  return principal;
}

async function load(env: Env): Promise<KeyRing> {
  const rows = await listApiKeys(openOps(env.OPS));
  const usable = rows.filter(({ environment }) => isUsableIn(environment, env.ENVIRONMENT));
  return { keys: new Map(usable.map((row) => [row.hash, principalOf(row)])), used: new Map() };
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
