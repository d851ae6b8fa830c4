import { describe, expect, it } from "vitest";
import { z } from "zod";
import { etagOf, expectedVersion, isKnown } from "../../src/api/conditional.ts";
import { makeCursor, readCursor } from "../../src/api/cursor.ts";
import { isDeeperThan, isJson, MAX_BODY_BYTES, parseJson, readText } from "../../src/api/read-body.ts";
import { isUnavailable } from "../../src/api/is-unavailable.ts";

const SECRET = "a secret of this test";
const position = z.strictObject({ createdAt: z.int(), id: z.string() });

describe("cursors", () => {
  it("come back as the position they were made of", async () => {
    const cursor = await makeCursor(SECRET, "orders", { createdAt: 5, id: "ord_x" });
    expect(await readCursor(SECRET, "orders", cursor, position)).toEqual({
      ok: true,
      value: { createdAt: 5, id: "ord_x" },
    });
  });

  it("stand for the beginning when there is none", async () => {
    expect(await readCursor(SECRET, "orders", undefined, position)).toEqual({ ok: true, value: undefined });
  });

  it("are refused when they were forged, cut, meant for another list, or signed with another secret", async () => {
    const cursor = await makeCursor(SECRET, "orders", { createdAt: 5, id: "ord_x" });
    const payload = btoa(JSON.stringify({ createdAt: 9e15, id: "ord_y" })).replaceAll("=", "");
    const forged = [
      "",
      ".",
      "x",
      "💥",
      cursor.slice(0, -2),
      `${payload}.${cursor.split(".")[1]}`,
      `${payload}.`,
      `${cursor}.x`,
      await makeCursor(SECRET, "stock", { createdAt: 5, id: "ord_x" }),
      await makeCursor("another secret", "orders", { createdAt: 5, id: "ord_x" }),
      await makeCursor(SECRET, "orders", { createdAt: "5" }),
    ];
    for (const text of forged) {
      const read = await readCursor(SECRET, "orders", text, position);
      expect(read, text).toMatchObject({
        ok: false,
        problem: { code: "invalid_cursor", errors: [{ pointer: "?cursor" }] },
      });
    }
  });
});

describe("conditional requests", () => {
  it("know a version in any of the ways that If-None-Match may name it", () => {
    for (const header of ['"7"', 'W/"7"', '"1", "7"', "*", ' "7" '])
      expect(isKnown(header, etagOf(7)), header).toBe(true);
    for (const header of [null, '"8"', "7", '"77"']) expect(isKnown(header, etagOf(7)), String(header)).toBe(false);
  });

  it("take a strong tag as the version that a change is meant for", () => {
    expect(expectedVersion('"7"', true)).toEqual({ ok: true, value: 7 });
    expect(expectedVersion("*", true)).toEqual({ ok: true, value: null });
    expect(expectedVersion(null, false)).toEqual({ ok: true, value: null });
  });

  it("ask for If-Match where it is required", () => {
    expect(expectedVersion(null, true)).toMatchObject({ ok: false, problem: { code: "version_required" } });
  });

  it("match nothing with a tag that can't be ours", () => {
    for (const header of ["7", 'W/"7"', '"x"', '"7", "8"', ""])
      expect(expectedVersion(header, false), header).toMatchObject({ ok: false, problem: { code: "version_stale" } });
  });
});

describe("bodies", () => {
  it("are not read at all when they declare themselves too large", async () => {
    const request = new Request("http://x/", {
      method: "POST",
      body: "{}",
      headers: { "content-length": String(MAX_BODY_BYTES + 1) },
    });
    expect(await readText(request)).toMatchObject({ ok: false, problem: { code: "body_too_large" } });
    expect(request.bodyUsed).toBe(false);
  });

  it("are cut off when they turn out too large while they come", async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 100;
        controller.enqueue(new Uint8Array(100).fill(0x20));
      },
    });
    const read = await readText(
      new Request("http://x/", { method: "POST", body, duplex: "half" } as RequestInit),
      1_000,
    );
    expect(read).toMatchObject({ ok: false, problem: { code: "body_too_large" } });
    expect(sent).toBeLessThan(2_000);
  });

  it("are whole when a character was split between two pieces", async () => {
    const bytes = new TextEncoder().encode('{"city":"Málaga"}');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await readText(new Request("http://x/", { method: "POST", body, duplex: "half" } as RequestInit))).toEqual({
      ok: true,
      value: '{"city":"Málaga"}',
    });
  });

  it("may be nested 32 deep and no deeper", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(isDeeperThan(nested(32), 32)).toBe(false);
    expect(isDeeperThan(nested(33), 32)).toBe(true);
    expect(parseJson(nested(33))).toMatchObject({ ok: false, problem: { code: "body_too_deep" } });
    expect(parseJson(`[${"[],".repeat(100)}[]]`).ok).toBe(true);
  });

  it("may have any number of brackets inside strings, also behind escaped quotes", () => {
    expect(isDeeperThan(`{"a":"${"[".repeat(50)}","b":"\\"${"{".repeat(50)}\\\\"}`, 32)).toBe(false);
  });

  it("must be JSON", () => {
    for (const text of ["", "hello", '{"a":', "{}{}", "NaN", "{'a':1}"])
      expect(parseJson(text), text).toMatchObject({ ok: false, problem: { code: "invalid_json" } });
  });

  it("are taken as JSON by their type", () => {
    for (const type of [
      null,
      "application/json",
      "application/json; charset=utf-8",
      "application/cloudevents+json",
      "Application/JSON",
    ])
      expect(isJson(type), String(type)).toBe(true);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "text/json"])
      expect(isJson(type), type).toBe(false);
  });
});

describe("errors of the platform", () => {
  it("are told from errors of ours", () => {
    const wrapped = new Error("Failed query", { cause: new Error("D1_ERROR: Network connection lost.") });
    expect(isUnavailable(wrapped)).toBe(true);
    expect(isUnavailable(Object.assign(new Error("x"), { overloaded: true }))).toBe(true);
    expect(isUnavailable(new TypeError("undefined is not a function"))).toBe(false);
    expect(isUnavailable("overloaded")).toBe(false);
  });
});
