import type { FieldProblem } from "../contracts/problem.ts";
import { holdsCardNumber } from "../domain/card-number.ts";

const DETAIL = "must not hold a card number: pay by the payment provider's token, and try again without it";
/** How many places are told. */
const MOST = 50;
/** Fields of numbers that are long by nature and may look like a card's. */
const OTHER_NUMBERS: ReadonlySet<string> = new Set([
  "sku",
  "productId",
  "trackingNumber",
  "barcode",
  "ean",
  "gtin",
  "upc",
]);

/** Where a body holds a card number, in any text or number or as a field's name; never the number itself. */
export function cardNumbersIn(body: unknown): FieldProblem[] {
  const found: FieldProblem[] = [];
  const visit = (value: unknown, pointer: string, name: string): void => {
    if (found.length >= MOST) return;
    if (Array.isArray(value)) value.forEach((item, index) => visit(item, `${pointer}/${index}`, name));
    else if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value)) {
        if (holdsCardNumber(key)) found.push({ pointer, detail: DETAIL });
        else visit(inner, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, key);
      }
    else if ((typeof value === "string" || typeof value === "number") && !OTHER_NUMBERS.has(name))
      if (holdsCardNumber(String(value))) found.push({ pointer, detail: DETAIL });
  };
  visit(body, "", "");
  return found;
}

/** Which parameters of a query hold a card number; a name that is one is not told. */
export function cardNumbersInQuery(query: Readonly<Record<string, readonly string[]>>): FieldProblem[] {
  return Object.entries(query).flatMap(([name, values]) => {
    if (holdsCardNumber(name)) return [{ pointer: "?", detail: DETAIL }];
    const isFound = !OTHER_NUMBERS.has(name) && values.some(holdsCardNumber);
    return isFound ? [{ pointer: `?${name}`, detail: DETAIL }] : [];
  });
}
