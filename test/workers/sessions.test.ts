import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { LOCAL_PASSWORD, USERS } from "../../seed/access.ts";
import type { SignInAnswer } from "../../src/contracts/auth.ts";
import { openOps } from "../../src/db/ops/database.ts";
import { auditEntries } from "../../src/db/ops/schema/audit.ts";
import { apiKeys, sessions, users } from "../../src/db/ops/schema/people.ts";
import { sha256Hex } from "../../src/platform/sha256.ts";
import { addKey, FLOOR_WAREHOUSE, json, prepareWorld, problem, send, unique, workerEnv } from "./api-harness.ts";

const ops = openOps(env.OPS);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

beforeAll(prepareWorld);
// One clock for all tests, which only goes forward.
beforeAll(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterAll(() => void vi.useRealTimers());

function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** Somebody who has signed in, and what their browser has kept of it. */
interface Browser {
  userId: string;
  accessToken: string;
  cookie: string;
}

async function signedIn(role: "csr" | "warehouse" = "csr"): Promise<Browser> {
  const id = unique("usr");
  const email = `${id}@holdfast.example`;
  await ops.insert(users).values({
    id,
    email,
    name: "Ada",
    role,
    warehouseId: role === "warehouse" ? FLOOR_WAREHOUSE : null,
    passwordHash: USERS[0]?.passwordHash ?? "",
    active: true,
    createdAt: 0,
  });
  const answer = await send("POST", "/api/v1/auth/sign-in", { key: null, body: { email, password: LOCAL_PASSWORD } });
  return { userId: id, ...(await kept(answer)) };
}

async function kept(answer: Response): Promise<Omit<Browser, "userId">> {
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  const { accessToken } = await json<SignInAnswer>(answer);
  return { accessToken, cookie };
}

function auth(what: "refresh" | "sign-out", { cookie }: Pick<Browser, "cookie">, headers: Record<string, string> = {}) {
  return send("POST", `/api/v1/auth/${what}`, { key: null, headers: { Cookie: cookie, ...headers } });
}

async function statusOf({ accessToken }: Pick<Browser, "accessToken">, path = "/api/v1/orders"): Promise<number> {
  return (await send("GET", path, { key: accessToken })).status;
}

/** The age up to which a copy of the lists of people and keys answers. */
const CACHE_AGE = 60 * SECOND + 1;

/** A database that does not answer. */
function brokenDatabase(): D1Database {
  const away = () => {
    throw new Error("the database is away");
  };
  return { prepare: away, batch: away, exec: away, dump: away, withSession: away };
}

describe("an access token", () => {
  it("is good for 15 minutes and not longer", async () => {
    const ada = await signedIn();
    pass(14 * MINUTE);
    expect(await statusOf(ada)).toBe(200);
    // The clock tolerance of 30 seconds is for other issuers' clocks as well.
    pass(1 * MINUTE + 31 * SECOND);
    expect(await statusOf(ada)).toBe(401);
  });

  it("opens nothing any more within a minute after its person was deactivated, though nobody has asked in between", async () => {
    const ada = await signedIn();
    expect(await statusOf(ada)).toBe(200);
    await ops.update(users).set({ active: false }).where(eq(users.id, ada.userId));
    pass(CACHE_AGE);
    expect(await statusOf(ada)).toBe(401);
    await problem(await auth("refresh", ada), "unauthenticated");
  });

  it("has the role and the warehouse that its person has now, within a minute", async () => {
    const floor = await signedIn("warehouse");
    const stock = `/api/v1/inventory?warehouse=${FLOOR_WAREHOUSE}`;
    expect(await statusOf(floor, stock)).toBe(200);
    await ops
      .update(users)
      .set({ warehouseId: "elsewhere" as typeof FLOOR_WAREHOUSE })
      .where(eq(users.id, floor.userId));
    pass(CACHE_AGE);
    expect(await statusOf(floor, stock)).toBe(403);
    await ops.update(users).set({ role: "csr", warehouseId: null }).where(eq(users.id, floor.userId));
    pass(CACHE_AGE);
    expect(await statusOf(floor, "/api/v1/deviations")).toBe(200);
  });

  it("is of no use where the list of people was never read and can't be", async () => {
    const ada = await signedIn();
    const away = { ...workerEnv, OPS: brokenDatabase() };
    await problem(await send("GET", "/api/v1/orders", { key: ada.accessToken, env: away }), "temporarily_unavailable");
  });
});

describe("an API key", () => {
  it("opens nothing any more within a minute after it was revoked, though nobody has asked in between", async () => {
    const key = `hf_test_${unique("revoked-later")}`;
    await addKey(key, "csr");
    expect((await send("GET", "/api/v1/orders", { key })).status).toBe(200);
    await ops
      .update(apiKeys)
      .set({ revokedAt: 1 })
      .where(eq(apiKeys.hash, sha256Hex(key)));
    pass(CACHE_AGE);
    expect((await send("GET", "/api/v1/orders", { key })).status).toBe(401);
  });
});

describe("a refresh token", () => {
  it("is in a cookie that no script and no other site can use, and in no body", async () => {
    const { userId } = await signedIn();
    const email = `${userId}@holdfast.example`;
    const answer = await send("POST", "/api/v1/auth/sign-in", { key: null, body: { email, password: LOCAL_PASSWORD } });
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^holdfast_refresh=[0-9a-f.]+; Path=\/api\/v1\/auth; HttpOnly; SameSite=Strict$/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const token = /=([^;]+)/.exec(cookie)?.[1] ?? "";
    expect(await answer.text()).not.toContain(token.split(".")[0]);
    const secure = await send("POST", "/api/v1/auth/sign-in", {
      key: null,
      body: { email, password: LOCAL_PASSWORD },
      env: { ...workerEnv, PUBLIC_URL: "https://holdfast.test" },
    });
    expect(secure.headers.get("set-cookie")).toMatch(/^__Secure-holdfast_refresh=.*; SameSite=Strict; Secure$/);
  });

  it("is stored in no form that it could be made from", async () => {
    const { cookie } = await signedIn();
    const stored = JSON.stringify(await ops.select().from(sessions));
    for (const part of cookie.slice(cookie.indexOf("=") + 1).split(".")) {
      if (part.length > 8) expect(stored).not.toContain(part);
    }
  });

  it("gives an access token and the next refresh token", async () => {
    let browser: Pick<Browser, "accessToken" | "cookie"> = await signedIn();
    for (let hour = 0; hour < 3; hour += 1) {
      pass(HOUR);
      const before = browser.cookie;
      browser = await kept(await auth("refresh", browser));
      expect(browser.cookie).not.toBe(before);
      expect(await statusOf(browser)).toBe(200);
    }
  });

  it("that is used again ends the session, for the thief and for the person", async () => {
    const ada = await signedIn();
    const next = await kept(await auth("refresh", ada));
    pass(31 * SECOND);
    await problem(await auth("refresh", ada), "unauthenticated");
    await problem(await auth("refresh", next), "unauthenticated");
    expect(await statusOf(next)).toBe(401);
    const entries = await ops
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.subject, `user:${ada.userId}`));
    expect(entries.map(({ action }) => action)).toContain("user.refresh_token_reused");
  });

  it("that several tabs send at once, or whose answer was lost, gives all of them the same next one", async () => {
    const ada = await signedIn();
    const tabs = await Promise.all([1, 2, 3, 4].map(async () => kept(await auth("refresh", ada))));
    expect(new Set(tabs.map(({ cookie }) => cookie)).size).toBe(1);
    pass(20 * SECOND);
    const late = await kept(await auth("refresh", ada));
    expect(late.cookie).toBe(tabs[0]?.cookie);
    expect(await statusOf(late)).toBe(200);
  });

  it("is good for two hours after the last, and for ten hours in all", async () => {
    const left = await signedIn();
    pass(2 * HOUR);
    await problem(await auth("refresh", left), "unauthenticated");
    let browser: Pick<Browser, "accessToken" | "cookie"> = await signedIn();
    for (let hour = 1; hour < 10; hour += 1) {
      pass(HOUR);
      browser = await kept(await auth("refresh", browser));
    }
    pass(HOUR);
    await problem(await auth("refresh", browser), "unauthenticated");
  });

  it("that is not one of ours ends nobody's session", async () => {
    const ada = await signedIn();
    const [family = "", , signature = ""] = ada.cookie.slice(ada.cookie.indexOf("=") + 1).split(".");
    for (const forged of ["", "x", `${family}.9.${signature}`, `${family}.1.${"0".repeat(32)}`])
      await problem(await auth("refresh", { cookie: `holdfast_refresh=${forged}` }), "unauthenticated");
    expect((await auth("refresh", ada)).status).toBe(200);
  });
});

describe("signing out", () => {
  it("ends the session at once, its access tokens with it, and has the browser forget the cookie", async () => {
    const ada = await signedIn();
    expect(await statusOf(ada)).toBe(200);
    const out = await auth("sign-out", ada);
    expect(out.status).toBe(204);
    expect(out.headers.get("set-cookie")).toContain("holdfast_refresh=; Path=/api/v1/auth;");
    expect(out.headers.get("set-cookie")).toContain("Max-Age=0");
    await problem(await auth("refresh", ada), "unauthenticated");
    expect(await statusOf(ada)).toBe(401);
    const entries = await ops
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.subject, `user:${ada.userId}`));
    expect(entries.at(-1)).toMatchObject({ action: "user.signed_out", actor: { kind: "user", id: ada.userId } });
  });

  it("ends no other session of the same person", async () => {
    const ada = await signedIn();
    const email = `${ada.userId}@holdfast.example`;
    const elsewhere = await kept(
      await send("POST", "/api/v1/auth/sign-in", { key: null, body: { email, password: LOCAL_PASSWORD } }),
    );
    await auth("sign-out", ada);
    expect(await statusOf(elsewhere)).toBe(200);
    expect((await auth("refresh", elsewhere)).status).toBe(200);
  });

  it("needs no session", async () => {
    expect((await auth("sign-out", { cookie: "" })).status).toBe(204);
  });
});

describe("a page of another origin", () => {
  it.each(["https://evil.example", "https://shop.holdfast.test", "null"])(
    "can't sign its visitors in, out or on: %s",
    async (origin) => {
      const ada = await signedIn();
      const headers = { Origin: origin };
      await problem(await auth("refresh", ada, headers), "forbidden");
      await problem(await auth("sign-out", ada, headers), "forbidden");
      const body = { email: `${ada.userId}@holdfast.example`, password: LOCAL_PASSWORD };
      const signIn = await send("POST", "/api/v1/auth/sign-in", { key: null, body, headers });
      expect(signIn.headers.get("set-cookie")).toBeNull();
      await problem(signIn, "forbidden");
      expect((await auth("refresh", ada, { Origin: "https://holdfast.test" })).status).toBe(200);
    },
  );
});
