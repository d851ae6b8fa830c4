import { useQuery } from "@tanstack/react-query";
import { warehousesQuery } from "../api/queries.ts";
import { humanize } from "./states.ts";

/** A warehouse by the name that people use for it: its city; its id where it is not known (yet). */
export function WarehouseName({ id }: { id: string }) {
  const { data } = useQuery(warehousesQuery());
  return <>{data?.find((warehouse) => warehouse.warehouseId === id)?.city ?? humanize(id)}</>;
}

const CHANNELS: Readonly<Record<string, string>> = {
  storefront: "Storefront",
  ebay: "eBay",
  amazon: "Amazon",
  shopify: "Shopify",
  csr: "Service",
  batch: "Batch",
};

export function channelName(channel: string): string {
  return CHANNELS[channel] ?? humanize(channel);
}

export const CHANNEL_OPTIONS = Object.entries(CHANNELS).map(([value, label]) => ({ value, label }));
