import type { Hono } from "hono";
import { readReturnLabelByLink } from "../../services/read-return-label.ts";
import { labelResponse } from "../label-response.ts";
import type { ApiEnv } from "../types.ts";
import { deadLink } from "./dead-link.ts";

/** Where a customer without an account gets the label of a return: by the link in the message that approves it. */
export function mountReturnLabel(app: Hono<ApiEnv>): void {
  app.get("/return-label/:token", async (c) => {
    const found = await readReturnLabelByLink(
      { env: c.env, now: c.get("now"), defer: (work) => c.executionCtx.waitUntil(work) },
      c.req.param("token"),
    );
    if (!found.ok) return deadLink(c, found.problem);
    const { format, label } = found.value;
    const answer = labelResponse(label, { id: "return-label", format, requestId: c.get("requestId") });
    answer.headers.set("Referrer-Policy", "no-referrer");
    answer.headers.set("X-Robots-Tag", "noindex");
    return answer;
  });
}
