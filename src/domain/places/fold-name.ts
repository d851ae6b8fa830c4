import { foldText } from "../fold-text.ts";

/**
 * A name of a place as it is compared: folded, without punctuation, `St` as `Saint`.
 * `São Paulo`, `sao paulo` and `SAO-PAULO` are the same.
 */
export function foldName(name: string): string {
  return foldText(name)
    .replaceAll(/['’ʻʼ]/g, "")
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, " ")
    .trim()
    .replaceAll(/\b(?:st|ste|sankt)\b/g, "saint");
}
