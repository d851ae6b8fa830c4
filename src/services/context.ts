import type { Deed } from "../contracts/deed.ts";
import type { Principal } from "../contracts/principal.ts";
import type { Coordinates } from "../domain/geography.ts";
import type { Actor, Origin } from "../domain/order/events.ts";
import type { Env } from "../platform/env.ts";

/** What every service is given beside its input. */
export interface ServiceContext {
  env: Env;
  principal: Principal;
  requestId: string;
  traceparent: string | null;
  /** Epoch milliseconds at which the request came in. */
  now: number;
  /** What is to be done once, where the caller sent an Idempotency-Key and the endpoint takes one. */
  deed: Deed | null;
  /** Where the request entered the network, when the platform says so. */
  edgeLocation: Coordinates | null;
  /** The country (ISO 3166-1 alpha-2) and the network's own name of the request, when the platform says so. */
  origin: Omit<Origin, "requestId">;
  /** Work that may go on after the answer. */
  defer: (work: Promise<unknown>) => void;
}

/** The principal as the events name it. */
export function actorOf({ principal, requestId, origin }: ServiceContext): Actor {
  const { kind, id, name, role } = principal;
  return { kind, id, name, role, origin: { requestId, ...origin } };
}
