/** A decoded form: texts, nested as the brackets in the names say. */
export type FormValue = string | FormFields;
export interface FormFields {
  [name: string]: FormValue;
}

const MOST_DEPTH = 5;

/** Decodes Stripe's form encoding: `metadata[order_id]=x` becomes `{metadata: {order_id: "x"}}`, lists have numbers for names. */
export function decodeForm(text: string): FormFields {
  const root: FormFields = Object.create(null) as FormFields;
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/\[|\]\[|\]/).filter((part, index) => index === 0 || part !== "");
    if (path.length > MOST_DEPTH) continue;
    let at = root;
    const isListed = name.endsWith("[]");
    for (const part of isListed ? path : path.slice(0, -1)) {
      const next = at[part];
      at = typeof next === "object" ? next : (at[part] = Object.create(null) as FormFields);
    }
    at[isListed ? String(Object.keys(at).length) : (path.at(-1) ?? name)] = value;
  }
  return root;
}

/** The text under this name; undefined where there is none or it is nested. */
export function textOf(fields: FormFields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
}

/** The texts one level under this name. */
export function textsOf(fields: FormFields, name: string): Record<string, string> {
  const value = fields[name];
  if (typeof value !== "object") return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
