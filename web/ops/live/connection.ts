import { z } from "zod";
import {
  LIVE_PING,
  LIVE_PONG,
  LIVE_QUIET_MS,
  type LiveItem,
  type LiveMessage,
  type LivePerson,
} from "../../../src/contracts/live.ts";

/** What a person is told about the connection. */
export type LiveState =
  | { kind: "connecting" }
  | { kind: "live"; since: number }
  /** Lost; tried again at this moment (epoch ms). */
  | { kind: "waiting"; retryAt: number }
  /** Not allowed for this person: no further try. */
  | { kind: "refused"; detail: string };

export interface LiveListener {
  /** Read the lists again: the connection stands, and nothing is kept for those who were away; or too much has changed. */
  onOpen(): void;
  onItems(items: LiveItem[]): void;
  onPresence(people: LivePerson[]): void;
  onState(state: LiveState): void;
}

/** How a ticket is got: a string, or why there will be none. */
export type TicketResult = { ok: true; ticket: string } | { ok: false; final: boolean; detail: string };

/** An item's inside is trusted: both ends come from one release and the row is only shown. */
const message: z.ZodType<LiveMessage> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), topic: z.string(), at: z.number() }),
  z.object({ type: z.literal("items"), items: z.array(z.custom<LiveItem>(isItem)), at: z.number() }),
  z.object({ type: z.literal("resync"), at: z.number() }),
  z.object({
    type: z.literal("presence"),
    people: z.array(z.object({ id: z.string(), name: z.string() })),
    total: z.number(),
  }),
]);

function isItem(value: unknown): boolean {
  return typeof value === "object" && value !== null && "type" in value;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 20_000;
/** A server that freezes closes nothing: after this much silence it is asked for a word. */
const PING_AFTER_MS = 3_000;
/** It answers a ping within this long, or the connection is dead, whatever the browser believes. */
const PONG_WITHIN_MS = 5_000;
/** A new connection may take this long until its first word. */
const HELLO_WITHIN_MS = 15_000;
/** How often the silence is measured. With the two above, "Live" is at most 9 s old. */
const TICK_MS = 1_000;

/** Milliseconds to wait before try `attempt` (1, 2, 3 …): doubled each time, spread so that tabs don't return as one. */
export function retryDelay(attempt: number, random: number): number {
  const full = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1));
  return Math.round(full * (0.5 + random / 2));
}

/** One topic's connection: opens, reads, and comes back by itself until it is stopped. */
export class LiveConnection {
  readonly #topic: string;
  readonly #getTicket: (topic: string) => Promise<TicketResult>;
  readonly #listener: LiveListener;
  #socket: WebSocket | null = null;
  #attempt = 0;
  #stopped = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #reread: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;
  /** When a word is due (epoch ms); null while none has been asked for. */
  #wordDueAt: number | null = null;

  constructor(topic: string, getTicket: (topic: string) => Promise<TicketResult>, listener: LiveListener) {
    this.#topic = topic;
    this.#getTicket = getTicket;
    this.#listener = listener;
  }

  start(): void {
    window.addEventListener("online", this.#comeBack);
    document.addEventListener("visibilitychange", this.#comeBack);
    void this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    window.removeEventListener("online", this.#comeBack);
    document.removeEventListener("visibilitychange", this.#comeBack);
    clearTimeout(this.#retry);
    clearTimeout(this.#reread);
    clearInterval(this.#heartbeat);
    this.#socket?.close(1000);
    this.#socket = null;
  }

  // Back from sleep or from a dead network: waiting out the delay would only show old figures longer.
  readonly #comeBack = (): void => {
    if (this.#stopped || document.hidden || this.#retry === undefined) return;
    clearTimeout(this.#retry);
    void this.#connect();
  };

  async #connect(): Promise<void> {
    this.#retry = undefined;
    this.#listener.onState({ kind: "connecting" });
    const ticket = await this.#getTicket(this.#topic);
    if (this.#stopped) return;
    if (!ticket.ok) {
      if (ticket.final) this.#listener.onState({ kind: "refused", detail: ticket.detail });
      else this.#retryLater();
      return;
    }
    const url = new URL("/api/v1/live", window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("topic", this.#topic);
    url.searchParams.set("ticket", ticket.ticket);
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#wordDueAt = Date.now() + HELLO_WITHIN_MS;
    this.#keepAlive(socket);
    socket.addEventListener("message", (event) => this.#hear(socket, event.data));
    socket.addEventListener("close", () => this.#lose(socket));
  }

  #hear(socket: WebSocket, data: unknown): void {
    if (socket !== this.#socket || typeof data !== "string") return;
    this.#heardAt = Date.now();
    this.#wordDueAt = null;
    if (data === LIVE_PONG) return;
    const parsed = message.safeParse(safeJson(data));
    if (!parsed.success) return;
    switch (parsed.data.type) {
      case "hello":
        this.#attempt = 0;
        this.#listener.onState({ kind: "live", since: Date.now() });
        this.#listener.onOpen();
        // Writers that knew of nobody here may have kept silent until now.
        this.#reread = setTimeout(() => this.#listener.onOpen(), LIVE_QUIET_MS + 500);
        return;
      case "items":
        this.#listener.onItems(parsed.data.items);
        return;
      case "resync":
        this.#listener.onOpen();
        return;
      case "presence":
        this.#listener.onPresence(parsed.data.people);
        return;
    }
  }

  #keepAlive(socket: WebSocket): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => {
      const now = Date.now();
      if (this.#wordDueAt !== null && now > this.#wordDueAt) {
        socket.close();
        // A dead network never answers the close: don't wait for it.
        this.#lose(socket);
      } else if (this.#wordDueAt === null && now - this.#heardAt >= PING_AFTER_MS) {
        // Measured from the ping: a tab in the background wakes too rarely to measure the silence itself.
        this.#wordDueAt = now + PONG_WITHIN_MS;
        socket.send(LIVE_PING);
      }
    }, TICK_MS);
  }

  #lose(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    clearTimeout(this.#reread);
    clearInterval(this.#heartbeat);
    this.#listener.onPresence([]);
    if (!this.#stopped) this.#retryLater();
  }

  #retryLater(): void {
    this.#attempt += 1;
    const delay = retryDelay(this.#attempt, Math.random());
    this.#listener.onState({ kind: "waiting", retryAt: Date.now() + delay });
    this.#retry = setTimeout(() => void this.#connect(), delay);
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
