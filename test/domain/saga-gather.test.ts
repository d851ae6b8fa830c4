import { describe, expect, it } from "vitest";
import { gather } from "../../src/saga/gather.ts";

/** Asks of words how long they are, by their first letter; remembers each call. */
function counter() {
  const calls: string[][] = [];
  const ask = gather(
    (word: string) => word.charAt(0),
    async (words, letter) => {
      calls.push(words);
      if (letter === "x") throw new Error("x is away");
      if (letter === "y") return [];
      return words.map((word) => word.length);
    },
  );
  return { calls, ask };
}

describe("questions of one turn", () => {
  it("go in one call for each key, and each has its own answer", async () => {
    const { calls, ask } = counter();
    expect(await Promise.all(["a", "bbb", "aa", "a"].map(ask))).toEqual([1, 3, 2, 1]);
    expect(calls).toEqual([["a", "aa", "a"], ["bbb"]]);
  });

  it("that are asked after a few awaits still go along, and those of the next turn go by themselves", async () => {
    const { calls, ask } = counter();
    const late = async () => {
      await Promise.resolve();
      await Promise.resolve();
      return ask("aa");
    };
    await Promise.all([ask("a"), late()]);
    await ask("aaa");
    expect(calls).toEqual([["a", "aa"], ["aaa"]]);
  });

  it("fail together where their call fails or answers too little, and leave other keys alone", async () => {
    const { ask } = counter();
    const settled = await Promise.allSettled(["x1", "a", "x2", "y"].map(ask));
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected", "rejected"]);
  });
});
