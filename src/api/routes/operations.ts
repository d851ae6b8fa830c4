import { alertList, healthAnswer } from "../../contracts/operations.ts";
import { checkHealth } from "../../services/check-health.ts";
import { gatherMetrics, listAlerts } from "../../services/gather-metrics.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { renderMetrics } from "../render-metrics.ts";
import { listAnswer } from "../serve.ts";

const TAG = "Operations";

const health = endpoint({
  method: "GET",
  path: "/health",
  tag: TAG,
  summary: "Whether every part answers",
  scope: "public",
  answers: {
    200: { description: "All is up.", schema: healthAnswer },
    503: { description: "A part is away: which one is in `checks`.", schema: healthAnswer },
  },
  async handle({ ctx }) {
    const answer = await checkHealth(ctx.env, ctx.now);
    return { status: answer.status === "ok" ? 200 : 503, body: answer };
  },
});

const metrics = endpoint({
  method: "GET",
  path: "/metrics",
  tag: TAG,
  summary: "Figures for Prometheus",
  scope: "operations:read",
  answers: { 200: { description: "Prometheus text, version 0.0.4.", mediaType: "text/plain" } },
  async handle({ ctx }) {
    const gathered = await gatherMetrics(ctx);
    if (!gathered.ok) return gathered;
    return new Response(renderMetrics(gathered.value, ctx.now), {
      headers: {
        "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Request-Id": ctx.requestId,
        "X-Content-Type-Options": "nosniff",
      },
    });
  },
});

const alerts = endpoint({
  method: "GET",
  path: "/alerts",
  tag: TAG,
  summary: "What somebody should look at now",
  scope: "operations:read",
  answers: { 200: { description: "The alerts, critical ones first.", schema: alertList } },
  problems: ["temporarily_unavailable"],
  async handle({ ctx }) {
    const listed = await listAlerts(ctx);
    return listed.ok ? listAnswer(listed.value, null) : listed;
  },
});

export const operationEndpoints: readonly AnyEndpoint[] = [health, metrics, alerts];
