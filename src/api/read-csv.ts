import { z } from "zod";
import type { FieldProblem, ServiceResult } from "../contracts/problem.ts";
import { describeBodyIssues } from "./describe-issues.ts";
import { invalidRequest } from "./problem.ts";

/** The bulk form of a command. */
type Bulk = z.ZodObject<{ rows: z.ZodArray<z.ZodObject> }>;

/** One line of the text, or several where a cell has line breaks. Lines count from 1, as editors show them. */
interface CsvRecord {
  line: number;
  cells: string[];
}

/**
 * The value of the bulk form that a CSV text stands for (RFC 4180, with commas or semicolons): the first line names
 * fields of a row, every further one is a row, and an empty cell leaves its field out. Refused whole when anything in
 * it is wrong: each wrong thing is told with its line, and with the pointer that it has in the JSON form.
 */
export async function parseCsv(text: string, bulk: Bulk): Promise<ServiceResult<{ rows: unknown[] }>> {
  // Loaded on demand: nothing of it belongs on the way of an order.
  const { default: papa } = await import("papaparse");
  const { data, errors } = papa.parse<string[]>(text, { delimitersToGuess: [",", ";"] });
  const all = numberLines(data);
  const [header, ...records] = all.filter(({ cells }) => cells.some((cell) => cell !== ""));
  if (header === undefined) return refused([{ pointer: "", detail: "must begin with a line that names the fields" }]);
  // Of the other kinds of error one is that a text of one column has no delimiter, and that is none.
  const malformed = errors
    .filter(({ type }) => type === "Quotes")
    .map(({ row = 0 }) => all[row]?.line ?? 1)
    .map((line) => ({ pointer: "", detail: `line ${line}: has a quote that does not end where its cell ends` }));
  if (malformed.length > 0) return refused(malformed);

  const fields = fieldsOf(bulk.shape.rows.element);
  const misnamed = checkHeader(header, fields);
  const uneven = records.flatMap(({ line, cells }, index) =>
    cells.length === header.cells.length
      ? []
      : [
          {
            pointer: `/rows/${index}`,
            detail: `line ${line}: must have ${header.cells.length} cells, as the first line has, and has ${cells.length}`,
          },
        ],
  );
  if (misnamed.length > 0 || uneven.length > 0) return refused([...misnamed, ...uneven]);

  const rows = records.map(({ cells }) => rowOf(header.cells, cells, fields));
  const checked = bulk.safeParse({ rows });
  if (checked.success) return { ok: true, value: { rows } };
  return refused(
    describeBodyIssues(checked.error, { rows }).map(({ pointer, detail }) => {
      const line = records[Number(/^\/rows\/(\d+)/.exec(pointer)?.[1])]?.line;
      return { pointer, detail: line === undefined ? detail : `line ${line}: ${detail}` };
    }),
  );
}

function numberLines(data: readonly string[][]): CsvRecord[] {
  let line = 1;
  return data.map((cells) => {
    const record = { line, cells: cells.map((cell) => cell.trim()) };
    line += 1 + (cells.join("").match(/\r\n|\r|\n/g)?.length ?? 0);
    return record;
  });
}

interface Field {
  required: boolean;
  isNumber: boolean;
}

function fieldsOf({ shape }: z.ZodObject): ReadonlyMap<string, Field> {
  return new Map(
    Object.entries(shape).map(([name, field]) => [
      name,
      { required: !z.safeParse(field, undefined).success, isNumber: field instanceof z.ZodNumber },
    ]),
  );
}

function checkHeader({ line, cells }: CsvRecord, fields: ReadonlyMap<string, Field>): FieldProblem[] {
  const known = [...fields.keys()].join(", ");
  const problems = [
    ...cells.filter((name) => !fields.has(name)).map((name) => `"${name}" is not a field; the fields are ${known}`),
    ...cells.filter((name, index) => cells.indexOf(name) < index).map((name) => `"${name}" is there twice`),
    ...[...fields].flatMap(([name, { required }]) =>
      required && !cells.includes(name) ? [`"${name}" is missing`] : [],
    ),
  ];
  return problems.map((detail) => ({ pointer: "", detail: `line ${line}: ${detail}` }));
}

/** What is no whole number stays text, for the form to say what would be right. */
function rowOf(
  names: readonly string[],
  cells: readonly string[],
  fields: ReadonlyMap<string, Field>,
): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name, index) => {
      const cell = cells[index] ?? "";
      if (cell === "") return [];
      return [[name, fields.get(name)?.isNumber === true && /^[+-]?\d{1,15}$/.test(cell) ? Number(cell) : cell]];
    }),
  );
}

function refused(errors: FieldProblem[]): ServiceResult<never> {
  return { ok: false, problem: invalidRequest(errors) };
}
