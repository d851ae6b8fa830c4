import { expect, it } from "vitest";
import { foldText } from "../../src/domain/fold-text.ts";

it.each([
  ["Müller", "MÜLLER", "Mu\u0308ller", "müller", "Muller"],
  ["Straße", "STRASSE", "STRAẞE", "strasse"],
  ["İzmir", "izmir", "IZMIR", "ızmır", "i\u0307zmir"],
  ["Οδός", "ΟΔΌΣ", "οδοσ", "ΟΔΟΣ"],
  ["Йорданка", "ЙОРДАНКА", "Йорданка"],
  ["Œuvre Æther Ødegård", "œuvre æther ødegård", "OEUVRE AETHER ODEGARD"],
  ["Łódź", "ŁÓDŹ", "lodz"],
  ["ﬁve ＡＢＣ", "FIVE abc"],
  ["ガラス", "ｶﾞﾗｽ"],
])("case, accents and composition do not tell %s from its other writings", (...writings) => {
  expect(new Set(writings.map(foldText)).size).toBe(1);
});

it("different words stay different, and blanks and punctuation stay", () => {
  expect(foldText("カ")).not.toBe(foldText("ガ"));
  expect(foldText("शर्मा")).not.toBe(foldText("शरम"));
  expect(foldText("A-1, o'Neil @ x.y")).toBe("a-1, o'neil @ x.y");
});

it("folding twice changes nothing", () => {
  for (const text of ["İßŒΐΣας ŉ ǆ ﬄ ẞ", "Größe", "ΰΐ", "Đặng Thị"])
    expect(foldText(foldText(text))).toBe(foldText(text));
});
