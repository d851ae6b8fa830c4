import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { newStock, orderForm, prepareWorld, problem, send, unique } from "./api-harness.ts";

const CARD = "4242 4242 4242 4242";

beforeAll(prepareWorld);
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a card number in a request", () => {
  it.each([
    ["where a token belongs", { paymentMethod: { token: "4242424242424242" } }, "/paymentMethod/token"],
    ["in a name", { customer: { name: `Ada ${CARD}`, email: "ada@example.com" } }, "/customer/name"],
    ["in a field that there is not", { card: { number: CARD } }, "/card/number"],
  ])("%s is refused, and neither told back nor logged", async (_what, change, pointer) => {
    const logs = (["log", "info", "warn", "error", "debug"] as const).map((name) => vi.spyOn(console, name));
    const answer = await send("POST", "/api/v1/orders", { body: orderForm(await newStock(), 1, change) });
    const told = await problem(answer, "invalid_request");
    expect(told.errors).toMatchObject([{ pointer, detail: expect.stringContaining("card number") as string }]);
    expect(JSON.stringify([told, ...logs.flatMap(({ mock }) => mock.calls)])).not.toMatch(/4242[ -]?4242/);
  });

  it("is refused in a query, and as a key", async () => {
    const found = await problem(await send("GET", `/api/v1/orders?q=${encodeURIComponent(CARD)}`), "invalid_request");
    expect(found.errors).toMatchObject([{ pointer: "?q" }]);
    expect(JSON.stringify(found)).not.toContain("4242");
    const headers = { "Idempotency-Key": "4242-4242-4242-4242" };
    const body = orderForm(await newStock());
    const key = await problem(await send("POST", "/api/v1/orders", { body, headers }), "invalid_request");
    expect(key.errors).toMatchObject([{ pointer: "Idempotency-Key" }]);
  });

  it("is not what a key of digits is", async () => {
    const headers = { "Idempotency-Key": unique("1795286321051") };
    expect((await send("POST", "/api/v1/orders", { body: orderForm(await newStock()), headers })).status).toBe(201);
  });
});
