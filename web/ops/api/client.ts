import type { z } from "zod";
import { renewSession, type Session, sessionSnapshot, usableSession } from "../session.ts";
import { refusalOf, RequestError } from "./problem.ts";

const BASE = "/api/v1";

export interface Call<Shape extends z.ZodType> {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Left out where undefined or empty. */
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  /** The version that an edit was made against, for If-Match. */
  version?: number;
  /** For a POST that must happen once, however often it is sent. */
  idempotencyKey?: string;
  answer: Shape;
  signal?: AbortSignal;
}

/**
 * Calls the API and answers with what the shape made of it. Throws a `RequestError` for a refusal, a lost
 * connection or an answer of another shape. Where the session has ended the router then asks to sign in again.
 */
export async function call<Shape extends z.ZodType>(path: string, options: Call<Shape>): Promise<z.output<Shape>> {
  const answer = await send(path, options, "application/json");
  let body: unknown = null;
  if (answer.status !== 204) {
    try {
      body = await answer.json();
    } catch (cause) {
      throw new RequestError("The answer was not readable.", answer.status, null, cause);
    }
  }
  const parsed = parseTolerantly(options.answer, body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new RequestError(
      `The answer to ${path} has another shape than expected: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}.`,
      answer.status,
      null,
      parsed.error,
    );
  }
  return parsed.data;
}

/**
 * The contracts refuse fields that they don't know, so that the server's tests notice them. A tab that is older
 * than the server must not: here a field that is new is left out, and everything else stands.
 */
function parseTolerantly<Shape extends z.ZodType>(shape: Shape, body: unknown): z.ZodSafeParseResult<z.output<Shape>> {
  const first = shape.safeParse(body);
  if (first.success) return first;
  const known = structuredClone(body);
  for (const issue of first.error.issues) {
    if (issue.code !== "unrecognized_keys") return first;
    const owner = issue.path.reduce<unknown>((value, step) => (isRecord(value) ? value[step] : undefined), known);
    if (!isRecord(owner)) return first;
    for (const key of issue.keys) delete owner[key];
  }
  return shape.safeParse(known);
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}

/** As `call`, for an answer that is text. */
export async function callText(path: string, options: Request): Promise<string> {
  const answer = await send(path, options, "text/plain");
  return answer.text();
}

type Request = Omit<Call<z.ZodType>, "answer">;

async function send(path: string, options: Request, accept: string): Promise<Response> {
  const session = await usableSession();
  const answer = await sendAs(session, path, options, accept);
  if (answer.ok) return answer;
  // Signing in with a wrong password is a 401 too, and must not be taken for an ended session.
  if (answer.status !== 401 || session === null) throw await refusalOf(answer);
  // Nothing was done: the session may have another token by now, or have ended.
  await renewSession();
  const renewed = sessionSnapshot();
  if (renewed === null || renewed.accessToken === session.accessToken) throw await refusalOf(answer);
  const again = await sendAs(renewed, path, options, accept);
  if (again.ok) return again;
  throw await refusalOf(again);
}

async function sendAs(session: Session | null, path: string, options: Request, accept: string): Promise<Response> {
  const headers = new Headers({ accept });
  if (session !== null) headers.set("authorization", `Bearer ${session.accessToken}`);
  if (options.body !== undefined) headers.set("content-type", "application/json");
  if (options.version !== undefined) headers.set("if-match", `"${options.version}"`);
  if (options.idempotencyKey !== undefined) headers.set("idempotency-key", options.idempotencyKey);
  try {
    return await fetch(`${BASE}${path}${queryOf(options.query)}`, {
      method: options.method ?? "GET",
      headers,
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      ...(options.signal !== undefined && { signal: options.signal }),
    });
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    throw new RequestError(
      "Holdfast can't be reached. Check the connection; this page tries again by itself.",
      0,
      null,
      cause,
    );
  }
}

function queryOf(query: Call<z.ZodType>["query"]): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
