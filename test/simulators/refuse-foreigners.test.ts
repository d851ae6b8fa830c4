import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { refuseForeigners } from "../../src/simulators/refuse-foreigners.ts";

const pages = new Hono<{ Bindings: { PUBLIC_URL: string } }>();
pages.use(refuseForeigners);
pages.all("/simulators/*", (c) => c.text("served"));

async function ask(url: string, origin?: string): Promise<number> {
  const headers = origin === undefined ? {} : { origin };
  const answer = await pages.request(url, { method: "POST", headers }, { PUBLIC_URL: "https://test.shop.example" });
  return answer.status;
}

describe("the simulators' pages", () => {
  it.each(["http://localhost:8787", "http://127.0.0.1:9000", "http://[::1]:8787", "https://test.shop.example"])(
    "are served at %s",
    async (origin) => {
      expect(await ask(`${origin}/simulators/stripe`)).toBe(200);
      expect(await ask(`${origin}/simulators/stripe`, origin)).toBe(200);
    },
  );

  it.each(["http://evil.example", "http://localhost.evil.example:8787", "http://127.0.0.1.evil.example"])(
    "are refused at %s, whose name may point at this machine",
    async (origin) => {
      expect(await ask(`${origin}/simulators/stripe`)).toBe(403);
      expect(await ask(`${origin}/simulators/stripe`, origin)).toBe(403);
    },
  );

  it.each(["http://evil.example", "null", "http://localhost:1", "https://localhost:8787"])(
    "are refused to a form from %s",
    async (origin) => {
      expect(await ask("http://localhost:8787/simulators/stripe/knobs", origin)).toBe(403);
    },
  );
});
