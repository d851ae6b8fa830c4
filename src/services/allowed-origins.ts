import type { Env } from "../platform/env.ts";
import { catalogOf } from "./catalog.ts";

/** The origins that browsers may read answers on, for each channel. */
export type AllowedOrigins = ReadonlyMap<string, ReadonlySet<string>>;

/** The lists of all channels, from the isolate's catalogue. */
export async function allowedOriginsOf(
  env: Env,
  now: number,
  defer: (work: Promise<unknown>) => void,
): Promise<AllowedOrigins> {
  const { channels } = await catalogOf(env, now, defer);
  return new Map([...channels.values()].map(({ id, allowedOrigins }) => [id, new Set(allowedOrigins)]));
}

/** Whether the origin is on the channel's list; on any list, where the channel is not known yet. */
export function isAllowedOrigin(allowed: AllowedOrigins, origin: string, channel: string | null): boolean {
  if (channel !== null) return allowed.get(channel)?.has(origin) === true;
  return [...allowed.values()].some((origins) => origins.has(origin));
}
