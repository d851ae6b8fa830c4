/** The languages that customers are written to in. */
export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Countries whose mail is written in another language than English where nobody has said otherwise. */
const BY_COUNTRY: Readonly<Record<string, Language>> = { AT: "de", CH: "de", DE: "de", LI: "de" };

/**
 * The language to write in: what the customer prefers (a tag of BCP 47, of which the first part counts), else what is
 * usual in the country (ISO 3166-1 alpha-2), else English. A preference that nothing is written in counts for none.
 */
export function languageFor(preferred: string | null, country: string): Language {
  const [primary] = (preferred ?? "").toLowerCase().split("-");
  return LANGUAGES.find((language) => language === primary) ?? BY_COUNTRY[country] ?? "en";
}
