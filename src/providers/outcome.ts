/**
 * What a call to an outside provider came to.
 *
 * `failed` is definite: the provider has answered that the thing was not done; `retryable` says whether
 * asking again may help. `retryAfterMs` is there exactly where the request was turned away unread (throttled, or
 * held back by the gate): such an answer says nothing about an earlier attempt under the same idempotency key, so
 * asking again must use the same key. Without `retryAfterMs` the provider has judged this key for good, and asking
 * again needs a new one. `unknown` means that it may or may not have been done (time-out, lost reply, half an
 * answer, the same key still being worked on): only the same idempotency key, or a look-up, may follow.
 */
export type ProviderResult<Value> =
  | { outcome: "done"; value: Value }
  | { outcome: "failed"; code: string; message: string; retryable: boolean; retryAfterMs?: number }
  | { outcome: "unknown"; message: string };

/** A result that is not `done`: what every call can come to, whatever it was asked for. */
export type ProviderShortfall = Exclude<ProviderResult<never>, { outcome: "done" }>;
