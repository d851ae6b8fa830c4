import { type Topic, TOPICS } from "../contracts/notification-preferences.ts";
import type { MessageChannel } from "../contracts/notification-templates.ts";
import { openOps } from "../db/ops/database.ts";
import { addOptOuts, copyOptOuts, listOptOuts, replaceOptOuts } from "../db/ops/message-opt-outs.ts";
import { emailKey } from "../domain/email.ts";
import { type Language, LANGUAGES } from "../domain/language.ts";
import type { Env } from "../platform/env.ts";
import { hmac, isSameMac } from "../platform/hmac.ts";

/** Whom an unsubscribe link is for. The link holds no address, and can't be made for somebody else's. */
export interface Subscriber {
  /** The address as a keyed hash. */
  address: string;
  /** What the message with the link was about. */
  topic: Topic;
  language: Language;
}

/** The address as it is kept beside what its reader has unsubscribed from: a keyed hash, the same however it is written. */
export async function hashedAddress(env: Env, address: string): Promise<string> {
  return hex(await hmac(env.SIGNING_SECRET, `message-address.${emailKey(address)}`));
}

/** Where somebody is reached; null or left out where they are not. */
export interface Reach {
  email?: string | null | undefined;
  phone?: string | null | undefined;
}

/** By which way each topic may be told; null where there is no such way. */
export type Preferences = Record<Topic, Record<MessageChannel, boolean | null>>;

/**
 * What is kept beside an address: a topic by itself (nothing of it, however its reader may be reached: what an
 * unsubscribe link asks for), or with the way in which it is not to be told there, while it is in the other.
 */
const notBy = (topic: Topic, channel: MessageChannel) => `${topic}/${channel}`;
const isOf = (topic: Topic) => (kept: string) => kept === topic || kept.startsWith(`${topic}/`);

/** By which way the reader of these addresses wants to be told of each topic. */
export async function readPreferences(env: Env, { email, phone }: Reach): Promise<Preferences> {
  const outOf = async (address: string | null | undefined) =>
    address == null ? null : listOptOuts(openOps(env.OPS), await hashedAddress(env, address));
  const [byMail, bySms] = await Promise.all([outOf(email), outOf(phone)]);
  const isOut = (topic: Topic) => byMail?.includes(topic) === true || bySms?.includes(topic) === true;
  const wants = (kept: string[] | null, topic: Topic, channel: MessageChannel) =>
    kept === null ? null : !isOut(topic) && !kept.includes(notBy(topic, channel));
  return byTopic((topic) => ({ email: wants(byMail, topic, "email"), sms: wants(bySms, topic, "sms") }));
}

/** Keeps by which way the reader of these addresses wants to be told of each topic. */
export async function keepPreferences(
  env: Env,
  { email, phone }: Reach,
  wanted: Preferences,
  now: number,
): Promise<void> {
  const out = (channel: MessageChannel, other: MessageChannel) =>
    TOPICS.flatMap((topic) => {
      if (wanted[topic][channel] !== false) return [];
      return [wanted[topic][other] === true ? notBy(topic, channel) : topic];
    });
  const choices: { address: string; topics: string[] }[] = [];
  if (email != null) choices.push({ address: await hashedAddress(env, email), topics: out("email", "sms") });
  if (phone != null) choices.push({ address: await hashedAddress(env, phone), topics: out("sms", "email") });
  await replaceOptOuts(openOps(env.OPS), choices, now);
}

/** A record of something for each topic. */
export function byTopic<Value>(valueOf: (topic: Topic) => Value): Record<Topic, Value> {
  return Object.fromEntries(TOPICS.map((topic) => [topic, valueOf(topic)])) as Record<Topic, Value>;
}

/** Whoever has a new address has unsubscribed there from what they had before. Does nothing where it is the same. */
export async function moveOptOuts(
  env: Env,
  moves: readonly { from: string | null; to: string | null }[],
): Promise<void> {
  for (const { from, to } of moves)
    if (from !== null && to !== null && from !== to)
      await copyOptOuts(openOps(env.OPS), await hashedAddress(env, from), await hashedAddress(env, to));
}

/** Where the reader of a message chooses what to be written about. Good for ever, as the law wants it. */
export async function unsubscribeUrl(
  env: Env,
  { address, topic, language }: { address: string; topic: Topic; language: Language },
): Promise<string> {
  const named = `${await hashedAddress(env, address)}.${topic}.${language}`;
  return `${env.PUBLIC_URL}/unsubscribe/${named}.${await signature(env, named)}`;
}

/** Whom the token of a link names; null for every token that is not ours. */
export async function readUnsubscribeToken(env: Env, token: string): Promise<Subscriber | null> {
  const found = /^([0-9a-f]{32})\.([a-z_]{1,40})\.([a-z]{2})\.([0-9a-f]{32})$/.exec(token);
  if (found === null) return null;
  const [, address = "", topicName, languageName, mac = ""] = found;
  const wanted = await signature(env, `${address}.${topicName}.${languageName}`);
  const encoder = new TextEncoder();
  if (!isSameMac(encoder.encode(mac), encoder.encode(wanted))) return null;
  const topic = TOPICS.find((one) => one === topicName);
  const language = LANGUAGES.find((one) => one === languageName);
  return topic === undefined || language === undefined ? null : { address, topic, language };
}

/** What the reader has unsubscribed from. */
export async function unsubscribedTopics(env: Env, { address }: Subscriber): Promise<Topic[]> {
  const out = await listOptOuts(openOps(env.OPS), address);
  return TOPICS.filter((topic) => out.some(isOf(topic)));
}

/** Unsubscribes from what the message with the link was about, as a mail program's own button does. */
export async function unsubscribe(env: Env, { address, topic }: Subscriber, now: number): Promise<void> {
  await addOptOuts(openOps(env.OPS), address, [topic], now);
}

/** Keeps what the reader wants to be written about; from everything else they are unsubscribed. */
export async function chooseTopics(
  env: Env,
  { address }: Subscriber,
  wanted: readonly string[],
  now: number,
): Promise<void> {
  const ops = openOps(env.OPS);
  const before = await listOptOuts(ops, address);
  // What is told in another way instead stays so: the page only shows it as not told here.
  const topics = TOPICS.filter((topic) => !wanted.includes(topic)).flatMap((topic) => {
    const kept = before.filter(isOf(topic));
    return kept.length > 0 ? kept : [topic];
  });
  await replaceOptOuts(ops, [{ address, topics }], now);
}

async function signature(env: Env, named: string): Promise<string> {
  return hex(await hmac(env.SIGNING_SECRET, `unsubscribe.${named}`));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
