import { z } from "zod";

/** RFC 9457, as far as people are shown it. */
const problemDocument = z.object({
  title: z.string(),
  status: z.number(),
  detail: z.string().optional(),
  code: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  requestId: z.string().optional(),
});
export type ProblemDocument = z.infer<typeof problemDocument>;

/** Why a request brought no answer: refused by the API, never arrived, or answered with something unreadable. */
export class RequestError extends Error {
  readonly status: number;
  readonly problem: ProblemDocument | null;

  constructor(title: string, status: number, problem: ProblemDocument | null, cause?: unknown) {
    super(title, { cause });
    this.name = "RequestError";
    this.status = status;
    this.problem = problem;
  }

  /** The edit was made against a version that is no longer the newest. */
  get isStale(): boolean {
    return this.status === 412 || this.problem?.code === "version_stale";
  }
}

/** The refusal that this answer stands for. */
export async function refusalOf(answer: Response): Promise<RequestError> {
  let body: unknown = null;
  try {
    body = await answer.json();
  } catch {
    body = null;
  }
  const parsed = problemDocument.safeParse(body);
  if (!parsed.success)
    return new RequestError(`The server answered ${answer.status} without saying why.`, answer.status, null);
  return new RequestError(parsed.data.detail ?? parsed.data.title, answer.status, parsed.data);
}

/** An error as people read it: what happened, and what to quote when they ask for help. */
export function explain(error: unknown): { title: string; detail: string; requestId: string | null } {
  if (error instanceof RequestError) {
    const problem = error.problem;
    if (problem === null) return { title: "No usable answer", detail: error.message, requestId: null };
    const fields = problem.errors?.map((field) => `${field.pointer}: ${field.detail}`) ?? [];
    return {
      title: problem.title,
      detail: [problem.detail ?? "", ...fields].filter((part) => part !== "").join(" · "),
      requestId: problem.requestId ?? null,
    };
  }
  if (error instanceof Error) return { title: "Something went wrong here", detail: error.message, requestId: null };
  return { title: "Something went wrong here", detail: String(error), requestId: null };
}
