import type { Context } from "hono";
import type { Principal } from "../contracts/principal.ts";
import type { Env } from "../platform/env.ts";

/** What a request carries from one middleware to the next. */
export interface ApiEnv {
  Bindings: Env;
  Variables: {
    requestId: string;
    traceparent: string;
    /** Epoch milliseconds at which the request came in. */
    now: number;
    /** Set once the caller is proven. */
    principal: Principal | undefined;
  };
}

export type ApiContext = Context<ApiEnv>;
