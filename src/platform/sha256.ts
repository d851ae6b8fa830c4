import { createHash } from "node:crypto";

/** SHA-256 of the text in UTF-8. Answers at once: for a few bytes, a promise would cost more than the digest. */
export function sha256(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

/** The same as lower-case hex. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
