import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { OrderAnswer } from "../../../../src/contracts/orders.ts";
import { warehousesQuery } from "../../api/queries.ts";
import { type OrderWords, orderWords } from "./words/order-words.ts";

/** How the things of this order are called; warehouses by their cities once those are known. */
export function useOrderWords(order: OrderAnswer): OrderWords {
  const { data } = useQuery(warehousesQuery());
  return useMemo(
    () => orderWords(order, (id) => data?.find(({ warehouseId }) => warehouseId === id)?.city ?? null),
    [order, data],
  );
}
