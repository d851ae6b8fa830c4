/** SKU, name, unit, price in euro cents, grams of one unit, and in how many of the 6,000 real baskets it was bought. */
export type ProductRow = readonly [
  sku: string,
  name: string,
  unit: "each" | "pack" | "set",
  price: number,
  weightGrams: number,
  bought: number,
];
