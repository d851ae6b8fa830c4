import { readFile, writeFile } from "node:fs/promises";
import { LEGAL_MOVES } from "../src/domain/order/legal-moves.ts";
import { ORDER_STATES } from "../src/domain/order/order.ts";

/** Prints the table of legal moves into docs/order-states.md; with `--check` only tells whether it is up to date. */
const PAGE = new URL("../docs/order-states.md", import.meta.url);

const header = ["State", ...Object.keys(LEGAL_MOVES)];
const rows = ORDER_STATES.map((state) => [`\`${state}\``, ...Object.values(LEGAL_MOVES).map((moves) => moves[state])]);
const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;

const page = `# What each command meets in each state

Printed from \`src/domain/order/legal-moves.ts\` by \`node scripts/print-order-states.ts\`; not written by hand.

\`yes\`: allowed. \`depends\`: the command's own rule decides, on shipments, payments or deadlines. Everything else is
the reason of the refusal.

${[line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n")}
`;

if (process.argv.includes("--check")) {
  const current = await readFile(PAGE, "utf8").catch(() => "");
  if (current !== page) {
    console.log("docs/order-states.md is out of date: run node scripts/print-order-states.ts");
    process.exitCode = 1;
  }
} else {
  await writeFile(PAGE, page);
}
