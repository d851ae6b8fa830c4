import { afterEach, describe, expect, it, vi } from "vitest";
import { GroupCommit, type GroupMemory } from "../../durable-objects/group-commit.ts";
import { newRegistration } from "../support/level-books.ts";
import { inside } from "./level-harness.ts";

interface Draft {
  total: number;
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** A memory of one number, which every job adds to, and a row for each addition. */
function newMemory(beforeCommit?: (draft: Draft) => void) {
  const adopted: number[] = [];
  const memory: GroupMemory<Draft> = {
    draft: () => ({ total: adopted.at(-1) ?? 0 }),
    savepoint: (draft) => {
      const { total } = draft;
      return () => {
        draft.total = total;
      };
    },
    adopt: (draft) => void adopted.push(draft.total),
    ...(beforeCommit === undefined ? {} : { beforeCommit }),
  };
  return { adopted, memory };
}

/** Runs in an object of its own, with an empty table `additions`. */
function inNewObject<Value>(run: (storage: DurableObjectStorage) => Promise<Value>): Promise<Value> {
  return inside(newRegistration(), (_level, { storage }) => {
    storage.sql.exec("CREATE TABLE additions (amount INTEGER NOT NULL CHECK (amount < 100))");
    return run(storage);
  });
}

function stored(storage: DurableObjectStorage): number[] {
  return storage.sql
    .exec<{ amount: number }>("SELECT amount FROM additions ORDER BY rowid")
    .toArray()
    .map(({ amount }) => amount);
}

function adding(storage: DurableObjectStorage, amount: number) {
  return (draft: Draft): number => {
    draft.total += amount;
    storage.sql.exec("INSERT INTO additions VALUES (?)", amount);
    return draft.total;
  };
}

describe("a group commit", () => {
  it("runs what arrives in one turn in one transaction, in order, each seeing those before it", async () => {
    await inNewObject(async (storage) => {
      const { adopted, memory } = newMemory();
      const group = new GroupCommit(storage, memory);
      const transactions = vi.spyOn(storage, "transactionSync");
      const results = await Promise.all([1, 2, 3].map((amount) => group.run(adding(storage, amount))));
      expect(results).toEqual([1, 3, 6]);
      expect(adopted).toEqual([6]);
      expect(stored(storage)).toEqual([1, 2, 3]);
      expect(transactions).toHaveBeenCalledTimes(1);
      expect(await group.run(adding(storage, 4))).toBe(10);
    });
  });

  it("undoes and rejects a job that throws, alone, by running the group again with each job nested", async () => {
    await inNewObject(async (storage) => {
      const { adopted, memory } = newMemory();
      const group = new GroupCommit(storage, memory);
      const transactions = vi.spyOn(storage, "transactionSync");
      const failure = new Error("no");
      const results = await Promise.allSettled([
        group.run(adding(storage, 1)),
        group.run((draft) => {
          adding(storage, 50)(draft);
          throw failure;
        }),
        group.run(adding(storage, 100)),
        group.run(adding(storage, 2)),
      ]);
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
      expect(results[1]).toMatchObject({ reason: failure });
      expect(adopted).toEqual([3]);
      expect(stored(storage)).toEqual([1, 2]);
      expect(transactions, "one that is undone, one that stays, and one nested for each job").toHaveBeenCalledTimes(6);
    });
  });

  it("needs one transaction for a job that is alone, and undoes it when it throws", async () => {
    await inNewObject(async (storage) => {
      const { adopted, memory } = newMemory();
      const group = new GroupCommit(storage, memory);
      const transactions = vi.spyOn(storage, "transactionSync");
      expect(await group.run(adding(storage, 1))).toBe(1);
      expect(transactions).toHaveBeenCalledTimes(1);
      const failing = group.run((draft) => {
        adding(storage, 2)(draft);
        throw new Error("no");
      });
      await expect(failing).rejects.toThrow("no");
      expect(stored(storage)).toEqual([1]);
      expect(adopted).toEqual([1]);
    });
  });

  it("rejects a job that answers a promise, with what it wrote", async () => {
    await inNewObject(async (storage) => {
      const { adopted, memory } = newMemory();
      const group = new GroupCommit(storage, memory);
      const late = group.run((draft) => Promise.resolve(adding(storage, 1)(draft)));
      const timely = group.run(adding(storage, 2));
      await expect(late).rejects.toThrow(TypeError);
      expect(await timely).toBe(2);
      expect(stored(storage)).toEqual([2]);
      expect(adopted).toEqual([2]);
    });
  });

  it("rejects every job and leaves memory alone when what belongs to the group fails", async () => {
    await inNewObject(async (storage) => {
      let fails = true;
      const { adopted, memory } = newMemory(() => {
        if (fails) storage.sql.exec("INSERT INTO additions VALUES (100)");
      });
      const group = new GroupCommit(storage, memory);
      const results = await Promise.allSettled([group.run(adding(storage, 1)), group.run(adding(storage, 2))]);
      expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
      expect(adopted).toEqual([]);
      expect(stored(storage)).toEqual([]);
      fails = false;
      expect(await group.run(adding(storage, 5))).toBe(5);
      expect(stored(storage)).toEqual([5]);
    });
  });

  it("rejects every job and leaves memory alone when the transaction fails as it ends", async () => {
    await inNewObject(async (storage) => {
      const { adopted, memory } = newMemory();
      let depth = 0;
      const failing = {
        transactionSync<Value>(closure: () => Value): Value {
          depth += 1;
          const outermost = depth === 1;
          try {
            return storage.transactionSync(() => {
              const value = closure();
              if (outermost) throw new Error("fsync says no");
              return value;
            });
          } finally {
            depth -= 1;
          }
        },
      };
      const group = new GroupCommit(failing, memory);
      const results = await Promise.allSettled([group.run(adding(storage, 1)), group.run(adding(storage, 2))]);
      expect(results).toMatchObject([
        { reason: { message: "fsync says no" } },
        { reason: { message: "fsync says no" } },
      ]);
      expect(adopted).toEqual([]);
      expect(stored(storage)).toEqual([]);
    });
  });

  it("takes what arrives while it settles into the next group", async () => {
    await inNewObject(async (storage) => {
      const { adopted, memory } = newMemory();
      const group = new GroupCommit(storage, memory);
      const chained = group.run(adding(storage, 1)).then(() => group.run(adding(storage, 2)));
      expect(await chained).toBe(3);
      expect(adopted).toEqual([1, 3]);
    });
  });
});
