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
  ς: "σ",
};

/**
 * A text as it is compared and searched for: without case, without the accents of Latin, Greek and Cyrillic, and the
 * same however it was composed. `Müller`, `MÜLLER` and `Mu\u0308ller` are one; so are `Straße` and `STRASSE`, `İzmir`
 * and `izmir`, `ΟΔΟΣ` and `οδός`. Blanks and punctuation stay. Folding twice changes nothing.
 */
export function foldText(text: string): string {
  return (
    withoutAccents(text)
      // Upper case first: it makes ı an I.
      .toUpperCase()
      .toLowerCase()
      .replaceAll(/[ßøæœłđðþς]/g, (letter) => WHOLE_LETTERS[letter] ?? letter)
      .normalize("NFC")
  );
}

/** The words as one text that a folded question is looked for in; those that are not there are left out. */
export function searchText(words: readonly (string | null | undefined)[]): string {
  return foldText(words.filter((word) => word !== null && word !== undefined).join(" "));
}

/** What a customer is found by. */
export function customerSearchText({ id, name, email }: { id: string; name: string; email?: string | null }): string {
  return searchText([id, name, email]);
}

function withoutAccents(text: string): string {
  return text.normalize("NFKD").replaceAll(/[\u0300-\u036F]/g, "");
}
