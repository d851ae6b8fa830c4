import type { z } from "zod";
import type { FieldProblem } from "../contracts/problem.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** How many of the wrong things are told: a hundred lines of the same are no help. */
const MOST = 50;

/** Each thing that is wrong with a body: where it is (RFC 6901), and what would be right. */
export function describeBodyIssues(error: z.core.$ZodError, body: unknown): FieldProblem[] {
  return distinct(
    flatten(error.issues, []).map(({ path, issue }) => ({
      pointer: pointerOf(path),
      detail: explain(issue, valueAt(body, path)),
    })),
  );
}

/** As `describeBodyIssues`, for the parameters of a query. */
export function describeQueryIssues(error: z.core.$ZodError, query: unknown): FieldProblem[] {
  return distinct(
    flatten(error.issues, []).map(({ path, issue }) => ({
      pointer: `?${String(path[0] ?? "")}`,
      detail: explain(issue, valueAt(query, path)),
    })),
  );
}

/** One number can break two rules that say the same. */
function distinct(problems: readonly FieldProblem[]): FieldProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.pointer}\n${problem.detail}`, problem])).values()].slice(
    0,
    MOST,
  );
}

interface PlacedIssue {
  path: Path;
  issue: Issue;
}

function flatten(issues: readonly Issue[], base: Path): PlacedIssue[] {
  return issues.flatMap((issue): PlacedIssue[] => {
    const path = [...base, ...issue.path];
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: [...path, key], issue }));
    if (issue.code === "invalid_union" && issue.errors.length > 0) {
      const closest = closestBranch(issue.errors);
      // Of no branch's type: then the union's own message says what there is to choose from.
      return closest.some(isOfOtherType) && !GENERAL.test(issue.message) ? [{ path, issue }] : flatten(closest, path);
    }
    return [{ path, issue }];
  });
}

/** Of a union's branches the one that the value was probably meant for: of the right type, with the fewest complaints. */
function closestBranch(branches: readonly Issue[][]): Issue[] {
  const cost = (issue: Issue): number =>
    isOfOtherType(issue) ? 100 : issue.code === "unrecognized_keys" ? issue.keys.length * 2 : 1;
  const sum = (issues: readonly Issue[]): number => issues.reduce((total, issue) => total + cost(issue), 0);
  return branches.toSorted((a, b) => sum(a) - sum(b))[0] ?? [];
}

function isOfOtherType(issue: Issue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 0;
}

/** How zod's own messages begin; every other one was written beside its rule and says what would be right. */
const GENERAL = /^(?:Invalid|Too |Unrecognized)/;

/** RFC 6901. */
export function pointerOf(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function valueAt(body: unknown, path: Path): unknown {
  let value = body;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  array: "an array",
  object: "an object",
  record: "an object",
  null: "null",
};

function explain(issue: Issue, value: unknown): string {
  if (!GENERAL.test(issue.message))
    return value === undefined && issue.message.startsWith("must ") ? `is missing; it ${issue.message}` : issue.message;
  switch (issue.code) {
    case "invalid_type": {
      const wanted = TYPE_NAMES[issue.expected] ?? issue.expected;
      if (value === undefined) return `is missing; it must be ${wanted}`;
      const isFraction = issue.expected === "int" && typeof value === "number";
      return isFraction ? `must be ${wanted}, without a fraction` : `must be ${wanted}, not ${nameOf(value)}`;
    }
    case "too_small":
      return `must ${bound(issue.origin, issue.minimum, issue.exact === true ? "exactly" : issue.inclusive === false ? "more than" : "at least")}`;
    case "too_big":
      return `must ${bound(issue.origin, issue.maximum, issue.exact === true ? "exactly" : issue.inclusive === false ? "less than" : "at most")}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return "is not known here; leave it out";
    case "invalid_value":
      return value === undefined ? `is missing; it must be ${oneOf(issue.values)}` : `must be ${oneOf(issue.values)}`;
    case "invalid_format":
      return value === undefined ? "is missing" : (FORMAT_TEXTS[issue.format] ?? issue.message);
    case "invalid_key":
      return issue.issues[0]?.message ?? "has a key that is not allowed";
    case "invalid_union": {
      const options: unknown = Reflect.get(issue, "options");
      if (!Array.isArray(options)) return issue.message;
      return value === undefined ? `is missing; it must be ${oneOf(options)}` : `must be ${oneOf(options)}`;
    }
    case "invalid_element":
    case "custom":
      return issue.message;
  }
}

const FORMAT_TEXTS: Readonly<Record<string, string>> = {
  datetime: "must be a moment in RFC 3339, such as 2026-11-21T09:30:00Z",
  date: "must be a date, such as 2026-11-21",
};

function bound(origin: string, limit: number | bigint, words: string): string {
  if (origin === "string") return `have ${words} ${limit} ${limit === 1 ? "character" : "characters"}`;
  if (origin === "array" || origin === "set") return `have ${words} ${limit} ${limit === 1 ? "entry" : "entries"}`;
  if (origin === "int") return `be a whole number, ${words} ${limit}`;
  return `be ${words} ${limit}`;
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? JSON.stringify(values[0]) : `one of ${values.map(String).join(", ")}`;
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : typeof value === "string" ? "text" : `a ${typeof value}`;
}
