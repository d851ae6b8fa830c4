import { bundleSize } from "../../scripts/local/bundle-size.ts";
import type { BenchRun } from "../bench-run.ts";
import { plainFigure } from "./figure.ts";

/** The API Worker as it would be uploaded. */
export async function measureBundle(run: BenchRun): Promise<void> {
  run.say("the bundle");
  const { gzipped } = await bundleSize("wrangler.toml", ["--env", "production"]);
  run.figures.set("bundle", plainFigure(gzipped, "KB gzipped"));
}
