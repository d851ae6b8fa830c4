import { ensureWeb } from "./local/ensure-web.ts";
import { bundleSize } from "./local/bundle-size.ts";

const API_MOST_KB = 500;

/** Each Worker as it is deployed. */
const WORKERS = [
  { name: "holdfast", config: "wrangler.toml", args: ["--env", "production"], mostKb: API_MOST_KB },
  { name: "holdfast-simulators", config: "wrangler.simulators.toml", args: [], mostKb: null },
] as const;

await ensureWeb();
for (const { name, config, args, mostKb } of WORKERS) {
  const { total, gzipped } = await bundleSize(config, args);
  process.stdout.write(
    `${name.padEnd(22)} ${total.toFixed(0).padStart(6)} KB, ${gzipped.toFixed(0).padStart(5)} KB gzipped\n`,
  );
  if (mostKb !== null && gzipped > mostKb) {
    process.stderr.write(`${name} must not exceed ${mostKb} KB gzipped.\n`);
    process.exitCode = 1;
  }
}
