import { liveQuery, orderLiveQuery, ticketAnswer, ticketForm } from "../../contracts/operations.ts";
import { orderParams } from "../../contracts/orders.ts";
import { issueLiveTicket, openLiveFeed } from "../../services/live-tickets.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";

const TAG = "Live";

const ticket = endpoint({
  method: "POST",
  path: "/live/tickets",
  tag: TAG,
  summary: "A ticket for a live feed, good for a minute",
  scope: null,
  audit: "none",
  body: ticketForm,
  answers: { 201: { description: "The ticket.", schema: ticketAnswer } },
  problems: ["forbidden", "not_found"],
  async handle({ ctx, body }) {
    const issued = await issueLiveTicket(ctx, body.topic);
    return issued.ok ? { status: 201, body: issued.value } : issued;
  },
});

const live = endpoint({
  method: "GET",
  path: "/live",
  tag: TAG,
  summary: "Listen to a topic (WebSocket)",
  scope: "public",
  query: liveQuery,
  answers: { 101: { description: "Connected." } },
  problems: ["upgrade_required", "unauthenticated", "rate_limited"],
  async handle({ ctx, query, request }) {
    const opened = await openLiveFeed(ctx, request, query.topic, query.ticket);
    return opened.ok ? opened.value : opened;
  },
});

const orderLive = endpoint({
  method: "GET",
  path: "/orders/{id}/live",
  tag: TAG,
  summary: "Listen to one order (WebSocket)",
  scope: "public",
  params: orderParams,
  query: orderLiveQuery,
  answers: { 101: { description: "Connected." } },
  problems: ["upgrade_required", "unauthenticated", "rate_limited"],
  async handle({ ctx, params, query, request }) {
    const opened = await openLiveFeed(ctx, request, `order:${params.id}`, query.ticket);
    return opened.ok ? opened.value : opened;
  },
});

export const liveEndpoints: readonly AnyEndpoint[] = [ticket, live, orderLive];
