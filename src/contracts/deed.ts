/**
 * What a caller has asked to be done once. The store that does it keeps the deed in the transaction that does it, and
 * answers a repeat with what the first one did.
 */
export interface Deed {
  /** Names the deed: SHA-256, as hex, over the principal, the endpoint and the caller's Idempotency-Key. */
  key: string;
  /** SHA-256, as hex, of what was asked for. The same key with another fingerprint is refused. */
  fingerprint: string;
}
