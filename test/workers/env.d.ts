import type { Env as WorkerEnv } from "../../src/platform/env.ts";

declare global {
  namespace Cloudflare {
    /** `env` of "cloudflare:workers" in the tests' Worker: the bindings that vitest.config.ts gives it. */
    interface Env extends WorkerEnv {}
  }
}
