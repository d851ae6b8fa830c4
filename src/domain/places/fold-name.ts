/** Letters that do not come apart into a base letter and marks. */
const WHOLE_LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  ø: "o",
  æ: "ae",
  œ: "oe",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
};

/**
 * A name as it is compared: lower case, without accents and punctuation, `St` as `Saint`.
 * `São Paulo`, `sao paulo` and `SAO-PAULO` are the same.
 */
export function foldName(name: string): string {
  return name
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[ßøæœłđðþı]/g, (letter) => WHOLE_LETTERS[letter] ?? letter)
    .replaceAll(/['’ʻʼ]/g, "")
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .replaceAll(/\b(?:st|ste|sankt)\b/g, "saint");
}
