/**
 * One line of JSON per entry, for the platform's log. Fields are names, ids, numbers and reasons: never tokens,
 * bodies, addresses or anything else that tells who somebody is.
 */
export interface LogFields {
  requestId?: string;
  traceparent?: string | null;
  [name: string]: string | number | boolean | null | undefined;
}

/** Something that went on, but not as it should have. */
export function logWarning(event: string, fields: LogFields = {}): void {
  console.warn(JSON.stringify({ level: "warning", event, ...fields }));
}

/** Something unforeseen. The stack tells where; the message of an error we made ourselves holds no personal data. */
export function logError(event: string, error: unknown, fields: LogFields = {}): void {
  const known = error instanceof Error;
  console.error(
    JSON.stringify({
      level: "error",
      event,
      error: known ? error.name : typeof error,
      message: known ? redact(error.message) : "",
      stack: known ? redact(error.stack?.split("\n").slice(1, 8).join("\n") ?? "") : "",
      ...fields,
    }),
  );
}

/** Takes out what must not be in a log even if a library wrote it into its message. */
export function redact(text: string): string {
  return text
    .replace(/\b(?:hf_(?:live|test)_|sk_(?:live|test)_|whsec_|SG\.)[\w.-]+/g, "[secret]")
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, "[token]")
    .replace(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, "[e-mail]")
    .slice(0, 2000);
}
