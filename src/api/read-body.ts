import type { ServiceResult } from "../contracts/problem.ts";
import { refuse } from "../contracts/problem.ts";

/** Bytes that a request's body may have. */
export const MAX_BODY_BYTES = 1_048_576;
/** How deep objects and arrays may be nested. */
export const MAX_DEPTH = 32;

/**
 * Reads the body as text, and not one byte further than the limit: what declares itself too large is not read at
 * all, what does not declare its size is counted while it comes.
 */
export async function readText(request: Request, limit = MAX_BODY_BYTES): Promise<ServiceResult<string>> {
  const declared = request.headers.get("content-length");
  if (declared !== null) {
    if (Number(declared) > limit) return tooLarge(limit);
    return { ok: true, value: await request.text() };
  }
  if (request.body === null) return { ok: true, value: "" };
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { ok: true, value: text + decoder.decode() };
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel();
      return tooLarge(limit);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function tooLarge(limit: number): ServiceResult<never> {
  return refuse("body_too_large", `The body must have at most ${limit} bytes.`);
}

/** The JSON value that the text is. Its depth is counted before it is parsed. */
export function parseJson(text: string): ServiceResult<unknown> {
  if (isDeeperThan(text, MAX_DEPTH))
    return refuse("body_too_deep", `Objects and arrays must be nested at most ${MAX_DEPTH} deep.`);
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    if (text.trim() === "") return refuse("invalid_json", "The body is empty; it must be one JSON value.");
    const where = error instanceof SyntaxError ? /position \d+/.exec(error.message)?.[0] : undefined;
    return refuse(
      "invalid_json",
      `The body must be one JSON value; it stops being one${where === undefined ? "" : ` at ${where}`}.`,
    );
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether brackets outside of strings are nested deeper than `limit`. */
export function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > limit) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

/** Whether a body of this type is JSON; a body without a type is taken for it. */
export function isJson(contentType: string | null): boolean {
  return contentType === null || /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType);
}
