import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";

const MIGRATIONS = import.meta.glob<string>("../../migrations/ops/*.sql", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Brings OPS up to date inside the Workers pool; what is applied already stays as it is. */
export async function migrateOps(): Promise<void> {
  const files = Object.entries(MIGRATIONS).map(([path, sql]) => ({
    name: path.slice(path.lastIndexOf("/") + 1),
    queries: sql.split("--> statement-breakpoint"),
  }));
  await applyD1Migrations(
    env.OPS,
    files.sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
}
