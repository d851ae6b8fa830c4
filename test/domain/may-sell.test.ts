import { expect, it } from "vitest";
import { refuseSale } from "../../src/domain/sourcing/may-sell.ts";

const open = { open: true, workingDays: [1, 2, 3], serves: [] };

it("a warehouse sells where it is open, works on some day and serves the country", () => {
  expect(refuseSale(open)).toBeNull();
  expect(refuseSale(open, "JP")).toBeNull();
  expect(refuseSale({ ...open, serves: ["DE", "AT"] }, "AT")).toBeNull();
  expect(refuseSale({ ...open, serves: ["DE", "AT"] })).toBeNull();
  expect(refuseSale({ ...open, serves: ["DE", "AT"] }, "FR")).toBe("destination_not_served");
});

it("a closed warehouse sells to nobody, and one that never works is closed", () => {
  for (const country of [undefined, "DE"]) {
    expect(refuseSale({ ...open, open: false }, country)).toBe("warehouse_closed");
    expect(refuseSale({ ...open, workingDays: [] }, country)).toBe("warehouse_closed");
  }
});
