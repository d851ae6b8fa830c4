import type { TemplatePlace } from "../../contracts/notification-templates.ts";
import { openOps } from "../../db/ops/database.ts";
import { listTemplatesInUse } from "../../db/ops/message-templates.ts";
import type { Env } from "../../platform/env.ts";
import { RecentReads } from "../../platform/recent-reads.ts";
import type { Template } from "./message-kind.ts";
import { MESSAGE_KINDS } from "./message-kinds.ts";

/** How long an edit may take until every isolate uses it. */
const FRESH_MS = 60_000;
const ALL = "all";

type Edited = ReadonlyMap<string, Template>;

/** One per environment object, so one per isolate. */
const reads = new WeakMap<Env, RecentReads<Edited>>();

/** The template in use: as it was edited, at most a minute ago, else the standard text. */
export async function templateInUse(env: Env, place: TemplatePlace, now: number): Promise<Template> {
  const recent = reads.get(env) ?? new RecentReads<Edited>(FRESH_MS, 1);
  reads.set(env, recent);
  let edited = recent.find(ALL, now)?.value;
  if (edited === undefined) {
    edited = new Map(
      (await listTemplatesInUse(openOps(env.OPS))).map(({ content: { subject, blocks }, ...at }) => [
        keyOf(at),
        { subject: subject ?? null, blocks },
      ]),
    );
    recent.keep(ALL, edited, now);
  }
  return edited.get(keyOf(place)) ?? MESSAGE_KINDS[place.kind].standard[place.language][place.channel];
}

/** Has this isolate read them anew: it has changed one. */
export function forgetTemplates(env: Env): void {
  reads.delete(env);
}

function keyOf({ kind, channel, language }: { kind: string; channel: string; language: string }): string {
  return `${kind}/${channel}/${language}`;
}
