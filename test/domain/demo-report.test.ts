import { describe, expect, it } from "vitest";
import { report } from "../../scripts/demo/report.ts";

describe("the demo's report", () => {
  it("says why orders were refused, the most frequent reason first", () => {
    const text = report(
      {
        orders: [],
        seconds: 1,
        refusals: new Map([
          ["insufficient_stock", ["Only 1 of 22423 is left."]],
          ["invalid_request", ["/address must be an object", "/lines must have a line", "/lines must have a line"]],
        ]),
      },
      0,
    );
    expect(text).toMatch(/refused +4\n/);
    const reasons = text.split("Why orders were refused\n")[1]?.split("\n").slice(0, 3);
    expect(reasons).toEqual([
      "  insufficient_stock, 1×: Only 1 of 22423 is left.",
      "  invalid_request, 2×: /lines must have a line",
      "  invalid_request, 1×: /address must be an object",
    ]);
  });

  it("counts the reasons beyond the first five together", () => {
    const reasons = Array.from({ length: 8 }, (_, index) => `reason ${index}`);
    const text = report({ orders: [], seconds: 1, refusals: new Map([["invalid_request", reasons]]) }, 0);
    expect(text).toContain("  invalid_request, 3×: other reasons\n");
  });

  it("says nothing of reasons when no order was refused", () => {
    expect(report({ orders: [], seconds: 1, refusals: new Map() }, 0)).not.toContain("Why orders");
  });
});
