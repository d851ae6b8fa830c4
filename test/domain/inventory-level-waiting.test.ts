import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { waitingAt } from "../../src/domain/inventory-level/waiting.ts";
import { LevelBooks, newRegistration, newReservationId } from "../support/level-books.ts";

const level = (opening: number) => {
  const registration = newRegistration({ opening });
  return { books: new LevelBooks(registration), id: () => newReservationId(registration) };
};
const offered = (decision: ReturnType<LevelBooks["wait"]>) =>
  decision.kind === "refused" ? null : decision.value.offered;

describe("the line of those who wait for stock", () => {
  it("offers each what nobody who has waited longer comes first for", () => {
    const { books } = level(0);
    expect([offered(books.wait("b", 2, 20)), offered(books.wait("a", 3, 10)), offered(books.wait("c", 1, 30))]).toEqual(
      [0, 0, 0],
    );
    books.receive(4, "truck");
    expect([offered(books.wait("a", 3, 10)), offered(books.wait("b", 2, 20)), offered(books.wait("c", 1, 30))]).toEqual(
      [4, 1, 0],
    );
    expect(waitingAt(books.state, books.now)).toEqual({ units: 6, next: ["a", "b"] });
  });

  it("gives newcomers only what nobody waits for", () => {
    const { books, id } = level(0);
    books.wait("a", 3, 10);
    books.receive(4, "truck");
    expect(books.hold(id(), 2)).toEqual({ kind: "refused", refusal: { reason: "insufficient_stock", available: 1 } });
    expect(books.hold(id(), 1).kind).toBe("changed");
    expect(books.available, "what is there is no less for it").toBe(3);
  });

  it("lets nobody hold before their turn, and takes out who has got what they waited for", () => {
    const { books, id } = level(3);
    books.wait("a", 3, 10);
    books.wait("b", 2, 20);
    const b = { owner: "b", since: 20 };
    expect(books.holdInTurn(id(), 1, b)).toMatchObject({ kind: "refused", refusal: { available: 0 } });
    expect(books.holdInTurn(id(), 2, { owner: "a", since: 10 }).kind).toBe("changed");
    expect(books.state.waiters, "one of three still waits").toMatchObject([
      { owner: "a", quantity: 1 },
      { owner: "b" },
    ]);
    expect(books.holdInTurn(id(), 1, { owner: "a", since: 10 }).kind).toBe("changed");
    expect(books.state.waiters).toMatchObject([{ owner: "b", quantity: 2 }]);
    books.receive(2, "truck");
    expect(books.holdInTurn(id(), 2, b).kind).toBe("changed");
    expect(books.state.waiters).toEqual([]);
  });

  it("keeps nothing for who may not have it: units kept from a channel go to whoever comes next", () => {
    const { books, id } = level(5);
    books.configure(0, 0, { ebay: 4 });
    books.wait("marketplace", 3, 10, books.now + 9_000, "ebay");
    expect(offered(books.wait("shop", 4, 20))).toBe(4);
    expect(waitingAt(books.state, books.now).next, "one unit is for the first").toEqual(["marketplace", "shop"]);
    expect(books.hold(id(), 1)).toMatchObject({ refusal: { available: 0 } });
    expect(books.holdInTurn(id(), 4, { owner: "shop", since: 20 }).kind).toBe("changed");
    expect(books.hold(id(), 1), "the last one is kept from who waits still").toMatchObject({ kind: "changed" });
  });

  it("passes over who leaves it, and who has not said for too long that they still wait", () => {
    const { books } = level(2);
    books.wait("a", 2, 10, books.now + 5_000);
    books.wait("b", 2, 20, books.now + 50_000);
    expect(waitingAt(books.state, books.now).next).toEqual(["a"]);
    books.now += 5_000;
    expect(waitingAt(books.state, books.now)).toEqual({ units: 2, next: ["b"] });
    expect(offered(books.wait("b", 2, 20, books.now + 50_000))).toBe(2);
    books.wait("b", 0, 20);
    expect(waitingAt(books.state, books.now)).toEqual({ units: 0, next: [] });
  });

  it("writes nothing when the same is said again soon, and the new time when it is said late", () => {
    const { books } = level(0);
    books.wait("a", 2, 10, books.now + 9_000);
    expect(books.wait("a", 2, 10, books.now + 9_000).kind).toBe("unchanged");
    expect(books.wait("nobody", 0, 10).kind).toBe("unchanged");
    books.now += 6_000;
    expect(books.wait("a", 2, 10, books.now + 9_000).kind).toBe("changed");
    expect(books.wait("a", 5, 10, books.now + 9_000).kind).toBe("changed");
  });

  it("does not give a hold that has run out back before those who wait", () => {
    const { books, id } = level(2);
    const mine = id();
    books.hold(mine, 2);
    books.wait("a", 2, 10, books.now + 60_000);
    books.now += 1_000;
    expect(books.allocate(mine)).toMatchObject({ kind: "refused" });
  });

  it("serves in the order of waiting, whoever asks first, and never more than there is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 20 }),
        fc.infiniteStream(fc.nat()),
        (wishes, received, picks) => {
          const { books, id } = level(0);
          const waiting = wishes.map((quantity, index) => ({ owner: `o${index}`, since: 10 * index, quantity }));
          for (const { owner, since, quantity } of waiting) books.wait(owner, quantity, since);
          if (received > 0) books.receive(received, "truck");
          const got = new Set<string>();
          for (let tries = 0; tries < 60; tries += 1) {
            const one = waiting[(picks.next().value ?? 0) % waiting.length]!;
            if (!got.has(one.owner) && books.holdInTurn(id(), one.quantity, one).kind === "changed") got.add(one.owner);
          }
          for (const one of waiting)
            if (!got.has(one.owner) && books.holdInTurn(id(), one.quantity, one).kind === "changed") got.add(one.owner);
          let left = received;
          const expected = waiting.filter(({ quantity }) => {
            left -= quantity;
            return left >= 0;
          });
          expect([...got].sort()).toEqual(expected.map(({ owner }) => owner));
          expect(books.state.held).toBeLessThanOrEqual(received);
        },
      ),
      { numRuns: 200 },
    );
  });
});

it("names at most so many of those who wait, and counts the units of all", () => {
  const level = new LevelBooks(newRegistration({ opening: 0 }));
  const waiters = Array.from({ length: 5_000 }, (_, index) => ({
    ...{ owner: `ord_${index}`, since: index, quantity: 1, channel: "storefront" },
    until: level.now + 1_000,
  }));
  level.state = { ...level.state, onHand: 5_000, waiters };
  const { units, next } = waitingAt(level.state, level.now);
  expect(units).toBe(5_000);
  expect(next).toEqual(waiters.slice(0, 100).map(({ owner }) => owner));
});
