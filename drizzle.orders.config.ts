import { defineConfig } from "drizzle-kit";

export default defineConfig({ dialect: "sqlite", schema: "./src/db/orders/schema.ts", out: "./migrations/orders" });
