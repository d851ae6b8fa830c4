import { describe, expect, it } from "vitest";
import { describeWork, isSettled, openWork, overdueEffects } from "../faults/open-work.ts";
import type { RawEffect, RawState } from "../faults/raw-rows.ts";
import { healthyWorld } from "./faults-world.ts";

function effectsOf(state: RawState, kind: string): RawEffect[] {
  return state.ledgers.flatMap((ledger) => ledger.effects).filter(({ effect }) => effect.kind === kind);
}

describe("whether a system has come to rest", () => {
  it("it has, while it only waits for a customer and for a parcel", () => {
    const { state } = healthyWorld();
    expect(describeWork(openWork(state))).toBe("nothing");
    expect(isSettled(openWork(state))).toBe(true);
    expect(overdueEffects(state)).toEqual([]);
  });

  it("it has not, while an effect is with somebody", () => {
    const { state } = healthyWorld();
    for (const effect of effectsOf(state, "ShipStock"))
      Object.assign(effect, { status: "leased", settledAt: null, dueAt: state.readAt + 40_000 });
    expect(describeWork(openWork(state))).toBe("2 ShipStock leased");
    expect(overdueEffects(state)).toEqual([]);
  });

  it("a lease that has ended long ago and was not taken back is overdue", () => {
    const { state } = healthyWorld();
    for (const effect of effectsOf(state, "ShipStock"))
      Object.assign(effect, { status: "leased", settledAt: null, dueAt: state.readAt - 60_000 });
    expect(overdueEffects(state)).toHaveLength(2);
  });

  it("an effect that waits for an empty lane is overdue, one behind another is not", () => {
    const { state } = healthyWorld();
    const [capture] = effectsOf(state, "CapturePayment");
    const [authorize] = effectsOf(state, "AuthorizePayment").filter(({ orderId }) => orderId === capture?.orderId);
    if (capture === undefined || authorize === undefined) throw new Error("the shipped order was paid");
    Object.assign(capture, { status: "blocked", settledAt: null, dueAt: null });
    expect(overdueEffects(state)).toEqual([capture]);
    Object.assign(authorize, { status: "due", settledAt: null, dueAt: state.readAt + 600_000 });
    expect(overdueEffects(state)).toEqual([]);
  });

  it("it has, while somebody asks whether the customer has answered, and has not once they have", () => {
    const { state } = healthyWorld();
    for (const effect of effectsOf(state, "AwaitPayment")) effect.dueAt = state.readAt - 5_000;
    expect(describeWork(openWork(state))).toBe("nothing");
    for (const intent of state.books.intents)
      if (intent.status === "requires_action") intent.status = "requires_capture";
    expect(describeWork(openWork(state))).toBe("1 AwaitPayment due");
  });

  it("it has not, while an order is not in the lists, a webhook is on its way or a level is not shown", () => {
    const { state } = healthyWorld();
    state.books.undelivered = 2;
    for (const row of state.ledgers.flatMap((ledger) => ledger.orders)) row.projected -= 1;
    for (const row of state.ops.stock) row.sequence -= 1;
    expect(describeWork(openWork(state))).toBe(
      "3 orders not in the lists, 2 webhooks not delivered, 4 levels not in the list",
    );
    expect(isSettled(openWork(state))).toBe(false);
  });
});
