import { z } from "zod";

const rate = z.coerce.number().min(0).max(1);

const readers = z.string().trim().max(4000).default("");

/** What can be turned on a vendor: its faults, its webhooks and its time. Rates are probabilities from 0 to 1. */
export const knobsShape = z.strictObject({
  /** Milliseconds that every answer waits. */
  latencyMs: z.coerce.number().int().min(0).max(120_000).default(0),
  /** Answers 500 and does nothing. */
  errorRate: rate.default(0),
  /** Answers 429 and does nothing. */
  rate429: rate.default(0),
  /** Does what was asked, then drops the reply: 502, or half an answer. */
  lostReplyRate: rate.default(0),
  /** Answers nothing at all for longer than any caller waits; every second time it has done what was asked. */
  silentRate: rate.default(0),
  /** Delivers a webhook twice. */
  duplicateWebhooks: rate.default(0),
  /** Holds a webhook back, so that later ones overtake it. */
  reorderWebhooks: rate.default(0),
  webhookDelayMs: z.coerce.number().int().min(0).max(86_400_000).default(0),
  webhooksEnabled: z.boolean().default(true),
  /** Setting it starts the vendor's dice anew, so that a run repeats. */
  seed: z.coerce.number().int().min(0).max(0xffff_ffff).default(1),
  /** FedEx: how many times faster than ours the parcels' time runs. */
  speed: z.coerce.number().min(0).max(1_000_000).default(1),
  /** FedEx: calls taken in any minute. */
  callsPerMinute: z.coerce.number().int().min(1).max(1_000_000).default(100),
  /** SendGrid and Twilio: addresses (`ada@example.com`), domains (`@example.com`) or numbers that nothing reaches. */
  bounces: readers,
  /** The same, that everything reaches late: nothing but delays is told of it. */
  delays: readers,
  /** Stripe: how long an authorization lasts. */
  authorizationSeconds: z.coerce.number().int().min(1).max(2_592_000).default(604_800),
});

export type Knobs = z.infer<typeof knobsShape>;

/** The knobs as they are when nobody has turned one. */
export const UNTURNED: Knobs = knobsShape.parse({});

/** The knobs after a partial change; null where the change is not one. */
export function turnKnobs(knobs: Knobs, change: unknown): Knobs | null {
  const parsed = knobsShape.partial().safeParse(change);
  if (!parsed.success || typeof change !== "object" || change === null) return null;
  // Defaults would turn back whatever the change does not name.
  const named = Object.entries(parsed.data).filter(([name]) => Object.hasOwn(change, name));
  const turned = knobsShape.safeParse({ ...knobs, ...Object.fromEntries(named) });
  return turned.success ? turned.data : null;
}

/** Whether a knob names this reader: by the whole address or number, or by the domain of the address. */
export function names(knob: string, reader: string): boolean {
  const entries = knob.toLowerCase().split(/[\s,;]+/);
  const address = reader.toLowerCase();
  return entries.some((entry) => (entry.startsWith("@") ? address.endsWith(entry) : entry !== "" && entry === address));
}
