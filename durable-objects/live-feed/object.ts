import { DurableObject } from "cloudflare:workers";
import {
  LIVE_AUDIENCES,
  LIVE_CLOSE,
  LIVE_HEADERS,
  LIVE_PING,
  LIVE_PONG,
  type LiveAudience,
  type LiveFeedRpc,
  type LiveItem,
  liveItemFor,
  type LiveMessage,
  type LivePerson,
} from "../../src/contracts/live.ts";
import type { Env } from "../../src/platform/env.ts";
import { Outbox } from "./outbox.ts";

/** Changes are gathered this long, so that a busy second is four messages to each listener and not hundreds. */
const BATCH_MS = 250;
/** A connection outlives neither a sign-out nor a lost right by more than this: the life of an access token. */
const LONGEST_CONNECTION_MS = 15 * 60_000;
/** Under the platform's limit of sockets per object, with room for reconnects that overlap. */
const MOST_LISTENERS = 10_000;
/** Connections of one person or key: their tabs, and some that are about to be replaced. */
const MOST_OF_ONE = 20;
const MOST_PEOPLE_NAMED = 100;

/** What survives hibernation with each socket. */
interface Listener extends LivePerson {
  connectedAt: number;
  /** When what the listener proved themselves by ends; absent in connections from before this was kept. */
  until?: number;
  audience?: LiveAudience;
}

/**
 * The live feed of one topic: `ops`, `warehouse:<id>` or `order:<id>`. Sends what is published to everyone
 * connected, in batches and as far as their audience may know it, and tells them who else is there. Keeps nothing but
 * which tickets were used: a client that was away reads its lists again and merges by version. The API Worker
 * authorizes whoever it forwards; this object trusts its headers.
 */
export class LiveFeed extends DurableObject<Env> implements LiveFeedRpc {
  readonly #outboxes: Readonly<Record<LiveAudience, Outbox>> = {
    staff: new Outbox(),
    buyers: new Outbox(),
    floor: new Outbox(),
  };
  #presenceChanged = false;
  #flushIsDue = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(LIVE_PING, LIVE_PONG));
    // Longest a client may take to close or to speak before the platform moves on.
    ctx.setHibernatableWebSocketEventTimeout(5_000);
  }

  /**
   * Takes an upgrade that the API Worker has authorized. Refuses: 426 without upgrade, 400 without a user, 401 for a
   * ticket that was used, 429 for who has too many connections, 503 when full.
   */
  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return new Response(null, { status: 426, headers: { upgrade: "websocket" } });
    }
    const { headers } = request;
    const id = decode(headers.get(LIVE_HEADERS.userId));
    if (id === null) return new Response(null, { status: 400 });
    const now = Date.now();
    const sockets = this.ctx
      .getWebSockets()
      .filter(isOpen)
      .filter((socket) => this.#isCurrent(socket, now));
    if (sockets.length >= MOST_LISTENERS) return new Response(null, { status: 503, headers: { "retry-after": "30" } });
    if (sockets.filter((socket) => listenerOf(socket)?.id === id).length >= MOST_OF_ONE)
      return new Response(null, { status: 429, headers: { "retry-after": "30" } });
    const ticket = headers.get(LIVE_HEADERS.ticket);
    if (ticket !== null && !this.#isFirstUse(ticket, Number(headers.get(LIVE_HEADERS.ticketUntil)), now))
      return new Response(null, { status: 401 });
    const until = headers.get(LIVE_HEADERS.until);
    const audience = LIVE_AUDIENCES.find((one) => one === headers.get(LIVE_HEADERS.audience));
    const listener: Listener = {
      id,
      name: decode(headers.get(LIVE_HEADERS.userName)) ?? id,
      connectedAt: now,
      ...(until !== null && { until: Number(until) }),
      ...(audience !== undefined && { audience }),
    };
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment(listener);
    const topic = this.ctx.id.name ?? new URL(request.url).searchParams.get("topic") ?? "";
    send(server, { type: "hello", topic, at: now });
    this.#presenceChanged = true;
    this.#flushSoon();
    return new Response(null, { status: 101, webSocket: client });
  }

  /**
   * Sends the items to everyone on the topic within a quarter of a second; the newest of two about the same
   * subject wins. Answers how many listen, so that a writer can spare itself the next call. Never refuses.
   */
  async publish(items: LiveItem[]): Promise<{ listeners: number }> {
    const listeners = this.ctx.getWebSockets().filter(isOpen).length;
    if (listeners > 0 && items.length > 0) {
      for (const audience of LIVE_AUDIENCES)
        this.#outboxes[audience].add(items.flatMap((item) => liveItemFor(audience, item) ?? []));
      this.#flushSoon();
    }
    return { listeners };
  }

  /** A client has nothing to say but its ping, which never comes here: whoever speaks is not our client. */
  override async webSocketMessage(socket: WebSocket): Promise<void> {
    closeQuietly(socket, LIVE_CLOSE.policy, "this feed only speaks");
    this.#presenceChanged = true;
    this.#flushSoon();
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    closeQuietly(socket, 1000, "");
    this.#presenceChanged = true;
    this.#flushSoon();
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    closeQuietly(socket, 1011, "");
    this.#presenceChanged = true;
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#flushIsDue) return;
    this.#flushIsDue = true;
    setTimeout(() => {
      this.#flushIsDue = false;
      this.#flush(Date.now());
    }, BATCH_MS);
  }

  #flush(now: number): void {
    const sockets = this.ctx
      .getWebSockets()
      .filter(isOpen)
      .filter((socket) => this.#isCurrent(socket, now));
    const presence = this.#presenceChanged ? [JSON.stringify(presenceOf(sockets))] : [];
    this.#presenceChanged = false;
    for (const audience of LIVE_AUDIENCES) {
      const items = this.#outboxes[audience].take(now);
      // Who of the staff is looking is nothing that customers and shops are told.
      const messages = audience === "buyers" ? items : [...items, ...presence];
      for (const socket of sockets.filter((one) => audienceOf(one) === audience))
        for (const message of messages) sendText(socket, message);
    }
  }

  /** Whether the ticket opens its first connection. Tickets that have run out are forgotten: they open none anyway. */
  #isFirstUse(ticket: string, until: number, now: number): boolean {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS used_ticket (id TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID");
    sql.exec("DELETE FROM used_ticket WHERE until < ?", now);
    return (
      sql.exec("INSERT INTO used_ticket (id, until) VALUES (?, ?) ON CONFLICT DO NOTHING", ticket, until).rowsWritten >
      0
    );
  }

  /** Closes a connection that has grown too old, or whose token has ended, before it is told anything more. */
  #isCurrent(socket: WebSocket, now: number): boolean {
    const listener = listenerOf(socket);
    if (listener !== null && now - listener.connectedAt <= LONGEST_CONNECTION_MS && now <= (listener.until ?? Infinity))
      return true;
    closeQuietly(socket, LIVE_CLOSE.renew, "renew");
    this.#presenceChanged = true;
    return false;
  }
}

function presenceOf(sockets: readonly WebSocket[]): LiveMessage {
  const people = new Map<string, LivePerson>();
  for (const socket of sockets) {
    const listener = listenerOf(socket);
    if (listener !== null) people.set(listener.id, { id: listener.id, name: listener.name });
  }
  const sorted = [...people.values()].sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
  return { type: "presence", people: sorted.slice(0, MOST_PEOPLE_NAMED), total: sorted.length };
}

function audienceOf(socket: WebSocket): LiveAudience {
  return listenerOf(socket)?.audience ?? "staff";
}

function listenerOf(socket: WebSocket): Listener | null {
  const attached: unknown = socket.deserializeAttachment();
  return isListener(attached) ? attached : null;
}

function isListener(value: unknown): value is Listener {
  return typeof value === "object" && value !== null && "id" in value && "name" in value && "connectedAt" in value;
}

function isOpen(socket: WebSocket): boolean {
  return socket.readyState === WebSocket.READY_STATE_OPEN;
}

function send(socket: WebSocket, message: LiveMessage): void {
  sendText(socket, JSON.stringify(message));
}

// A socket may go away between being listed and being written to; its close event tells the rest.
function sendText(socket: WebSocket, text: string): void {
  try {
    socket.send(text);
  } catch {
    closeQuietly(socket, 1011, "");
  }
}

function closeQuietly(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // Closed already: that is what was wanted.
  }
}

/** Header values carry no Unicode, so ids and names travel percent-encoded; a plain one is taken as it is. */
function decode(text: string | null): string | null {
  if (text === null || text === "") return null;
  try {
    return decodeURIComponent(text).slice(0, 100);
  } catch {
    return text.slice(0, 100);
  }
}
