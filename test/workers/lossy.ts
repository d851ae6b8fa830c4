import type { Env } from "../../src/platform/env.ts";
import { workerEnv } from "./api-harness.ts";

/** Bindings whose objects do what this method asks, and then lose the answer, this many times. */
export function losingAnswers(
  namespace: "ORDER_LEDGER" | "INVENTORY_LEVEL",
  method: string,
  times = Number.POSITIVE_INFINITY,
): Env {
  let left = times;
  const objects: DurableObjectNamespace = workerEnv[namespace];
  const getByName = (name: string): DurableObjectStub => {
    const stub = objects.getByName(name) as DurableObjectStub & Record<string, (...input: unknown[]) => unknown>;
    return new Proxy(stub, {
      get: (target, property) => {
        if (property !== method) return Reflect.get(target, property) as unknown;
        return async (...input: unknown[]) => {
          const answer = await target[method]?.(...input);
          if (left <= 0) return answer;
          left -= 1;
          throw new Error("the answer was lost");
        };
      },
    });
  };
  return { ...workerEnv, [namespace]: { getByName } };
}

/** Bindings whose OPS commits a transaction whose answer is lost. `away`: and it can't be asked afterwards. */
export function losingOpsAnswer({ away }: { away: boolean }): Env {
  let isLost = false;
  const OPS = new Proxy(workerEnv.OPS, {
    get: (target, property) => {
      if (isLost && away) throw new Error("D1_ERROR: Network connection lost.");
      if (property === "batch")
        return async (statements: D1PreparedStatement[]) => {
          const answer = await target.batch(statements);
          if (isLost) return answer;
          isLost = true;
          throw new Error("D1_ERROR: Network connection lost.");
        };
      const value = Reflect.get(target, property) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { ...workerEnv, OPS };
}

/** Bindings whose OPS can be read, and takes nothing. */
export function refusingOpsWrites(): Env {
  const refuse = () => Promise.reject(new Error("D1_ERROR: OPS takes nothing"));
  const OPS = new Proxy(workerEnv.OPS, {
    get: (target, property) => {
      if (property === "batch") return refuse;
      if (property === "prepare")
        return (sql: string) => {
          if (/^\s*select\b/i.test(sql)) return target.prepare(sql);
          throw new Error("D1_ERROR: OPS takes nothing");
        };
      const value = Reflect.get(target, property) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { ...workerEnv, OPS };
}
