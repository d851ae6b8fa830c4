import type { Deed } from "../contracts/deed.ts";
import { sha256Hex } from "../platform/sha256.ts";

/**
 * The deed of a request with an Idempotency-Key. `endpoint` is the method and the path as the API declares it, such as
 * `POST /orders/{id}/refunds`; `content` is everything else that says what is to be done.
 */
export function deedOf(principalId: string, endpoint: string, idempotencyKey: string, content: unknown): Deed {
  return {
    key: sha256Hex(JSON.stringify([principalId, endpoint, idempotencyKey])),
    fingerprint: sha256Hex(JSON.stringify(content)),
  };
}

/** The deed of one row (from 0) of a request that has many: each row may be done by another store. */
export function deedOfRow(deed: Deed | null, row: number, content: unknown): Deed | null {
  if (deed === null) return null;
  return {
    key: sha256Hex(JSON.stringify([deed.key, row])),
    fingerprint: sha256Hex(JSON.stringify(content)),
  };
}
