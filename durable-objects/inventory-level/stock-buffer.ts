import type { LevelView } from "../../src/contracts/level-rpc.ts";
import type { StockBatch } from "../../src/contracts/messages.ts";
import type { LevelKey } from "../../src/domain/ids.ts";
import type { PendingAlert } from "./storage.ts";

/**
 * Levels of one isolate share their messages: what any of them has to publish lies here, and whichever object's
 * timer comes first sends it all. Only plain data is shared, never a promise, so that no object waits for what
 * belongs to another's request.
 */

/** Where a level finds out what the queue has taken. Dropped with the object it belongs to. */
export interface Acknowledgement {
  /** The highest sequence that the queue has taken. */
  sequence: number;
  /** When it took that (epoch milliseconds). */
  takenAt: number;
  /** Names (`alertName`) of alerts that the queue has taken and that are still stored, each with when it took them. */
  alerts: Map<string, number>;
}

/** What a level has to publish. Only what is on disk may be offered, because another object may send it. */
export interface StockOffer {
  key: LevelKey;
  level: LevelView;
  alerts: readonly PendingAlert[];
  acknowledgement: Acknowledgement;
}

/** The part of the queue's binding that publishing needs. */
export interface StockSender {
  send: (batch: StockBatch) => Promise<unknown>;
}

/** A queue message may have 128 KB; the rest is for what encodes longer than it reads. */
const MESSAGE_CHARACTERS = 100_000;

/** How long offers are gathered: with the disk and the queue's own time, below the 500 ms that are promised. */
const GATHER_MS = 300;
/** By then a claimed flush has come, or its object has gone and another may claim it. */
const FLUSH_OVERDUE_MS = 100;

const offers = new Map<LevelKey, StockOffer>();
let flushDueAt: number | null = null;

/** What an alert is known by: of one level, two alerts of one kind differ in their sequence. */
export function alertName({ alert, level }: PendingAlert): string {
  return `${level.sequence}:${alert}`;
}

/** Lays an offer down to be sent with the next flush; it takes the place of an earlier one of the same level. */
export function offerStock(offer: StockOffer): void {
  offers.set(offer.key, offer);
}

/**
 * How many milliseconds from now the caller is to flush, or null when another object of the isolate will before.
 * One timer serves all levels; should its object go, the claim lapses.
 */
export function claimFlush(now: number): number | null {
  if (flushDueAt !== null && now < flushDueAt + FLUSH_OVERDUE_MS && flushDueAt <= now + GATHER_MS) return null;
  flushDueAt = now + GATHER_MS;
  return GATHER_MS;
}

/**
 * Sends everything that lies here. What the queue takes is acknowledged to its level; what it does not take lies
 * here again, unless its level has offered anew. Rejects with the queue's error when some of it was not taken.
 */
export async function flushStock(queue: StockSender): Promise<void> {
  const taken = [...offers.values()];
  offers.clear();
  flushDueAt = null;
  let failure: { error: unknown } | null = null;
  for (const { batch, sent, resend } of pack(taken)) {
    try {
      await queue.send(batch);
      for (const offer of sent) acknowledge(offer);
    } catch (error) {
      failure = { error };
      for (const offer of resend) if (!offers.has(offer.key)) offers.set(offer.key, offer);
    }
  }
  if (failure !== null) throw failure.error;
}

function acknowledge({ level, alerts, acknowledgement }: StockOffer): void {
  const now = Date.now();
  if (level.sequence > acknowledgement.sequence)
    Object.assign(acknowledgement, { sequence: level.sequence, takenAt: now });
  for (const alert of alerts) acknowledgement.alerts.set(alertName(alert), now);
}

/** Levels and alerts travel apart, so that neither is lost with the other; as many to a message as it has room for. */
function pack(taken: readonly StockOffer[]): Message[] {
  const levels = fill(
    taken.map((offer) => ({ offer: { ...offer, alerts: [] }, batch: { levels: [offer.level], alerts: [] } })),
  );
  const alerts = fill(
    taken.flatMap((offer) =>
      offer.alerts.map((alert) => ({
        // The level itself has its own message, and is acknowledged with that.
        offer: { ...offer, level: { ...offer.level, sequence: 0 }, alerts: [alert] },
        resend: offer,
        batch: { levels: [], alerts: [alert] },
      })),
    ),
  );
  return [...levels, ...alerts];
}

interface Message {
  batch: StockBatch;
  /** What is acknowledged once the queue has taken the message. */
  sent: StockOffer[];
  /** What is offered again when it has not. */
  resend: StockOffer[];
}

function fill(parts: readonly { offer: StockOffer; resend?: StockOffer; batch: StockBatch }[]): Message[] {
  const messages: Message[] = [];
  let characters = 0;
  for (const { offer, resend = offer, batch } of parts) {
    const length = JSON.stringify(batch).length;
    let message = messages.at(-1);
    if (message === undefined || characters + length > MESSAGE_CHARACTERS) {
      message = { batch: { levels: [], alerts: [] }, sent: [], resend: [] };
      messages.push(message);
      characters = 0;
    }
    characters += length;
    message.batch.levels.push(...batch.levels);
    message.batch.alerts.push(...batch.alerts);
    message.sent.push(offer);
    message.resend.push(resend);
  }
  return messages;
}
