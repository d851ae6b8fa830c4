import { describe, expect, it } from "vitest";
import { invalidRequest, PROBLEM_KINDS, problemResponse } from "../../src/api/problem.ts";
import { problemDocument } from "../../src/contracts/problem-document.ts";
import { PROBLEM_CODES } from "../../src/contracts/problem.ts";

const PLACE = { requestId: "req-1", instance: "/api/v1/orders", publicUrl: "https://holdfast.example" };

describe("problem documents", () => {
  it.each(PROBLEM_CODES)("say all that RFC 9457 and the API promise, for %s", async (code) => {
    const answer = problemResponse({ code, detail: "what happened" }, PLACE);
    expect(answer.status).toBe(PROBLEM_KINDS[code].status);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("x-request-id")).toBe("req-1");
    expect(problemDocument.parse(await answer.json())).toEqual({
      type: `https://holdfast.example/problems/${code}`,
      title: PROBLEM_KINDS[code].title,
      status: answer.status,
      detail: "what happened",
      instance: "/api/v1/orders",
      code,
      requestId: "req-1",
    });
  });

  it("carry WWW-Authenticate with every 401, and Retry-After with every 429 and 503", () => {
    for (const code of PROBLEM_CODES) {
      const answer = problemResponse({ code, detail: "" }, PLACE);
      expect(answer.headers.has("www-authenticate"), code).toBe(answer.status === 401);
      if (answer.status === 429 || answer.status === 503) expect(answer.headers.has("retry-after"), code).toBe(true);
    }
  });

  it("carry what a service adds, beside and never in place of their own members", async () => {
    const answer = problemResponse(
      { code: "insufficient_stock", detail: "", extra: { availability: [{ sku: "A" }] } },
      PLACE,
    );
    expect(await answer.json()).toMatchObject({
      code: "insufficient_stock",
      status: 409,
      availability: [{ sku: "A" }],
    });
  });

  it("name the first bad field and how many more there are", () => {
    const errors = [
      { pointer: "/a", detail: "must be b" },
      { pointer: "/c", detail: "must be d" },
    ];
    expect(invalidRequest(errors)).toEqual({ code: "invalid_request", detail: "/a: must be b (and 1 more)", errors });
  });

  it("tell a client error from ours by their status", () => {
    for (const [code, { status }] of Object.entries(PROBLEM_KINDS)) {
      const ours = ["internal", "temporarily_unavailable", "lists_unavailable"].includes(code);
      expect(status >= 500, code).toBe(ours);
    }
  });
});
