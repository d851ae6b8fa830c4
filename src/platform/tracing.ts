const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/**
 * The W3C trace context to carry on: the caller's trace with a span of our own, or a new trace where the caller
 * sent none or a malformed one. `random` fills bytes.
 */
export function continueTrace(incoming: string | null, random: (bytes: Uint8Array) => Uint8Array): string {
  const found = incoming === null ? null : TRACEPARENT.exec(incoming);
  const bytes = random(new Uint8Array(found ? 8 : 24));
  const span = toHex(bytes.subarray(0, 8));
  return found ? `00-${found[1]}-${span}-${found[2]}` : `00-${toHex(bytes.subarray(8))}-${span}-00`;
}

const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._~:-]{0,127}$/;

/** The caller's request id when it is one that may stand in a header and a log, else null. */
export function acceptRequestId(incoming: string | null): string | null {
  return incoming !== null && REQUEST_ID.test(incoming) ? incoming : null;
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
