import { textOf, textsOf, type FormFields } from "./form.ts";
import { refuse } from "./wire.ts";

/** The whole number under this name; null where there is none. */
export function integerOf(fields: FormFields, name: string): number | null {
  const text = textOf(fields, name);
  if (text === undefined || text === "") return null;
  return /^\d{1,12}$/.test(text)
    ? Number(text)
    : refuse(400, `Invalid integer: ${text}`, { code: "parameter_invalid_integer", param: name });
}

/** How many rows a list may answer, and after which it goes on. */
export function pageOf(fields: FormFields): { limit: number; after: string | null } {
  const limit = integerOf(fields, "limit") ?? 10;
  if (limit < 1 || limit > 100) return refuse(400, "limit must be from 1 to 100.", { param: "limit" });
  return { limit, after: textOf(fields, "starting_after") ?? null };
}

/** The time that a list is narrowed to, in epoch milliseconds: from the first until before the second. */
export function createdOf(fields: FormFields): { from: number; to: number } {
  const { gte, lt } = textsOf(fields, "created");
  return { from: Number(gte ?? 0) * 1000, to: lt === undefined ? Number.MAX_SAFE_INTEGER : Number(lt) * 1000 };
}

/** Whether the call asks for this object itself where its id would do. */
export function expandsTo(fields: FormFields, name: string): boolean {
  return Object.values(textsOf(fields, "expand")).some((path) => path.endsWith(name));
}
