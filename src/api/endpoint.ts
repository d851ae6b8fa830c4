import type { z } from "zod";
import type { ProblemCode, ServiceProblem, ServiceResult } from "../contracts/problem.ts";
import type { Scope } from "../contracts/principal.ts";
import type { Change } from "../services/audit.ts";
import type { ServiceContext } from "../services/context.ts";

/** Where the API is. */
export const BASE_PATH = "/api/v1";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** How long whoever stands between may keep an answer. Staff always get `no-store`. */
export type CachePolicy = "none" | "revalidate" | "availability" | "half_minute" | "public_hour";

/** What a handler answers when all is well. */
export interface Answer {
  status: number;
  body?: unknown;
  /** Becomes the ETag; a read whose caller has it already is answered 304. */
  version?: number;
  location?: string;
  /** For browsers: the whole `Set-Cookie`. */
  setCookie?: string;
  /** How long ago what is answered was read; left out where it was read for this answer. */
  ageSeconds?: number;
  /** Cursor of the next page: becomes `Link: rel="next"`. */
  nextCursor?: string | null;
  /** The answer is the one that the first request with this key got. */
  replayed?: boolean | undefined;
}

/** What a handler is given: everything checked already. */
export interface Call<Params, Query, Body> {
  ctx: ServiceContext;
  params: Params;
  query: Query;
  body: Body;
  request: Request;
  idempotencyKey: string | null;
}

export type Handled = Answer | Response | Extract<ServiceResult<never>, { ok: false }>;

interface Documented {
  description: string;
  schema?: z.ZodType;
  /** `application/json` where nothing is said. */
  mediaType?: string;
}

/** Which of several forms a body is meant to be, so that what is wrong is told about that one. */
export interface FormChoice<Body> {
  documented: z.ZodType;
  choose(body: unknown): z.ZodType<Body>;
}

/** A type that a body may have beside JSON. */
export interface BodyFormat {
  /** What such a body looks like. */
  description: string;
  /** Answers the JSON value that the text stands for; that is then checked as every other. */
  read: (text: string) => ServiceResult<unknown> | Promise<ServiceResult<unknown>>;
}

/** A route of the API: what it takes, what it answers, who may call it. The OpenAPI document is made from it. */
export interface Endpoint<Params = unknown, Query = unknown, Body = unknown> {
  method: Method;
  /** As OpenAPI writes it: `/orders/{id}`. */
  path: string;
  /** Also answered at the root, without `/api/v1`. */
  plain?: boolean;
  tag: string;
  summary: string;
  /** Null: whoever has an account; `public`: everyone. */
  scope: Scope | "public" | null;
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body> | FormChoice<Body>;
  /** By media type. */
  bodyFormats?: Readonly<Record<string, BodyFormat>>;
  /**
   * Takes an Idempotency-Key. `own`: the store that does the deed keeps it with the deed (`ctx.deed`). `kept`: the answer
   * is kept in OPS.
   */
  idempotent?: "kept" | "own";
  cache?: CachePolicy;
  /**
   * How a change gets into the audit trail. `own`: its service enters it, with what was there before and after;
   * `events`: it is an event of an order; `none`: nothing is changed. Left out: that it was done is entered before the
   * answer; `behind`: after it, for callers who can't wait, and what can't be entered then is in the log.
   */
  audit?: "own" | "events" | "none" | "behind";
  /** What was changed, for the audit trail, where the request alone does not say it. */
  changes?(call: Call<Params, Query, Body>, answer: Answer): readonly Change[];
  answers: Readonly<Record<number, Documented>>;
  /** Beside those that every endpoint may answer. */
  problems?: readonly ProblemCode[];
  handle(call: Call<Params, Query, Body>): Promise<Handled>;
  /** Told of every request that is refused once it is known whose it is. */
  refused?: (ctx: ServiceContext, problem: ServiceProblem) => void;
}

/** An endpoint whose types only its own handler needs to know. */
export interface AnyEndpoint extends Omit<Endpoint, "handle" | "changes" | "params" | "query" | "body"> {
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType | FormChoice<unknown>;
  changes?(call: Call<unknown, unknown, unknown>, answer: Answer): readonly Change[];
  handle(call: Call<unknown, unknown, unknown>): Promise<Handled>;
}

/** Defines an endpoint. Its handler is only ever called with what its own schemas have let through. */
export function endpoint<Params = undefined, Query = undefined, Body = undefined>(
  definition: Endpoint<Params, Query, Body>,
): AnyEndpoint {
  // Methods are bivariant in their parameters, so no cast is needed; `serve` parses with the very schemas beside `handle`.
  return definition;
}
