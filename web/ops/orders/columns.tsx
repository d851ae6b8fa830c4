import { Link } from "@tanstack/react-router";
import { createColumnHelper, tableFeatures } from "@tanstack/react-table";
import type { OrderRow } from "../api/order-row.ts";
import { Chip } from "../ui/chip.tsx";
import { channelName, WarehouseName } from "../ui/names.tsx";
import { count, countryName, money } from "../ui/numbers.ts";
import { FULFILLMENT_LOOKS, lookOf, ORDER_LOOKS, PAYMENT_LOOKS } from "../ui/states.ts";
import { Ago } from "../ui/time.tsx";

export const orderFeatures = tableFeatures({});
const helper = createColumnHelper<typeof orderFeatures, OrderRow>();

/** Where a column stands: its cell's classes, the same in the head and in every row. */
export const COLUMN_CLASS: Readonly<Record<string, string>> = {
  number: "max-md:col-start-1 max-md:row-start-1",
  state: "max-md:col-start-1 max-md:row-start-2",
  age: "max-md:col-start-2 max-md:row-start-2 text-right text-muted",
  destination: "max-md:hidden",
  warehouses: "max-md:hidden",
  customer: "max-md:hidden",
  payment: "max-md:hidden",
  fulfillment: "max-md:hidden",
  channel: "max-md:hidden text-muted",
  units: "max-md:hidden text-right",
  total: "max-md:col-start-2 max-md:row-start-1 text-right font-medium",
};

const columns = {
  number: helper.accessor("number", {
    header: "Order",
    cell: ({ row }) => (
      <Link
        to="/orders/$orderId"
        params={{ orderId: row.original.orderId }}
        className="font-semibold text-ink after:absolute after:inset-0 hover:text-accent focus-visible:outline-none focus-visible:after:rounded focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
      >
        {row.original.number}
      </Link>
    ),
  }),
  state: helper.accessor("state", {
    header: "State",
    cell: ({ row }) => <Chip look={lookOf(ORDER_LOOKS, row.original.state)} />,
  }),
  age: helper.accessor("placedAt", {
    id: "age",
    header: "Placed",
    cell: ({ row }) => <Ago at={row.original.placedAt} />,
  }),
  customer: helper.accessor("name", {
    id: "customer",
    header: "Customer",
    cell: ({ row }) => <span className="truncate">{row.original.name ?? "—"}</span>,
  }),
  destination: helper.accessor("country", {
    id: "destination",
    header: "To",
    cell: ({ row }) => <span className="truncate">{countryName(row.original.country)}</span>,
  }),
  warehouses: helper.accessor("warehouses", {
    header: "From",
    cell: ({ row }) => <Warehouses ids={row.original.warehouses} />,
  }),
  payment: helper.accessor("paymentState", {
    id: "payment",
    header: "Payment",
    cell: ({ row }) => <Chip look={lookOf(PAYMENT_LOOKS, row.original.paymentState)} />,
  }),
  fulfillment: helper.accessor("fulfillmentState", {
    id: "fulfillment",
    header: "Fulfillment",
    cell: ({ row }) => <Chip look={lookOf(FULFILLMENT_LOOKS, row.original.fulfillmentState)} />,
  }),
  channel: helper.accessor("channel", {
    header: "Channel",
    cell: ({ row }) => <span className="truncate">{channelName(row.original.channel)}</span>,
  }),
  units: helper.accessor("units", { header: "Units", cell: ({ row }) => count(row.original.units) }),
  total: helper.accessor("total", {
    header: "Total",
    cell: ({ row: { original } }) =>
      original.total === null || original.currency === null ? "" : money(original.total, original.currency),
  }),
} as const;

function Warehouses({ ids }: { ids: readonly string[] }) {
  const [first] = ids;
  if (first === undefined) return <span className="text-muted">—</span>;
  return (
    <span className="truncate" title={ids.join(", ")}>
      <WarehouseName id={first} />
      {ids.length > 1 && <span className="text-muted"> +{ids.length - 1}</span>}
    </span>
  );
}

/** The stream of the live screen: what moves. */
export const STREAM_COLUMNS = helper.columns([
  columns.number,
  columns.state,
  columns.warehouses,
  columns.destination,
  columns.channel,
  columns.units,
  columns.total,
  columns.age,
]);
export const STREAM_GRID =
  "md:grid-cols-[minmax(6.5rem,0.9fr)_8.5rem_minmax(5rem,1fr)_minmax(5rem,1fr)_minmax(4.5rem,0.7fr)_3rem_6.5rem_4rem]";

/** The list of orders: the three truths, and who. */
export const LIST_COLUMNS = helper.columns([
  columns.number,
  columns.state,
  columns.payment,
  columns.fulfillment,
  columns.customer,
  columns.warehouses,
  columns.destination,
  columns.channel,
  columns.units,
  columns.total,
  columns.age,
]);
export const LIST_GRID =
  "md:grid-cols-[minmax(6.5rem,0.8fr)_8.5rem_8.5rem_7.5rem_minmax(6rem,1.2fr)_minmax(5rem,1fr)_minmax(5rem,1fr)_minmax(4.5rem,0.6fr)_3rem_6.5rem_4rem]";
