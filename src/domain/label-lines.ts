import type { Address } from "./catalog.ts";

/** What fits on a carrier's label (FedEx's limits, the narrowest that we print). Characters. */
export const LABEL = { lines: 3, line: 35, city: 35, name: 70, postalCode: 10 } as const;

/** Countries for which carriers take the state or province as a code of its own; elsewhere it is a line of the street. */
const STATE_CODE_COUNTRIES = new Set(["US", "CA", "PR"]);

/** The state or province as the carrier's field of two letters takes it; null where the country has no such field. */
export function labelState({ country, region }: Pick<Address, "country" | "region">): string | null {
  if (!STATE_CODE_COUNTRIES.has(country)) return null;
  return region ?? (country === "PR" ? "PR" : null);
}

/**
 * The street as a label prints it, with a state that has no field of its own: at most three lines of 35 characters,
 * divided between words. What was given on two lines stays on lines of its own where there is room. Null where it does
 * not fit.
 */
export function labelLines(address: Pick<Address, "line1" | "line2" | "region" | "country">): string[] | null {
  const region = labelState(address) === null ? address.region : undefined;
  const parts = [address.line1, address.line2, region].filter((part) => part !== undefined && part.trim() !== "");
  const apart = parts.map((part) => wrap(part ?? ""));
  if (apart.some((lines) => lines === null)) return null;
  const lines = apart.flatMap((wrapped) => wrapped ?? []);
  if (lines.length <= LABEL.lines) return lines;
  const together = wrap(parts.join(", "));
  return together !== null && together.length <= LABEL.lines ? together : null;
}

/** The text in lines of the label's width; null where a word is longer than a line. */
export function wrap(text: string): string[] | null {
  const lines: string[] = [];
  for (const { piece, glue } of piecesOf(text)) {
    if (lengthOf(piece) > LABEL.line) return null;
    const last = lines.at(-1);
    const longer = last === undefined ? piece : `${last}${glue}${piece}`;
    if (last !== undefined && lengthOf(longer) <= LABEL.line) lines[lines.length - 1] = longer;
    else lines.push(piece);
  }
  return lines;
}

/** Words; those that are longer than a line come apart after hyphens, commas and slashes, and between ideographs. */
function piecesOf(text: string): { piece: string; glue: string }[] {
  const words = text.split(/\s+/).filter((word) => word !== "");
  return words.flatMap((word) => {
    const pieces =
      lengthOf(word) <= LABEL.line
        ? [word]
        : word.split(/(?<=[-,/;])|(?<=[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}])/u);
    return pieces.map((piece, index) => ({ piece, glue: index === 0 ? " " : "" }));
  });
}

function lengthOf(text: string): number {
  return [...text].length;
}
