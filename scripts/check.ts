import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** `npm run check`: types, lint, format, import rules, dead code, and that generated pages are up to date. */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string): string => `${ROOT}node_modules/.bin/${name}`;

const STEPS: readonly { name: string; command: string; args: string[] }[] = [
  { name: "types: Workers", command: bin("tsc"), args: ["-p", "tsconfig.json"] },
  { name: "types: tests in Workers", command: bin("tsc"), args: ["-p", "test/workers/tsconfig.json"] },
  { name: "types: scripts and tests", command: bin("tsc"), args: ["-p", "tsconfig.node.json"] },
  { name: "types: web", command: bin("tsc"), args: ["-p", "web/tsconfig.json"] },
  { name: "lint", command: bin("oxlint"), args: ["--type-aware", "--deny-warnings"] },
  { name: "format", command: bin("oxfmt"), args: ["--check"] },
  {
    name: "imports",
    command: bin("depcruise"),
    args: [
      "src",
      "durable-objects",
      "web",
      "seed",
      "scripts",
      "--config",
      ".dependency-cruiser.cjs",
      "--output-type",
      "err",
    ],
  },
  { name: "dead code", command: bin("knip"), args: [] },
  { name: "generated pages", command: process.execPath, args: ["scripts/print-order-states.ts", "--check"] },
];

function run({ command, args }: (typeof STEPS)[number]): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", (error) => resolve({ ok: false, output: error.message }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

const failed: string[] = [];
for (const step of STEPS) {
  const { ok, output } = await run(step);
  console.log(`${ok ? "ok  " : "FAIL"} ${step.name}`);
  if (ok) continue;
  failed.push(step.name);
  console.log(output.trimEnd());
}
if (failed.length > 0) {
  console.log(`\nnot clean: ${failed.join(", ")}`);
  process.exitCode = 1;
}
