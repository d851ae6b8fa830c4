import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { readVars } from "./test/simulators/toml-vars.ts";

/**
 * Four projects, because they need four worlds: plain Node for what is pure, workerd for objects and databases, whole
 * Workers as processes, and a browser. The last two start servers, so their files run one after the other.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "domain",
          testTimeout: 30_000,
          include: ["test/domain/**/*.test.ts", "test/providers/**/*.test.ts", "test/api/**/*.test.ts"],
          environment: "node",
        },
      },
      {
        plugins: [
          cloudflareTest({
            main: "./test/workers/entry.ts",
            miniflare: {
              compatibilityDate: "2026-10-01",
              compatibilityFlags: ["nodejs_compat"],
              bindings: readVars("wrangler.toml"),
              durableObjects: {
                INVENTORY_LEVEL: { className: "InventoryLevel", useSQLite: true },
                ORDER_LEDGER: { className: "OrderLedger", useSQLite: true },
                LIVE_FEED: { className: "LiveFeed", useSQLite: true },
                PROVIDER_GATE: { className: "ProviderGate", useSQLite: true },
              },
              d1Databases: ["OPS", "ORDERS_0", "ORDERS_1"],
              queueProducers: {
                EFFECTS: { queueName: "holdfast-effects" },
                NOTIFICATIONS: { queueName: "holdfast-notifications" },
                STOCK: { queueName: "holdfast-stock" },
                WEBHOOKS: { queueName: "holdfast-webhooks" },
              },
              outboundService: ({ url }) => {
                throw new Error(`nobody answers for ${url} in this test`);
              },
            },
          }),
        ],
        test: {
          name: "workers",
          // Small machines run all of it side by side.
          testTimeout: 30_000,
          include: ["test/workers/**/*.test.ts"],
          // The first imports from "cloudflare:workers", which only the bundled form resolves in the pool; the others are
          // many files, whose missing source maps would each be told of.
          deps: {
            optimizer: { ssr: { enabled: true, include: ["itty-durable", "stripe", "localized-address-format"] } },
          },
        },
      },
      {
        test: {
          name: "system",
          include: ["test/simulators/**/*.test.ts", "test/system/**/*.test.ts"],
          environment: "node",
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          environment: "node",
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
