import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { LOCAL_PASSWORD, USERS } from "../../seed/access.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { auditEntries } from "../../src/db/ops/schema/audit.ts";
import { signInTries, users } from "../../src/db/ops/schema/people.ts";
import { networkOf } from "../../src/platform/network-of.ts";
import type * as SignInService from "../../src/services/sign-in.ts";
import { serviceContext, unique } from "./api-harness.ts";
import { migrateOps } from "./migrate-ops.ts";

const ops = openOps(env.OPS);
const MINUTE = 60_000;
let service: typeof SignInService;

beforeAll(async () => {
  await migrateOps();
  await newIsolate();
});

/** A member of staff of one test's own. */
async function newUser(): Promise<string> {
  const email = `${unique("staff")}@holdfast.example`;
  await ops.insert(users).values({
    id: unique("usr"),
    email,
    name: "Ada",
    role: "csr",
    warehouseId: null,
    passwordHash: USERS[0]?.passwordHash ?? "",
    active: true,
    createdAt: 0,
  });
  return email;
}

/** The network of one test's own. */
let here = "";
beforeEach(() => {
  here = unique("203.0.113");
});

const deferred: Promise<unknown>[] = [];
const defer = (work: Promise<unknown>) => void deferred.push(work);
afterEach(async () => void (await Promise.allSettled(deferred.splice(0))));

/** From here on the code runs as in an isolate that has seen nothing yet. */
async function newIsolate(): Promise<void> {
  vi.resetModules();
  service = await import("../../src/services/sign-in.ts");
}

/** The code of what came of a try. */
async function tryIn(email: string, password: string, { now = Date.now(), from = here } = {}): Promise<string> {
  const result = await service.signIn(
    { ...serviceContext({ role: "customer" }), now, defer },
    { email, password },
    from,
  );
  return result.ok ? "signed in" : result.problem.code;
}

async function failAll(email: string, times: number, options: Parameters<typeof tryIn>[2] = {}): Promise<string[]> {
  const codes: string[] = [];
  for (let n = 0; n < times; n += 1) codes.push(await tryIn(email, `guess ${n}`, options));
  return codes;
}

describe("whoever fails too often to sign in", () => {
  it("has to wait, whichever isolate they meet, also with the right password", async () => {
    const email = await newUser();
    const now = Date.now();
    for (let isolate = 1; isolate <= 5; isolate += 1) {
      expect(await failAll(email, 2, { now })).toEqual(["unauthenticated", "unauthenticated"]);
      await newIsolate();
    }
    expect(await tryIn(email, LOCAL_PASSWORD, { now })).toBe("rate_limited");
    expect(await tryIn(email.toUpperCase(), LOCAL_PASSWORD, { now: now + 5 * MINUTE - 1 })).toBe("rate_limited");
    expect(await tryIn(email, LOCAL_PASSWORD, { now: now + 5 * MINUTE })).toBe("signed in");
  });

  it("has to wait when all their tries come at once", async () => {
    const email = await newUser();
    const codes = await Promise.all(Array.from({ length: 25 }, (_, n) => tryIn(email, `guess ${n}`)));
    expect(codes.filter((code) => code === "unauthenticated")).toHaveLength(10);
    expect(codes.filter((code) => code === "rate_limited")).toHaveLength(15);
  });

  it("has to wait at every account, once they have failed at many", async () => {
    const email = await newUser();
    const codes: string[] = [];
    for (let n = 0; n < 40; n += 1) codes.push(await tryIn(`${unique("guessed")}@holdfast.example`, "guess"));
    expect(codes.slice(0, 30)).not.toContain("rate_limited");
    expect(new Set(codes.slice(30))).toEqual(new Set(["rate_limited"]));
    expect(await tryIn(email, LOCAL_PASSWORD)).toBe("rate_limited");
    expect(await tryIn(email, LOCAL_PASSWORD, { from: "elsewhere" })).toBe("signed in");
  });

  it("locks nobody else out of the account, however many addresses they have", async () => {
    const email = await newUser();
    const now = Date.now();
    await tryIn(email, "guess", { now });
    const [tried] = await ops.select().from(signInTries).where(eq(signInTries.since, now));
    for (let n = 1; n <= 200; n += 1)
      await ops.insert(signInTries).values({ ...tried!, client: `another-${n}`, tries: 10 });
    const owner = { now, from: unique("home") };
    expect(await failAll(email, 2, owner), "a mistyped password, and again").not.toContain("rate_limited");
    expect(await tryIn(email, LOCAL_PASSWORD, owner)).toBe("signed in");
    const guesser = { now, from: unique("botnet") };
    expect(
      (await failAll(email, 10, guesser)).filter((code) => code === "unauthenticated"),
      "far fewer",
    ).toHaveLength(3);
  });

  it("begins anew once they have signed in", async () => {
    const email = await newUser();
    await failAll(email, 9);
    expect(await tryIn(email, LOCAL_PASSWORD)).toBe("signed in");
    expect(await failAll(email, 9)).not.toContain("rate_limited");
    expect(await tryIn(email, LOCAL_PASSWORD)).toBe("signed in");
  });

  it("leaves no trace of who it was once the wait is over", async () => {
    const now = Date.now() + 60 * MINUTE;
    await failAll("somebody@holdfast.example", 1, { now });
    expect(JSON.stringify(await ops.select().from(signInTries))).not.toMatch(/somebody|203\.0/);
    await failAll("another@holdfast.example", 1, { now: now + 5 * MINUTE });
    expect(await ops.select().from(signInTries)).toHaveLength(1);
  });
});

describe("the audit trail", () => {
  it("has who signed in and where a password was not right, and nobody whom there is not", async () => {
    const email = await newUser();
    const [user] = await ops.select().from(users).where(eq(users.email, email));
    const before = await ops.$count(auditEntries);
    expect(await tryIn(email, "wrong")).toBe("unauthenticated");
    await Promise.allSettled(deferred.splice(0));
    expect(await tryIn("nobody-at-all@holdfast.example", "wrong")).toBe("unauthenticated");
    expect(await tryIn(email, LOCAL_PASSWORD)).toBe("signed in");
    await Promise.allSettled(deferred.splice(0));
    const entries = await ops
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.subject, `user:${user?.id}`));
    expect(entries).toMatchObject([
      { action: "user.sign_in_refused" },
      { action: "user.signed_in", actor: { kind: "user", id: user?.id, role: "csr" } },
    ]);
    expect(await ops.$count(auditEntries)).toBe(before + 2);
    expect(JSON.stringify(entries)).not.toContain(email);
  });
});

describe("a network", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:ffff::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["somewhere", "unknown"],
    ["1::2::3", "unknown"],
    [null, "unknown"],
  ])("of %s is %s: a subscriber's 64 bits of IPv6 count as one", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
