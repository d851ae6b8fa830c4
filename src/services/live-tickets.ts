import { errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { LIVE_AUDIENCES, LIVE_HEADERS } from "../contracts/live.ts";
import type { TicketAnswer } from "../contracts/operations.ts";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { isOrderId, type WarehouseId } from "../domain/ids.ts";
import { audienceOf } from "./audience.ts";
import { isBoundToWarehouse, lacking, lackingWarehouse } from "./authorize.ts";
import type { ServiceContext } from "./context.ts";
import type { Env } from "../platform/env.ts";
import { logWarning } from "../platform/log.ts";
import { getOrder } from "./orders.ts";
import { ledgerStub, liveFeedStub } from "./stubs.ts";

/** A browser can't send a header with a WebSocket: it sends this instead, at once. */
const TICKET_SECONDS = 60;
const AUDIENCE = "holdfast-live";
const ticketClaims = z.object({
  sub: z.string(),
  name: z.string(),
  topic: z.string(),
  audience: z.enum(LIVE_AUDIENCES),
  /** Until when the connection may last: what its holder was proven by ends then. Epoch milliseconds; null: no end. */
  until: z.number().nullable(),
  jti: z.string(),
  exp: z.number(),
});

/** A ticket for one connection to one topic, for somebody who may listen to it. */
export async function issueLiveTicket(ctx: ServiceContext, topic: string): Promise<ServiceResult<TicketAnswer>> {
  const denied = await refuseTopic(ctx, topic);
  if (denied !== null) return denied;
  const expiresAt = Math.floor(ctx.now / 1000) + TICKET_SECONDS;
  const { name, provenUntil = null } = ctx.principal;
  const ticket = await new SignJWT({ name, topic, audience: audienceOf(ctx.principal), until: provenUntil })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(ctx.principal.id)
    .setAudience(AUDIENCE)
    .setExpirationTime(expiresAt)
    .setJti(crypto.randomUUID())
    .sign(secretOf(ctx.env));
  return { ok: true, value: { ticket, topic, expiresAt: new Date(expiresAt * 1000).toISOString() } };
}

async function refuseTopic(
  ctx: ServiceContext,
  topic: string,
): Promise<Extract<ServiceResult<never>, { ok: false }> | null> {
  const [kind, id = ""] = topic.split(":");
  if (kind === "warehouse")
    return isBoundToWarehouse(ctx.principal)
      ? lackingWarehouse(ctx, id as WarehouseId)
      : lacking(ctx, "operations:read");
  if (kind === "order" && isOrderId(id)) {
    const denied = lacking(ctx, "orders:read");
    if (denied !== null) return denied;
    const order = await getOrder(ctx, id);
    return order.ok ? null : order;
  }
  return lacking(ctx, "operations:read");
}

/** Connects whoever holds the ticket to the topic's live feed; an order's page has its ledger publish to it. */
export async function openLiveFeed(
  { env, now, defer }: Pick<ServiceContext, "env" | "now" | "defer">,
  request: Request,
  topic: string,
  ticket: string,
): Promise<ServiceResult<Response>> {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket")
    return refuse("upgrade_required", "Connect with a WebSocket client.");
  let holder: z.infer<typeof ticketClaims>;
  try {
    const { payload } = await jwtVerify(ticket, secretOf(env), {
      algorithms: ["HS256"],
      audience: AUDIENCE,
      currentDate: new Date(now),
      requiredClaims: ["exp"],
    });
    holder = ticketClaims.parse(payload);
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError)
      return refuse("unauthenticated", "The ticket has run out or is not one of ours.");
    throw error;
  }
  if (holder.topic !== topic) return refuse("unauthenticated", "The ticket is for another topic.");
  const headers = new Headers(request.headers);
  headers.delete("authorization");
  headers.set(LIVE_HEADERS.userId, encodeURIComponent(holder.sub));
  headers.set(LIVE_HEADERS.userName, encodeURIComponent(holder.name));
  headers.set(LIVE_HEADERS.audience, holder.audience);
  headers.set(LIVE_HEADERS.ticket, holder.jti);
  headers.set(LIVE_HEADERS.ticketUntil, String(holder.exp * 1000));
  if (holder.until === null) headers.delete(LIVE_HEADERS.until);
  else headers.set(LIVE_HEADERS.until, String(holder.until));
  const orderId = topic.startsWith("order:") ? topic.slice("order:".length) : "";
  if (isOrderId(orderId))
    defer(
      ledgerStub(env, orderId)
        .watch(orderId)
        .catch((error: unknown) =>
          logWarning("watch_failed", { error: error instanceof Error ? error.name : "unknown" }),
        ),
    );
  const answer = await liveFeedStub(env, topic).fetch(new Request(request, { headers }));
  switch (answer.status) {
    case 401:
      return refuse("unauthenticated", "The ticket was used already: each connection needs its own.");
    case 429:
      return refuse("rate_limited", "There are too many connections to this topic: close some first.");
    case 503:
      return refuse("temporarily_unavailable", "The topic has as many listeners as it can take.");
    default:
      return { ok: true, value: answer };
  }
}

function secretOf(env: Env): Uint8Array {
  return new TextEncoder().encode(env.SIGNING_SECRET);
}
