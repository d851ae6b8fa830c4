import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { LIVE_CLOSE, type LiveItem, type LiveMessage } from "../../src/contracts/live.ts";
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

async function listen(topic: string, user = { id: "usr_1", name: "Ada" }): Promise<Listening> {
  const answer = await feedOf(topic).fetch(`https://feed/live?topic=${encodeURIComponent(topic)}`, {
    headers: {
      upgrade: "websocket",
      "x-holdfast-user-id": user.id,
      "x-holdfast-user-name": encodeURIComponent(user.name),
    },
  });
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
  await vi.waitFor(() => expect(listening.messages.some((message) => message.type === "presence")).toBe(true));
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

  it("closes on a connection of more than an hour before telling it anything more", async () => {
    const topic = newTopic();
    const listening = await listen(topic);
    const feed = feedOf(topic);
    await runInDurableObject(feed, (_instance, state) => {
      for (const socket of state.getWebSockets()) {
        socket.serializeAttachment({ id: "usr_1", name: "Ada", connectedAt: Date.now() - 61 * 60_000 });
      }
    });
    await feed.publish([orderItem("ord_a", 1)]);
    await vi.waitFor(() => expect(listening.closed).toEqual({ code: LIVE_CLOSE.renew }));
    expect(itemsOf(listening)).toEqual([]);
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
