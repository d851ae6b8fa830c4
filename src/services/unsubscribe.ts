import { openOps } from "../db/ops/database.ts";
import { addOptOuts, listOptOuts, replaceOptOuts } from "../db/ops/message-opt-outs.ts";
import { type Language, LANGUAGES } from "../domain/language.ts";
import type { Env } from "../platform/env.ts";
import { hmac, isSameMac } from "../platform/hmac.ts";
import { type Topic, TOPICS } from "./messages/message-kind.ts";

/** Whom an unsubscribe link is for. The link holds no address, and can't be made for somebody else's. */
export interface Subscriber {
  /** The address as a keyed hash. */
  address: string;
  /** What the message with the link was about. */
  topic: Topic;
  language: Language;
}

/** The address as it is kept beside what its reader has unsubscribed from: a keyed hash, the same in any case. */
export async function hashedAddress(env: Env, address: string): Promise<string> {
  return hex(await hmac(env.SIGNING_SECRET, `message-address.${address.trim().toLowerCase()}`));
}

/** Whether the reader wants no messages of this topic. */
export async function isUnsubscribed(env: Env, address: string, topic: Topic): Promise<boolean> {
  return (await listOptOuts(openOps(env.OPS), await hashedAddress(env, address))).includes(topic);
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
  return TOPICS.filter((topic) => out.includes(topic));
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
  const unwanted = TOPICS.filter((topic) => !wanted.includes(topic));
  await replaceOptOuts(openOps(env.OPS), address, unwanted, now);
}

async function signature(env: Env, named: string): Promise<string> {
  return hex(await hmac(env.SIGNING_SECRET, `unsubscribe.${named}`));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
