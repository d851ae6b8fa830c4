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

/** The deed of one part of a request whose parts are kept one by one. */
export function deedOfPart(deed: Deed | null, part: string): Deed | null {
  return deed && { key: sha256Hex(JSON.stringify([deed.key, part])), fingerprint: deed.fingerprint };
}
