import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { WEB_SOURCES } from "../../scripts/local/ensure-web.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The files of our own that a file imports, types aside or not. */
function importsOf(file: string): string[] {
  const specifiers = readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+\.tsx?)"/g);
  return [...specifiers].map(([, specifier]) => resolve(dirname(file), specifier ?? ""));
}

it("the staff app is built anew when anything that it imports has changed", () => {
  const open = readdirSync(join(ROOT, "web"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(ROOT, "web", name));
  const seen = new Set<string>();
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    open.push(...importsOf(file));
  }
  const outside = [...seen]
    .map((file) => relative(ROOT, file).replaceAll(sep, "/"))
    .filter((file) => !WEB_SOURCES.some((source) => file === source || file.startsWith(`${source}/`)));
  expect(seen.size).toBeGreaterThan(100);
  expect(outside).toEqual([]);
});
