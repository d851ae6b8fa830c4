import { checkAll } from "../faults/invariants/check-all.ts";
import type { Finding } from "../faults/invariants/finding.ts";
import type { RawLevel, RawState } from "../faults/raw-rows.ts";
import { type FaultsWorld, healthyWorld } from "./faults-world.ts";

/** What is done to the rows, and the title of the check that must notice. */
export type Damage = [what: string, notices: string, damage: (world: FaultsWorld) => void];

/** What the checks find in a healthy world after this was done to it. */
export function damaged(damage: (world: FaultsWorld) => void): Finding[] {
  const world = structuredClone(healthyWorld());
  damage(world);
  return checkAll(world.state, world.journal).filter(({ violations }) => violations.length > 0);
}

/** The first of them; there must be one. */
export function first<Value>(values: readonly Value[]): Value {
  const [value] = values;
  if (value === undefined) throw new Error("there is none");
  return value;
}

/** The one at this place; there must be one. */
export function at<Value>(values: readonly Value[], index: number): Value {
  return first(values.slice(index));
}

/** The level that holds for this order. */
export const levelOf = (state: RawState, order: string): RawLevel =>
  first(state.levels.filter(({ reservations }) => reservations.some(({ id }) => id.includes(order))));
/** An effect of an order that lives in its ledger. */
export const effectOf = (state: RawState, order: string, kind: string) =>
  first(
    state.ledgers
      .flatMap((ledger) => ledger.effects)
      .filter(({ orderId, effect }) => orderId === order && effect.kind === kind),
  );
/** The row of an order that lives in its ledger. */
export const rowOf = (state: RawState, order: string) =>
  first(state.ledgers.flatMap((ledger) => ledger.orders).filter((row) => row.order.id === order));

/** The provider's intent of this id. */
export const intentOf = (state: RawState, id: string) =>
  first(state.books.intents.filter((intent) => intent.id === id));
