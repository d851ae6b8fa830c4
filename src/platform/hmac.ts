const encoder = new TextEncoder();
/** Imported keys by secret: a Worker has a handful. */
const keys = new Map<string, CryptoKey>();

/** The first 128 bits of HMAC-SHA-256 over the text. */
export async function hmac(secret: string, text: string): Promise<Uint8Array> {
  let key = keys.get(secret);
  if (key === undefined) {
    key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
    ]);
    keys.set(secret, key);
  }
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text))).subarray(0, 16);
}

/** Whether two codes are the same, in a time that tells nothing of where they differ. */
export function isSameMac(given: Uint8Array, wanted: Uint8Array): boolean {
  if (given.length !== wanted.length) return false;
  let difference = 0;
  for (let i = 0; i < wanted.length; i++) difference |= (given[i] ?? 0) ^ (wanted[i] ?? 0);
  return difference === 0;
}
