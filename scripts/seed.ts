import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath, URL } from "node:url";
import { parseArgs } from "node:util";
import { seedStatements } from "../seed/sql.ts";
import { prepareState } from "./prepare-state.ts";

const USAGE = `npm run seed                  migrates and seeds the local state (HOLDFAST_STATE, else .wrangler/state)
npm run seed -- --sql FILE    writes the seed as SQL, for \`wrangler d1 execute OPS --file FILE\`
`;

const { values } = parseArgs({ options: { sql: { type: "string" }, help: { type: "boolean" } } });
if (values.help === true) {
  process.stdout.write(USAGE);
} else if (values.sql !== undefined) {
  await writeFile(values.sql, `${seedStatements().join("\n")}\n`);
} else {
  const stateDir = resolve(
    fileURLToPath(new URL("..", import.meta.url)),
    process.env.HOLDFAST_STATE ?? ".wrangler/state",
  );
  await prepareState({ stateDir, force: true });
  process.stdout.write(`Seeded ${stateDir}\n`);
}
