import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import { useMemo } from "react";
import type { StockRowAnswer } from "../../../src/contracts/inventory.ts";
import { type StockFilter, stockQuery } from "../api/queries.ts";
import { Button } from "../ui/button.tsx";
import { Choice, TextField } from "../ui/field.tsx";
import { WarehouseName } from "../ui/names.tsx";
import { count } from "../ui/numbers.ts";
import { Empty, Loading, ProblemNote } from "../ui/panel.tsx";
import { StockMeter } from "../ui/stock-meter.tsx";
import { Ago } from "../ui/time.tsx";
import { WarehouseChoice } from "./orders.tsx";
import { Filters, Page } from "./page.tsx";

const route = getRouteApi("/shell/stock");

const SHOWS = [
  { value: "low", label: "Low" },
  { value: "out", label: "Out of stock" },
  { value: "drift", label: "With drift" },
  { value: "all", label: "All levels" },
];

const features = tableFeatures({});
const helper = createColumnHelper<typeof features, StockRowAnswer>();
const CELL = "px-3 py-2 whitespace-nowrap";
const NUMBER = `${CELL} text-right`;
const ASIDE = `${NUMBER} max-md:hidden`;
const CLASSES: Readonly<Record<string, string>> = {
  name: "px-3 py-2 w-full",
  warehouseId: `${CELL} max-md:hidden`,
  onHand: ASIDE,
  held: ASIDE,
  allocated: ASIDE,
  safetyStock: ASIDE,
  available: NUMBER,
  asOf: ASIDE,
};

const columns = helper.columns([
  helper.accessor("name", {
    header: "SKU",
    cell: ({ row }) => (
      <>
        <span className="font-medium">{row.original.name}</span>
        <span className="block text-2xs text-muted">
          {row.original.sku} · {row.original.category}
          <span className="md:hidden">
            {" "}
            · <WarehouseName id={row.original.warehouseId} />
          </span>
        </span>
      </>
    ),
  }),
  helper.accessor("warehouseId", {
    header: "Warehouse",
    cell: ({ row }) => <WarehouseName id={row.original.warehouseId} />,
  }),
  helper.accessor("onHand", { header: "On hand", cell: ({ row }) => count(row.original.onHand) }),
  helper.accessor("held", { header: "Held", cell: ({ row }) => count(row.original.held) }),
  helper.accessor("allocated", { header: "Allocated", cell: ({ row }) => count(row.original.allocated) }),
  helper.accessor("safetyStock", { header: "Safety", cell: ({ row }) => count(row.original.safetyStock) }),
  helper.accessor("available", {
    header: "Available / reorder",
    cell: ({ row }) => (
      <div className="flex justify-end">
        <StockMeter available={row.original.available} reorderPoint={row.original.reorderPoint} />
      </div>
    ),
  }),
  helper.accessor("asOf", { header: "Changed", cell: ({ row }) => <Ago at={Date.parse(row.original.asOf)} /> }),
]);

const NO_ROWS: StockRowAnswer[] = [];

/** Stock levels from their copy; each says how old it is, and moves when its level does. */
export function StockScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const show = search.show ?? "low";
  const filter = useMemo<StockFilter>(
    () => ({
      ...(show === "low" && { low: true }),
      ...(show === "out" && { out: true }),
      ...(show === "drift" && { drift: true }),
      warehouse: search.warehouse,
      category: search.category,
      sku: search.sku,
    }),
    [search, show],
  );
  const stock = useInfiniteQuery(stockQuery(filter));
  const rows = useMemo(() => stock.data?.pages.flatMap((page) => page.data) ?? NO_ROWS, [stock.data]);
  const table = useTable({ features, columns, data: rows, getRowId: (row) => `${row.sku}~${row.warehouseId}` });
  const set = (change: Partial<typeof search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const active = [search.warehouse, search.category, search.sku].filter((value) => value !== undefined).length;
  return (
    <Page
      title="Stock"
      aside={
        active > 0 && (
          <Button look="bare" small onClick={() => void navigate({ search: { show: search.show } })}>
            Clear filters
          </Button>
        )
      }
      filters={
        <Filters active={active}>
          <Choice
            label="Show"
            value={show}
            options={SHOWS}
            onChange={(event) =>
              set({
                show: SHOWS.some(({ value }) => value === event.target.value)
                  ? (event.target.value as typeof show)
                  : undefined,
              })
            }
          />
          <WarehouseChoice value={search.warehouse} onChange={(warehouse) => set({ warehouse })} />
          <TextField
            label="SKU"
            defaultValue={search.sku ?? ""}
            key={search.sku ?? ""}
            onBlur={(event) => set({ sku: event.target.value.trim() || undefined })}
            onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
          />
        </Filters>
      }
    >
      <section aria-label="Stock levels" className="panel min-h-0 overflow-auto" tabIndex={0}>
        {stock.isError && <ProblemNote error={stock.error} onRetry={() => void stock.refetch()} />}
        {stock.isPending && <Loading what="stock" />}
        {stock.isSuccess && rows.length === 0 && <Empty title="No level matches" />}
        {rows.length > 0 && (
          <table className="w-full text-[0.8125rem]">
            <thead className="sticky top-0 z-10 bg-surface shadow-[0_1px_0_var(--line)]">
              {table.getHeaderGroups().map((group) => (
                <tr key={group.id}>
                  {group.headers.map((header) => (
                    <th
                      key={header.id}
                      scope="col"
                      className={`${CLASSES[header.column.id] ?? CELL} eyebrow text-left ${CLASSES[header.column.id]?.includes("text-right") === true ? "text-right!" : ""}`}
                    >
                      <table.FlexRender header={header} />
                    </th>
                  ))}
                </tr>
              ))}
            </thead>
            <tbody className="divide-y divide-line">
              {table.getRowModel().rows.map((row) => (
                <tr key={row.id} className="hover:bg-well">
                  {row.getAllCells().map((cell) => (
                    <td key={cell.id} className={CLASSES[cell.column.id] ?? CELL}>
                      <table.FlexRender cell={cell} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {stock.hasNextPage && (
          <div className="p-3 text-center">
            <Button disabled={stock.isFetchingNextPage} onClick={() => void stock.fetchNextPage()}>
              Show more
            </Button>
          </div>
        )}
      </section>
    </Page>
  );
}
