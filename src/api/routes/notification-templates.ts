import {
  previewAnswer,
  previewForm,
  templateAnswer,
  templateForm,
  templateList,
  templateParams,
  templateQuery,
} from "../../contracts/notification-templates.ts";
import { listTemplates, previewTemplate, readTemplate, replaceTemplate } from "../../services/message-templates.ts";
import { expectedVersion } from "../conditional.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { listAnswer } from "../serve.ts";

const TAG = "Notifications";
const PATH = "/notification-templates/{kind}/{channel}/{language}";

const list = endpoint({
  method: "GET",
  path: "/notification-templates",
  tag: TAG,
  summary: "Every text that customers are written, per kind, channel and language",
  scope: "notifications:read",
  answers: { 200: { description: "All of them.", schema: templateList } },
  async handle({ ctx }) {
    const listed = await listTemplates(ctx);
    return listed.ok ? listAnswer(listed.value, null) : listed;
  },
});

const read = endpoint({
  method: "GET",
  path: PATH,
  tag: TAG,
  summary: "Read a template, its variables and its editions",
  scope: "notifications:read",
  params: templateParams,
  query: templateQuery,
  cache: "revalidate",
  answers: {
    200: { description: "The template in use, or the edition asked for.", schema: templateAnswer },
    304: { description: "As the caller knows it." },
  },
  async handle({ ctx, params, query }) {
    const found = await readTemplate(ctx, params, query.version);
    return found.ok ? { status: 200, body: found.value, version: found.value.version } : found;
  },
});

const replace = endpoint({
  method: "PUT",
  path: PATH,
  tag: TAG,
  summary: "Replace a template that is as you read it; earlier editions are kept",
  scope: "templates:write",
  audit: "own",
  params: templateParams,
  body: templateForm,
  answers: { 200: { description: "The template as it is now.", schema: templateAnswer } },
  problems: ["version_required", "version_stale"],
  async handle({ ctx, params, body, request }) {
    const version = expectedVersion(request.headers.get("if-match"), true);
    if (!version.ok) return version;
    const replaced = await replaceTemplate(ctx, params, body, version.value);
    return replaced.ok ? { status: 200, body: replaced.value, version: replaced.value.version } : replaced;
  },
});

const preview = endpoint({
  method: "POST",
  path: `${PATH}/preview`,
  tag: TAG,
  summary: "See a template filled in, with samples or for an order; sends nothing",
  scope: "notifications:read",
  audit: "none",
  params: templateParams,
  body: previewForm,
  answers: { 200: { description: "As it would be sent.", schema: previewAnswer } },
  async handle({ ctx, params, body }) {
    const shown = await previewTemplate(ctx, params, body);
    return shown.ok ? { status: 200, body: shown.value } : shown;
  },
});

export const notificationTemplateEndpoints: readonly AnyEndpoint[] = [list, read, replace, preview];
