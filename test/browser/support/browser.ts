import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Browser, chromium as playwright } from "playwright-core";
import { z } from "zod";

/**
 * A real Chromium that came with `npm install`: no download, no package of the system. The shared libraries that a
 * bare Debian lacks and one font travel in the package as well.
 */
export async function launchBrowser(): Promise<Browser> {
  const home = await unpackedChromium();
  return playwright.launch({
    executablePath: join(home, "chromium"),
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en-US"],
    env: {
      ...definedEnvironment(),
      HOME: home,
      // Without it the browser makes a language tag of the C locale that Intl refuses.
      LANG: "en_US.UTF-8",
      LD_LIBRARY_PATH: [join(home, "al2023", "lib"), process.env["LD_LIBRARY_PATH"]].filter(Boolean).join(":"),
      FONTCONFIG_FILE: join(home, "fonts.conf"),
    },
  });
}

let unpacked: Promise<string> | undefined;

function unpackedChromium(): Promise<string> {
  unpacked ??= unpack();
  return unpacked;
}

/** The folder of the unpacked browser. Unpacked once per version, beside it and then renamed, since test files run in parallel. */
async function unpack(): Promise<string> {
  const home = join(tmpdir(), `holdfast-chromium-${installedVersion()}`);
  if (existsSync(home)) return home;
  const fresh = mkdtempSync(join(tmpdir(), "holdfast-chromium-new-"));
  const before = process.env["TMPDIR"];
  // The package unpacks into the temporary folder, its libraries only where it believes itself on Amazon Linux.
  process.env["TMPDIR"] = fresh;
  process.env["AWS_LAMBDA_JS_RUNTIME"] ??= "nodejs22.x";
  try {
    const { default: packaged } = await import("@sparticuz/chromium");
    packaged.setGraphicsMode = false;
    await packaged.executablePath();
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
  mkdirSync(join(fresh, "font-cache"));
  writeFileSync(
    join(fresh, "fonts.conf"),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${join(home, "fonts")}</dir><cachedir>${join(home, "font-cache")}</cachedir></fontconfig>`,
  );
  try {
    renameSync(fresh, home);
  } catch (error) {
    // Another test file was faster; what it unpacked is the same.
    if (!existsSync(join(home, "chromium"))) throw error;
    rmSync(fresh, { recursive: true, force: true });
  }
  return home;
}

function installedVersion(): string {
  const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const file = join(dirname(entry), "..", "..", "package.json");
  return z.object({ version: z.string() }).parse(createRequire(import.meta.url)(file)).version;
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
