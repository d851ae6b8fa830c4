import { z } from "zod";
import { PROBLEM_CODES } from "./problem.ts";

/** RFC 9457 as it is answered, whatever goes wrong. */
export const problemDocument = z
  .looseObject({
    type: z.string().meta({ description: "A page that explains this kind of problem." }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.enum(PROBLEM_CODES),
    errors: z
      .array(z.strictObject({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({
        description:
          "Each thing that is wrong: an RFC 6901 pointer into the body (or `?name` of the query), and what would be right.",
      }),
    requestId: z.string(),
  })
  .meta({ id: "Problem", description: "Why a request was not served (RFC 9457)." });
export type ProblemDocument = z.infer<typeof problemDocument>;
