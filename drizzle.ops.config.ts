import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: "./src/db/ops/schema/*.ts",
  out: "./migrations/ops",
});
