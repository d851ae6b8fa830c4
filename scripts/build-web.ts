import { cpSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = new URL("../", import.meta.url);
const at = (path: string): string => fileURLToPath(new URL(path, root));

await build({ configFile: at("web/vite.config.ts"), logLevel: process.env["CI"] === undefined ? "warn" : "error" });

// The reference page of the API runs from our own assets: no foreign host may put script on a page of ours.
mkdirSync(at("dist/web/docs/assets"), { recursive: true });
cpSync(at("node_modules/@scalar/api-reference/dist/browser/standalone.js"), at("dist/web/docs/assets/scalar.js"));
cpSync(at("web/ops/public/favicon.svg"), at("dist/web/favicon.svg"));
