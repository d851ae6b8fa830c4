import {
  MESSAGE_CHANNELS,
  type PreviewAnswer,
  type PreviewForm,
  type TemplateAnswer,
  type TemplateForm,
  type TemplatePlace,
  type TemplateSummary,
} from "../contracts/notification-templates.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { changeAudited } from "../db/ops/audit.ts";
import { openOps } from "../db/ops/database.ts";
import {
  addTemplateEdition,
  listTemplateEditions,
  listTemplatesInUse,
  type TemplateEdition,
} from "../db/ops/message-templates.ts";
import { LANGUAGES } from "../domain/language.ts";
import { NOTIFICATION_KINDS } from "../domain/order/effects.ts";
import { auditEntry, sealAudit } from "./audit.ts";
import { lacking } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import { checkTemplate } from "./messages/check-template.ts";
import { fillTemplate, sampleValues, valuesFor } from "./messages/fill-template.ts";
import { layOutMail } from "./messages/mail.tsx";
import { frameOf, sampleFrame } from "./messages/mail-frame.ts";
import type { Template } from "./messages/message-kind.ts";
import { MESSAGE_KINDS } from "./messages/message-kinds.ts";
import { textMessage } from "./messages/text-message.ts";
import { forgetTemplates } from "./messages/templates-in-use.ts";
import { getOrder } from "./orders.ts";
import { returnLabelUrl } from "./return-label-link.ts";

/** Every template, with the edition that is in use. */
export async function listTemplates(ctx: ServiceContext): Promise<ServiceResult<TemplateSummary[]>> {
  const denied = lacking(ctx, "notifications:read");
  if (denied !== null) return denied;
  const edited = await listTemplatesInUse(openOps(ctx.env.OPS));
  const places = NOTIFICATION_KINDS.flatMap((kind) =>
    MESSAGE_CHANNELS.flatMap((channel) => LANGUAGES.map((language): TemplatePlace => ({ kind, channel, language }))),
  );
  const value = places.map((place) => {
    const edition = edited.find((one) => isAt(one, place));
    return { ...place, ...describeEdition(edition), subject: contentOf(place, edition).subject };
  });
  return { ok: true, value };
}

/** One template as it is, or as it was in an earlier edition, and the editions that there are. */
export async function readTemplate(
  ctx: ServiceContext,
  place: TemplatePlace,
  version?: number,
): Promise<ServiceResult<TemplateAnswer>> {
  const denied = lacking(ctx, "notifications:read");
  if (denied !== null) return denied;
  const editions = await listTemplateEditions(openOps(ctx.env.OPS), place);
  const edition = version === undefined ? editions[0] : editions.find((one) => one.version === version);
  if (version !== undefined && version !== 0 && edition === undefined)
    return refuse("not_found", `This template has no version ${version}.`);
  return { ok: true, value: describeTemplate(place, edition, editions) };
}

/** Replaces a template that is as the caller has read it; `expectedVersion` null replaces it as it is. */
export async function replaceTemplate(
  ctx: ServiceContext,
  place: TemplatePlace,
  form: TemplateForm,
  expectedVersion: number | null,
): Promise<ServiceResult<TemplateAnswer>> {
  const denied = lacking(ctx, "templates:write");
  if (denied !== null) return denied;
  const wrong = refuseTemplate(place, form, "");
  if (wrong !== null) return wrong;
  const db = openOps(ctx.env.OPS);
  const [current] = await listTemplateEditions(db, place);
  const version = (expectedVersion ?? current?.version ?? 0) + 1;
  const entry = auditEntry(ctx, {
    action: "notification_template.replaced",
    subject: `notification_template:${place.kind}/${place.channel}/${place.language}`,
    before: { version: version - 1, ...contentOf(place, current) },
    after: { version, ...form },
  });
  const edition = { version, content: form, savedAt: ctx.now, savedBy: ctx.principal.id };
  const added = await changeAudited(db, addTemplateEdition(db, place, edition), entry);
  if (added.length === 0)
    return refuse("version_stale", "The template has changed since it was read. Read it again before you change it.");
  ctx.defer(sealAudit(ctx.env));
  forgetTemplates(ctx.env);
  return readTemplate(ctx, place, version);
}

/** A template as it would be sent: filled in for an order that the caller may see, or with samples. Sends nothing. */
export async function previewTemplate(
  ctx: ServiceContext,
  place: TemplatePlace,
  { template, orderId, subject: about = "order" }: NonNullable<PreviewForm> = {},
): Promise<ServiceResult<PreviewAnswer>> {
  const denied = lacking(ctx, "notifications:read");
  if (denied !== null) return denied;
  const wrong = template && refuseTemplate(place, template, "/template");
  if (wrong) return wrong;
  const { kind, channel, language } = place;
  const { variables, topic } = MESSAGE_KINDS[kind];
  let values = sampleValues(variables);
  let frame = sampleFrame(language);
  if (orderId !== undefined) {
    const found = await getOrder(ctx, orderId);
    if (!found.ok) return found;
    const labelUrl = await returnLabelUrl(ctx.env, about);
    values = valuesFor(variables, { order: found.value, about, text: values["message"], language, labelUrl });
    frame = frameOf(found.value, language);
  }
  const chosen: Template = template
    ? { subject: template.subject ?? null, blocks: template.blocks }
    : contentOf(place, (await listTemplateEditions(openOps(ctx.env.OPS), place))[0]);
  const message = fillTemplate(chosen, values);
  if (channel === "sms") return { ok: true, value: { subject: null, text: textMessage(message), html: null } };
  const unsubscribeUrl = topic === null ? null : `${ctx.env.PUBLIC_URL}/unsubscribe/preview`;
  return { ok: true, value: layOutMail({ language, message, frame, unsubscribeUrl }) };
}

function refuseTemplate({ kind, channel }: TemplatePlace, form: TemplateForm, base: string) {
  const errors = checkTemplate(MESSAGE_KINDS[kind], channel, form);
  return errors.length === 0
    ? null
    : refuse("invalid_request", "The template can't be used like that.", {
        errors: errors.map(({ pointer, detail }) => ({ pointer: `${base}${pointer}`, detail })),
      });
}

function isAt(edition: TemplateEdition, { kind, channel, language }: TemplatePlace): boolean {
  return edition.kind === kind && edition.channel === channel && edition.language === language;
}

function contentOf({ kind, channel, language }: TemplatePlace, edition: TemplateEdition | undefined): Template {
  return edition === undefined
    ? MESSAGE_KINDS[kind].standard[language][channel]
    : { subject: edition.content.subject ?? null, blocks: edition.content.blocks };
}

function describeEdition(edition: TemplateEdition | undefined) {
  return edition === undefined
    ? { version: 0, savedAt: null, savedBy: null }
    : { version: edition.version, savedAt: new Date(edition.savedAt).toISOString(), savedBy: edition.savedBy };
}

function describeTemplate(
  place: TemplatePlace,
  edition: TemplateEdition | undefined,
  editions: readonly TemplateEdition[],
): TemplateAnswer {
  const { subject, blocks } = contentOf(place, edition);
  const { topic, variables } = MESSAGE_KINDS[place.kind];
  return {
    ...place,
    ...describeEdition(edition),
    subject,
    blocks: [...blocks],
    optional: topic !== null,
    variables: Object.entries(variables).map(([name, { about, always, link }]) => ({ name, about, always, link })),
    versions: [...editions.map(describeEdition), describeEdition(undefined)],
  };
}
