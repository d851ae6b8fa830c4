/**
 * What travels over LiveFeed's WebSockets. Every row carries its version: a client keeps the newer of two.
 */
export interface LiveOrder {
  orderId: string;
  number: string;
  version: number;
  state: string;
  paymentState: string;
  fulfillmentState: string;
  channel: string;
  /** In minor units of the currency; both null for a warehouse. */
  total: number | null;
  currency: string | null;
  units: number;
  /** Where it goes and from where, for the map. */
  destination: { latitude: number; longitude: number } | null;
  warehouses: string[];
  country: string;
  placedAt: number;
  updatedAt: number;
}

export interface LiveStock {
  sku: string;
  warehouseId: string;
  available: number;
  onHand: number;
  reorderPoint: number;
  sequence: number;
  asOf: number;
}

export interface LiveDeviation {
  id: string;
  kind: string;
  status: "open" | "assigned" | "resolved";
  summary: string;
  orderId: string | null;
  openedAt: number;
  version: number;
}

export type LiveItem =
  | { type: "order"; order: LiveOrder }
  | { type: "stock"; stock: LiveStock }
  | { type: "deviation"; deviation: LiveDeviation };

/** Whom a feed tells: see `audienceOf`. */
export const LIVE_AUDIENCES = ["staff", "buyers", "floor"] as const;
export type LiveAudience = (typeof LIVE_AUDIENCES)[number];

/** The item as this audience may know it; null where it is not for them. */
export function liveItemFor(audience: LiveAudience, item: LiveItem): LiveItem | null {
  if (audience === "staff") return item;
  if (item.type === "order")
    return audience === "floor" ? { type: "order", order: { ...item.order, total: null, currency: null } } : item;
  return item.type === "stock" && audience === "floor" ? item : null;
}

/** Somebody who has a topic open, however many tabs they have. */
export interface LivePerson {
  id: string;
  name: string;
}

/** Server to client. */
export type LiveMessage =
  /** The first message of every connection: from here on nothing is missed. */
  | { type: "hello"; topic: string; at: number }
  | { type: "items"; items: LiveItem[]; at: number }
  /** More has changed than is worth sending: read the lists again. */
  | { type: "resync"; at: number }
  /** Who is on this topic, by name; `total` counts those beyond the first hundred too. Not told to buyers. */
  | { type: "presence"; people: LivePerson[]; total: number };

/** What a client sends to keep a connection through idle proxies, and what comes back without waking the object. */
export const LIVE_PING = "ping";
export const LIVE_PONG = "pong";

/**
 * A writer that found nobody on a topic may keep silent about it for this long. A client therefore reads its lists
 * again once this time has passed after connecting, beside reading them at once.
 */
export const LIVE_QUIET_MS = 1_000;

/** Why LiveFeed ends a connection, as WebSocket close codes. */
export const LIVE_CLOSE = {
  /** The connection is as old as a connection may get: who is on it must be authorized again; a client comes back with a new ticket. */
  renew: 4001,
  /** The client sent something: this feed only speaks. */
  policy: 1008,
} as const;

/** What an item is about, and how new it is: of two items with the same key the higher version is true. */
export function liveKey(item: LiveItem): { key: string; version: number } {
  switch (item.type) {
    case "order":
      return { key: `order:${item.order.orderId}`, version: item.order.version };
    case "stock":
      return { key: `stock:${item.stock.sku}~${item.stock.warehouseId}`, version: item.stock.sequence };
    case "deviation":
      return { key: `deviation:${item.deviation.id}`, version: item.deviation.version };
  }
}

/** How the API Worker tells a feed whom it has let through. Ids and names travel percent-encoded. */
export const LIVE_HEADERS = {
  userId: "x-holdfast-user-id",
  userName: "x-holdfast-user-name",
  audience: "x-holdfast-audience",
  /** The ticket's own id: a feed opens one connection for it. */
  ticket: "x-holdfast-ticket",
  /** Until when the ticket is good, and until when the connection may last; epoch milliseconds. */
  ticketUntil: "x-holdfast-ticket-until",
  until: "x-holdfast-until",
} as const;

/** What a LiveFeed object answers. One per topic: `ops`, `warehouse:<id>`, `order:<id>`. */
export interface LiveFeedRpc {
  /** Sends the items to everyone on the topic. Answers how many listen, so that a writer can spare itself the next call. */
  publish(items: LiveItem[]): Promise<{ listeners: number }>;
}
