import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import {
  LIVE_CLOSE,
  LIVE_HEADERS,
  type LiveAudience,
  type LiveItem,
  type LiveMessage,
} from "../../src/contracts/live.ts";
import type { LiveFeed } from "../../durable-objects/live-feed/object.ts";
import { MOST_MESSAGE_LENGTH, MOST_PENDING, Outbox } from "../../durable-objects/live-feed/outbox.ts";

/** Everything a listener was told, and how its connection ended. */
interface Listening {
  socket: WebSocket;
  messages: LiveMessage[];
  texts: string[];
  closed: { code: number } | null;
}

let topics = 0;
function newTopic(): string {
  topics += 1;
  return `order:test-${topics}`;
}

function feedOf(topic: string) {
  return env.LIVE_FEED.get(env.LIVE_FEED.idFromName(topic)) as DurableObjectStub<LiveFeed>;
}

interface User {
  id: string;
  name: string;
  audience?: LiveAudience;
  ticket?: string;
  until?: number;
}

function connect(topic: string, { id, name, audience = "staff", ticket, until }: User): Promise<Response> {
  return feedOf(topic).fetch(`https://feed/live?topic=${encodeURIComponent(topic)}`, {
    headers: {
      upgrade: "websocket",
      [LIVE_HEADERS.userId]: id,
      [LIVE_HEADERS.userName]: encodeURIComponent(name),
      [LIVE_HEADERS.audience]: audience,
      ...(ticket !== undefined && {
        [LIVE_HEADERS.ticket]: ticket,
        [LIVE_HEADERS.ticketUntil]: String(Date.now() + 60_000),
      }),
      ...(until !== undefined && { [LIVE_HEADERS.until]: String(until) }),
    },
  });
}

async function listen(topic: string, user: User = { id: "usr_1", name: "Ada" }): Promise<Listening> {
  const answer = await connect(topic, user);
  const socket = answer.webSocket;
  if (socket === null) throw new Error(`no socket: ${answer.status}`);
  const listening: Listening = { socket, messages: [], texts: [], closed: null };
  socket.addEventListener("message", (event) => {
    if (typeof event.data !== "string") throw new Error("a binary message");
    listening.texts.push(event.data);
    if (event.data !== "pong") listening.messages.push(JSON.parse(event.data));
  });
  socket.addEventListener("close", (event) => {
    listening.closed = { code: event.code };
  });
  socket.accept();
  const first = user.audience === "buyers" ? "hello" : "presence";
  await vi.waitFor(() => expect(listening.messages.some((message) => message.type === first)).toBe(true));
  return listening;
}

function orderItem(orderId: string, version: number): LiveItem {
  return {
    type: "order",
    order: {
      orderId,
      number: "H-1",
      version,
      state: "PENDING",
      paymentState: "unpaid",
      fulfillmentState: "unfulfilled",
      channel: "storefront",
      total: 1_999,
      currency: "EUR",
      units: 1,
      destination: null,
      warehouses: ["BER1"],
      country: "DE",
      placedAt: 1,
      updatedAt: version,
    },
  };
}

function itemsOf({ messages }: Listening): LiveItem[] {
  return messages.flatMap((message) => (message.type === "items" ? message.items : []));
}

function peopleOf({ messages }: Listening): string[] {
  const last = messages.findLast((message) => message.type === "presence");
  return last?.type === "presence" ? last.people.map((person) => person.name) : [];
}

describe("LiveFeed", () => {
  it("greets a listener with its topic before anything else", async () => {
    const topic = newTopic();
    const listening = await listen(topic);
    expect(listening.messages[0]).toMatchObject({ type: "hello", topic });
  });

  it("tells everyone on the topic, and nobody on another", async () => {
    const topic = newTopic();
    const [first, second, elsewhere] = await Promise.all([
      listen(topic),
      listen(topic, { id: "usr_2", name: "Bo" }),
      listen(newTopic()),
    ]);
    expect(await feedOf(topic).publish([orderItem("ord_a", 1)])).toEqual({ listeners: 2 });
    await vi.waitFor(() => {
      expect(itemsOf(first)).toEqual([orderItem("ord_a", 1)]);
      expect(itemsOf(second)).toEqual([orderItem("ord_a", 1)]);
    });
    expect(itemsOf(elsewhere)).toEqual([]);
  });

  it("answers that nobody listens, so that a writer may stop calling", async () => {
    expect(await feedOf(newTopic()).publish([orderItem("ord_a", 1)])).toEqual({ listeners: 0 });
  });

  it("gathers what is published together into one message that holds the newest of each subject", async () => {
    const topic = newTopic();
    const listening = await listen(topic);
    const feed = feedOf(topic);
    await Promise.all([
      feed.publish([orderItem("ord_a", 2), orderItem("ord_b", 1)]),
      feed.publish([orderItem("ord_a", 3)]),
      feed.publish([orderItem("ord_a", 1)]),
    ]);
    await vi.waitFor(() => expect(itemsOf(listening)).not.toEqual([]));
    expect(itemsOf(listening)).toEqual([orderItem("ord_a", 3), orderItem("ord_b", 1)]);
    expect(listening.messages.filter((message) => message.type === "items")).toHaveLength(1);
  });

  it("names who is there, once per person, whatever script their name is in, until they leave", async () => {
    const topic = newTopic();
    const ada = await listen(topic, { id: "usr_1", name: "Ada" });
    await listen(topic, { id: "usr_1", name: "Ada" });
    const lukasz = await listen(topic, { id: "usr_2", name: "Łukasz 漢" });
    await vi.waitFor(() => expect(peopleOf(ada)).toEqual(["Ada", "Łukasz 漢"]));
    lukasz.socket.close(1000, "bye");
    await vi.waitFor(() => expect(peopleOf(ada)).toEqual(["Ada"]));
  });

  it("keeps its listeners and who they are through hibernation", async () => {
    const topic = newTopic();
    const ada = await listen(topic, { id: "usr_1", name: "Ada" });
    await evictDurableObject(feedOf(topic));
    const bo = await listen(topic, { id: "usr_2", name: "Bo" });
    await vi.waitFor(() => expect(peopleOf(bo)).toEqual(["Ada", "Bo"]));
    expect(await feedOf(topic).publish([orderItem("ord_a", 1)])).toEqual({ listeners: 2 });
    await vi.waitFor(() => expect(itemsOf(ada)).toEqual([orderItem("ord_a", 1)]));
  });

  it("answers a ping without waking", async () => {
    const listening = await listen(newTopic());
    listening.socket.send("ping");
    await vi.waitFor(() => expect(listening.texts).toContain("pong"));
    expect(listening.closed).toBeNull();
  });

  it("closes on a client that says anything else", async () => {
    const listening = await listen(newTopic());
    listening.socket.send(JSON.stringify({ type: "items", items: [] }));
    await vi.waitFor(() => expect(listening.closed).toEqual({ code: LIVE_CLOSE.policy }));
  });

  it("closes on a connection of more than 15 minutes before telling it anything more", async () => {
    const topic = newTopic();
    const listening = await listen(topic);
    const feed = feedOf(topic);
    await runInDurableObject(feed, (_instance, state) => {
      for (const socket of state.getWebSockets()) {
        socket.serializeAttachment({ id: "usr_1", name: "Ada", connectedAt: Date.now() - 16 * 60_000 });
      }
    });
    await feed.publish([orderItem("ord_a", 1)]);
    await vi.waitFor(() => expect(listening.closed).toEqual({ code: LIVE_CLOSE.renew }));
    expect(itemsOf(listening)).toEqual([]);
  });

  it("closes on a listener whose token has ended, before telling them anything more", async () => {
    const topic = newTopic();
    const [ended, other] = await Promise.all([
      listen(topic, { id: "usr_1", name: "Ada", until: Date.now() + 60_000 }),
      listen(topic, { id: "usr_2", name: "Bo", until: Date.now() + 600_000 }),
    ]);
    const feed = feedOf(topic);
    await runInDurableObject(feed, (_instance, state) => {
      for (const socket of state.getWebSockets()) {
        const listener = socket.deserializeAttachment() as { id: string };
        if (listener.id === "usr_1") socket.serializeAttachment({ ...listener, until: Date.now() - 1 });
      }
    });
    await feed.publish([orderItem("ord_a", 1)]);
    await vi.waitFor(() => expect(ended.closed).toEqual({ code: LIVE_CLOSE.renew }));
    expect(itemsOf(ended)).toEqual([]);
    await vi.waitFor(() => expect(itemsOf(other)).toEqual([orderItem("ord_a", 1)]));
  });

  it("opens one connection for a ticket, also after it has closed and the object was evicted", async () => {
    const topic = newTopic();
    const first = await listen(topic, { id: "usr_1", name: "Ada", ticket: "ticket-1" });
    expect((await connect(topic, { id: "usr_1", name: "Ada", ticket: "ticket-1" })).status).toBe(401);
    first.socket.close(1000, "bye");
    await evictDurableObject(feedOf(topic));
    expect((await connect(topic, { id: "usr_1", name: "Ada", ticket: "ticket-1" })).status).toBe(401);
    await listen(topic, { id: "usr_1", name: "Ada", ticket: "ticket-2" });
  });

  it("gives one person 20 connections, and leaves room for the others", async () => {
    const topic = newTopic();
    for (let tab = 1; tab <= 20; tab += 1) await listen(topic);
    expect((await connect(topic, { id: "usr_1", name: "Ada" })).status).toBe(429);
    await listen(topic, { id: "usr_2", name: "Bo" });
  });

  it("tells customers and shops of the order, and not who of the staff looks at it", async () => {
    const topic = newTopic();
    const customer = await listen(topic, { id: "cus_1", name: "Cy", audience: "buyers" });
    const ada = await listen(topic, { id: "usr_1", name: "Ada" });
    const deviation = {
      id: "dev_1",
      kind: "drift",
      status: "open",
      summary: "?",
      orderId: null,
      openedAt: 1,
      version: 1,
    } as const;
    await feedOf(topic).publish([orderItem("ord_a", 1), { type: "deviation", deviation }]);
    await vi.waitFor(() => expect(itemsOf(ada)).toHaveLength(2));
    await vi.waitFor(() => expect(itemsOf(customer)).toEqual([orderItem("ord_a", 1)]));
    expect(customer.messages.filter(({ type }) => type === "presence")).toEqual([]);
    expect(customer.texts.join()).not.toContain("Ada");
  });

  it("tells a warehouse of an order without its amount", async () => {
    const topic = newTopic();
    const floor = await listen(topic, { id: "usr_3", name: "Flo", audience: "floor" });
    await feedOf(topic).publish([orderItem("ord_a", 1)]);
    await vi.waitFor(() => expect(itemsOf(floor)).toMatchObject([{ order: { orderId: "ord_a", total: null } }]));
    expect(floor.texts.join()).not.toContain("1999");
  });

  it("refuses a request without an upgrade, and an upgrade without a user", async () => {
    const feed = feedOf(newTopic());
    const plain = await feed.fetch("https://feed/live");
    expect(plain.status).toBe(426);
    const nobody = await feed.fetch("https://feed/live", { headers: { upgrade: "websocket" } });
    expect(nobody.status).toBe(400);
  });
});

describe("what waits for the next batch", () => {
  it("never makes a message longer than its limit", () => {
    const outbox = new Outbox();
    outbox.add(Array.from({ length: MOST_PENDING }, (_, index) => orderItem(`ord_${index}`, 1)));
    const messages = outbox.take(5);
    expect(messages.length).toBeGreaterThan(1);
    expect(Math.max(...messages.map((message) => message.length))).toBeLessThanOrEqual(MOST_MESSAGE_LENGTH);
    const items = messages.flatMap((message) => (JSON.parse(message) as { items: LiveItem[] }).items);
    expect(items).toHaveLength(MOST_PENDING);
    expect(outbox.isEmpty).toBe(true);
  });

  it("asks for the lists to be read again when too much has changed", () => {
    const outbox = new Outbox();
    outbox.add(Array.from({ length: MOST_PENDING + 1 }, (_, index) => orderItem(`ord_${index}`, 1)));
    expect(outbox.take(7)).toEqual(['{"type":"resync","at":7}']);
    outbox.add([orderItem("ord_a", 1)]);
    expect(outbox.take(8)).toHaveLength(1);
  });

  it("asks for the lists to be read again rather than send one item beyond the limit", () => {
    const outbox = new Outbox();
    outbox.add([orderItem("x".repeat(MOST_MESSAGE_LENGTH), 1)]);
    expect(outbox.take(9)).toEqual(['{"type":"resync","at":9}']);
  });
});
