import type { ReturnId } from "../domain/ids.ts";
import { orderOfReturn } from "../domain/ids.ts";
import type { Env } from "../platform/env.ts";
import { hmac, isSameMac } from "../platform/hmac.ts";

/**
 * Where whoever has the link gets the label of the return that a message is about, without signing in; undefined where
 * it is about no return. What the link opens ends by itself: there is a label until the parcel has arrived.
 */
export async function returnLabelUrl(env: Env, about: string): Promise<string | undefined> {
  const id = about.startsWith("return:") ? about.slice("return:".length) : "";
  return orderOfReturn(id) === null ? undefined : `${env.PUBLIC_URL}/return-label/${id}.${await signature(env, id)}`;
}

/** The return that the token of a link names; null for every token that is not ours. */
export async function readReturnLabelToken(env: Env, token: string): Promise<ReturnId | null> {
  const [id = "", mac = "", ...rest] = token.split(".");
  if (rest.length > 0 || orderOfReturn(id) === null) return null;
  const encoder = new TextEncoder();
  return isSameMac(encoder.encode(mac), encoder.encode(await signature(env, id))) ? (id as ReturnId) : null;
}

async function signature(env: Env, id: string): Promise<string> {
  const bytes = await hmac(env.SIGNING_SECRET, `return-label.${id}`);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
