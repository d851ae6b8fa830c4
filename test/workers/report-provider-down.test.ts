import { beforeAll, expect, it } from "vitest";
import { openOps } from "../../src/db/ops/database.ts";
import { findDeviation } from "../../src/db/ops/deviations.ts";
import { reportProviderDown } from "../../src/services/report-provider-down.ts";
import { prepareWorld, workerEnv } from "./api-harness.ts";

beforeAll(prepareWorld);

it("a provider that is down for long is put in front of a person, once however often it is told", async () => {
  const deferred: Promise<unknown>[] = [];
  const since = Date.UTC(2026, 0, 5, 9);
  for (const minutes of [10, 11]) {
    const ctx = {
      env: workerEnv,
      now: since + minutes * 60_000,
      defer: (work: Promise<unknown>) => void deferred.push(work),
    };
    await reportProviderDown(ctx, "paypal", since);
  }
  await Promise.all(deferred);
  expect(await findDeviation(openOps(workerEnv.OPS), `dev_provider:paypal:${since}`)).toMatchObject({
    kind: "provider_down",
    subject: { provider: "paypal" },
    summary: "paypal has not answered as it should since 2026-01-05T09:00:00.000Z: what needs it waits.",
    openedAt: since + 10 * 60_000,
  });
});
