/** What the simulated carrier charges, in US dollars. */
const PRICES: Readonly<Record<string, { base: number; perKg: number }>> = {
  FEDEX_GROUND: { base: 9.5, perKg: 0.8 },
  FEDEX_INTERNATIONAL_PRIORITY: { base: 38, perKg: 4.2 },
  INTERNATIONAL_ECONOMY: { base: 24, perKg: 3.1 },
  STANDARD_OVERNIGHT: { base: 32, perKg: 2.5 },
};
const USUAL_PRICE = { base: 18, perKg: 2 };
const ABROAD_SURCHARGE = 14;

/** The services that are quoted where none is asked for. */
export const SERVICES: readonly string[] = Object.keys(PRICES);

/** A weight as the wire has it, in kilograms. */
export function inKilograms(weight: { units: "KG" | "LB"; value: number }): number {
  return weight.units === "KG" ? weight.value : weight.value * 0.453_592_37;
}

/** The price of a parcel in dollars, to the cent. */
export function priceOf(service: string, kilograms: number, isAbroad: boolean): number {
  const { base, perKg } = PRICES[service] ?? USUAL_PRICE;
  return Math.round((base + perKg * kilograms + (isAbroad ? ABROAD_SURCHARGE : 0)) * 100) / 100;
}
