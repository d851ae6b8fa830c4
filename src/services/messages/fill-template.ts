import type { MessageSubject, Template, Variable } from "./message-kind.ts";

/** `{{name}}`, as templates write a variable. */
export const VARIABLE = /\{\{\s*([a-zA-Z]+)\s*\}\}/g;

const LONGEST_SUBJECT = 200;
const LONGEST_VALUE = 2_000;

/** A message with its words filled in. Plain text throughout: whoever lays it out escapes it. */
export interface Message {
  /** One line; empty for SMS. */
  subject: string;
  parts: MessagePart[];
}

export type MessagePart =
  | { type: "text"; text: string }
  | { type: "button"; label: string; url: string }
  | { type: "lines" };

/** Values of variables by name; a variable that is missing here has none. */
export type Values = Readonly<Record<string, string>>;

/** The values that the variables of a kind have for this message. Empty ones, and links that lead nowhere, have none. */
export function valuesFor(variables: Readonly<Record<string, Variable>>, subject: MessageSubject): Values {
  return chosen(variables, (variable) => variable.valueOf(subject));
}

/** What a preview shows of a kind's variables. */
export function sampleValues(variables: Readonly<Record<string, Variable>>): Values {
  return chosen(variables, ({ sample }) => sample);
}

function chosen(
  variables: Readonly<Record<string, Variable>>,
  valueOf: (variable: Variable) => string | undefined,
): Values {
  const values: Record<string, string> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const value = plain(valueOf(variable) ?? "");
    if (value !== "" && (!variable.link || isWebAddress(value))) values[name] = value;
  }
  return values;
}

/**
 * Fills the template in. A paragraph or button that needs a value which is not there is left out, so that no sentence
 * has a hole. What looks like a variable inside of a value stays as it is: values are filled in once, and never read.
 */
export function fillTemplate({ subject, blocks }: Template, values: Values): Message {
  const parts = blocks.flatMap((block): MessagePart[] => {
    switch (block.type) {
      case "text":
        return variablesIn(block.text).every((name) => Object.hasOwn(values, name))
          ? [{ type: "text", text: fill(block.text, values) }]
          : [];
      case "button": {
        const url = Object.hasOwn(values, block.link) ? values[block.link] : undefined;
        return url !== undefined && isWebAddress(url) ? [{ type: "button", label: oneLine(block.label), url }] : [];
      }
      case "lines":
        return [{ type: "lines" }];
    }
  });
  return { subject: shortened(oneLine(fill(subject ?? "", values)), LONGEST_SUBJECT), parts };
}

/** The names of the variables that a text uses. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(VARIABLE)].map(([, name = ""]) => name);
}

/** The text in one line, without what a header of a mail could be broken out of. */
export function oneLine(text: string): string {
  return plain(text).replaceAll(/\s+/g, " ").trim();
}

/** At most so many characters; what is left out is marked. */
export function shortened(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

function fill(text: string, values: Values): string {
  return text.replaceAll(VARIABLE, (_written, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? "") : "",
  );
}

/** Without control characters and without those that turn the direction of the text around them. */
function plain(text: string): string {
  const readable = text
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/g, "\n")
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");
  return shortened(readable.trim(), LONGEST_VALUE);
}

function isWebAddress(text: string): boolean {
  if (/\s/.test(text) || !URL.canParse(text)) return false;
  const { protocol } = new URL(text);
  return protocol === "https:" || protocol === "http:";
}
