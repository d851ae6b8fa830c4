import { and, desc, eq, sql } from "drizzle-orm";
import type { TemplateForm, TemplatePlace } from "../../contracts/notification-templates.ts";
import type { OpsDatabase } from "./database.ts";
import { messageTemplates } from "./schema/messages.ts";

export type TemplateEdition = typeof messageTemplates.$inferSelect;

/** The newest edition of every template that was edited. */
export async function listTemplatesInUse(db: OpsDatabase): Promise<TemplateEdition[]> {
  const { kind, channel, language, version } = messageTemplates;
  return db
    .select()
    .from(messageTemplates)
    .where(
      sql`${version} = (select max(newer.version) from message_templates newer where newer.kind = ${kind}
        and newer.channel = ${channel} and newer.language = ${language})`,
    );
}

/** Every edition of one template, newest first. */
export async function listTemplateEditions(db: OpsDatabase, place: TemplatePlace): Promise<TemplateEdition[]> {
  return db
    .select()
    .from(messageTemplates)
    .where(
      and(
        eq(messageTemplates.kind, place.kind),
        eq(messageTemplates.channel, place.channel),
        eq(messageTemplates.language, place.language),
      ),
    )
    .orderBy(desc(messageTemplates.version));
}

/** The statement that adds an edition, if the newest is the one before it still; it answers the version, or nothing. */
export function addTemplateEdition(
  db: OpsDatabase,
  { kind, channel, language }: TemplatePlace,
  edition: { version: number; content: TemplateForm; savedAt: number; savedBy: string },
) {
  return db
    .insert(messageTemplates)
    .select(
      sql`select ${kind}, ${channel}, ${language}, ${edition.version}, ${JSON.stringify(edition.content)},
        ${edition.savedAt}, ${edition.savedBy}
        where (select coalesce(max(version), 0) from message_templates
          where kind = ${kind} and channel = ${channel} and language = ${language}) = ${edition.version - 1}`,
    )
    .returning({ version: messageTemplates.version });
}
