import { z } from "zod";
import { pattern, wholeNumber } from "./primitives.ts";

/** A page of a list: `nextCursor` is opaque, signed, and null on the last page. */
export function listOf<Row extends z.ZodType>(row: Row) {
  return z.strictObject({
    object: z.literal("list"),
    data: z.array(row),
    hasMore: z.boolean(),
    nextCursor: z.string().nullable(),
  });
}

/** A list as it is answered. */
export interface ListAnswer<Row> {
  object: "list";
  data: Row[];
  hasMore: boolean;
  nextCursor: string | null;
}

/** A whole number as a query string carries it. */
export function queryInteger(min: number, max: number) {
  return pattern(/^-?\d{1,15}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(wholeNumber(min, max))
    .meta({ type: "integer", minimum: min, maximum: max });
}

/** One or several of these, with commas between. */
export function queryChoices<const Choices extends readonly [string, ...string[]]>(choices: Choices) {
  return z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(choices)).min(1))
    .meta({ description: `One or several, with commas between: ${choices.join(", ")}.` });
}

/** A yes or no as a query string carries it. */
export const queryFlag = z.enum(["true", "false"]).transform((value) => value === "true");

export const pageQuery = {
  limit: queryInteger(1, 100).optional().meta({ description: "Rows on a page: 1 to 100, 50 where nothing is said." }),
  cursor: z.string().min(1).max(1000).optional().meta({ description: "`nextCursor` of the page before." }),
};

export const DEFAULT_LIMIT = 50;
