import fc from "fast-check";
import { type EditStep, editStep } from "./order-edit-steps.ts";

/** Something that happens to an order. */
export type Step =
  | { kind: "deliver"; which: number; how: "done" | "lost" | "fails" | "dies" | "dies unknown" }
  | { kind: "again"; which: number }
  | { kind: "webhook"; which: number }
  | { kind: "wait"; minutes: number }
  | { kind: "floor"; which: number; shipment: number }
  | { kind: "person"; which: number }
  | EditStep
  | { kind: "return"; which: number; units: number };

const which = fc.nat(30);
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ kind: fc.constant("deliver" as const), which, how: fc.constant("done" as const) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("deliver" as const),
      which,
      how: fc.constantFrom("lost" as const, "fails" as const, "dies" as const, "dies unknown" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("again" as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("webhook" as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      minutes: fc.constantFrom(1, 5, 12, 31, 60 * 24 * 4, 60 * 24 * 31),
    }),
  },
  { weight: 7, arbitrary: fc.record({ kind: fc.constant("floor" as const), which, shipment: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("person" as const), which }) },
  { weight: 3, arbitrary: editStep },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("return" as const), which, units: which }) },
);
const aReturn: fc.Arbitrary<Step> = fc.record({ kind: fc.constant("return" as const), which, units: which });
/** What happens to an order that has arrived: little but returns. */
export const afterwards = fc.oneof({ weight: 3, arbitrary: aReturn }, { weight: 1, arbitrary: step });
/** Changes that meet: people want one thing after another before the outside has answered. */
export const crowded = fc.oneof(
  { weight: 4, arbitrary: editStep },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("deliver" as const), which, how: fc.constant("done" as const) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("person" as const), which: fc.constantFrom(0, 2) }) },
  { weight: 1, arbitrary: aReturn },
  { weight: 3, arbitrary: step },
);
/** A line, and what of it is held at the two warehouses. */
export const line = fc.record({
  quantity: fc.integer({ min: 1, max: 4 }),
  unitPrice: fc.integer({ min: 300, max: 2_000 }),
  tax: fc.integer({ min: 0, max: 77 }),
  berlin: fc.nat(4),
  paris: fc.nat(2),
});
