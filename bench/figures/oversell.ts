import { DatabaseSync } from "node:sqlite";
import { type BenchRun, ordersJob } from "../bench-run.ts";
import { hotBodies, OVERSELL } from "../company.ts";
import { CONSUMED_QUEUES, databasesWith } from "../systems.ts";
import { plainFigure } from "./figure.ts";

/** Units promised by the level of this SKU, from its own rows. */
async function promisedUnits(stateDir: string, sku: string): Promise<number> {
  for (const file of await databasesWith(stateDir, "do", "reservation")) {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      if (database.prepare("SELECT 1 FROM level WHERE sku = ?").get(sku) === undefined) continue;
      const row = database
        .prepare("SELECT COALESCE(SUM(quantity), 0) AS units FROM reservation WHERE status IN ('HELD', 'ALLOCATED')")
        .get();
      return Number(row?.["units"]);
    } finally {
      database.close();
    }
  }
  throw new Error(`no level of ${sku} has rows`);
}

/** 1,000 clients at once for 100 units: how many were accepted, by the answers and by the level's own rows. */
export async function measureOversell(run: BenchRun): Promise<void> {
  run.say("1,000 clients for 100 units");
  const ours = await run.systems.startHoldfast("memory", { stalledQueues: CONSUMED_QUEUES });
  try {
    const job = ordersJob(
      ours.url,
      hotBodies(OVERSELL.sku),
      { requests: OVERSELL.clients },
      { clients: OVERSELL.clients },
    );
    const { statuses, odd } = await run.load.run(job);
    const accepted = statuses["201"] ?? 0;
    const refused = statuses["409"] ?? 0;
    if (accepted + refused !== OVERSELL.clients)
      throw new Error(`unexpected answers: ${JSON.stringify(statuses)}; ${odd ?? ""}`);
    await ours.stop();
    const promised = await promisedUnits(ours.stateDir, OVERSELL.sku);
    if (promised !== accepted)
      throw new Error(`${accepted} orders were accepted, and the level promises ${promised} units`);
    run.figures.set("oversell", plainFigure(accepted, "accepted"));
    run.notes.push(`oversell: ${refused} refused; the level's own rows promise ${promised} units`);
  } finally {
    await ours.remove();
  }
}
