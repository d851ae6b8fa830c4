import { type LiveItem, liveKey } from "../../src/contracts/live.ts";

/** Past this many different subjects in one batch, reading the lists again is cheaper than receiving them one by one. */
export const MOST_PENDING = 2_000;
/** A message is at most this many UTF-16 units of JSON, so that one batch never blocks a slow connection for long. */
export const MOST_MESSAGE_LENGTH = 64 * 1024;

/**
 * What is to be sent with the next batch. Keeps one item per subject, the newest; when there are more than
 * `MOST_PENDING` it keeps none and says `overflowed`.
 */
export class Outbox {
  #items = new Map<string, { version: number; item: LiveItem }>();
  #overflowed = false;

  get isEmpty(): boolean {
    return this.#items.size === 0 && !this.#overflowed;
  }

  /** Adds items; an item that is older than what waits already, or as old, is dropped. */
  add(items: readonly LiveItem[]): void {
    if (this.#overflowed) return;
    for (const item of items) {
      const { key, version } = liveKey(item);
      const waiting = this.#items.get(key);
      if (waiting !== undefined && waiting.version >= version) continue;
      this.#items.set(key, { version, item });
    }
    if (this.#items.size > MOST_PENDING) {
      this.#items.clear();
      this.#overflowed = true;
    }
  }

  /** Takes everything out as messages that are ready to send, each within `MOST_MESSAGE_LENGTH`. `at`: epoch ms. */
  take(at: number): string[] {
    const items = [...this.#items.values()].map((waiting) => JSON.stringify(waiting.item));
    const overflowed = this.#overflowed || items.some((text) => text.length > MOST_MESSAGE_LENGTH - ENVELOPE_LENGTH);
    this.#items.clear();
    this.#overflowed = false;
    if (overflowed) return [JSON.stringify({ type: "resync", at })];
    return pack(items).map((packed) => `{"type":"items","at":${at},"items":[${packed}]}`);
  }
}

/** More than the brackets around the items ever take. */
const ENVELOPE_LENGTH = 100;

function pack(items: readonly string[]): string[] {
  const packed: string[] = [];
  let current = "";
  for (const text of items) {
    if (current !== "" && current.length + text.length + 1 > MOST_MESSAGE_LENGTH - ENVELOPE_LENGTH) {
      packed.push(current);
      current = "";
    }
    current = current === "" ? text : `${current},${text}`;
  }
  if (current !== "") packed.push(current);
  return packed;
}
