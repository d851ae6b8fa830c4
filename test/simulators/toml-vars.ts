import { unstable_readConfig } from "wrangler";

/** The variables of a Worker's config, as texts. */
export function readVars(configPath: string): Record<string, string> {
  const { vars } = unstable_readConfig({ config: configPath });
  return Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, String(value)]));
}
