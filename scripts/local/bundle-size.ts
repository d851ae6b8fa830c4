import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "./build-workers.ts";

/** Size of a Worker as wrangler would upload it, in KB of 1,024 bytes. */
export interface BundleSize {
  total: number;
  gzipped: number;
}

/** Reads the sizes from what wrangler says; throws when it says none. */
export function readBundleSize(said: string): BundleSize {
  const found = /Total Upload:\s*([\d.]+) KiB \/ gzip:\s*([\d.]+) KiB/.exec(said);
  if (found === null) throw new Error(`wrangler did not tell the size:\n${said}`);
  return { total: Number(found[1]), gzipped: Number(found[2]) };
}

/** Builds a Worker as it would be deployed and answers its size; nothing is uploaded. */
export async function bundleSize(config: string, more: readonly string[] = []): Promise<BundleSize> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-bundle-"));
  try {
    return readBundleSize(await bundle(config, folder, more));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
