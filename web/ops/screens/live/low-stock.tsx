import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { stockQuery } from "../../api/queries.ts";
import { Empty, Loading, Panel, ProblemNote } from "../../ui/panel.tsx";
import { StockMeter } from "../../ui/stock-meter.tsx";
import { WarehouseName } from "../../ui/names.tsx";

/** Levels at or below their reorder point, those with nothing left first. */
export function LowStock() {
  const stock = useInfiniteQuery(stockQuery({ low: true }));
  const rows = (stock.data?.pages.flatMap((page) => page.data) ?? []).filter(
    (row) => row.available <= row.reorderPoint,
  );
  rows.sort(
    (a, b) =>
      a.available / Math.max(1, a.reorderPoint) - b.available / Math.max(1, b.reorderPoint) ||
      a.sku.localeCompare(b.sku),
  );
  return (
    <Panel
      title="Low stock"
      count={stock.data === undefined ? undefined : `${rows.length}${stock.hasNextPage ? "+" : ""}`}
      className="min-h-44 overflow-hidden max-xl:max-h-80 xl:flex-1"
      action={
        <Link to="/stock" search={{ show: "low" }} className="text-2xs font-semibold text-accent hover:underline">
          All stock
        </Link>
      }
    >
      {stock.isError && <ProblemNote error={stock.error} onRetry={() => void stock.refetch()} />}
      {stock.isPending && <Loading what="low stock" />}
      {stock.data !== undefined && rows.length === 0 && <Empty title="Nothing is low" />}
      <ul className={`min-h-0 flex-1 divide-y divide-line overflow-y-auto ${rows.length === 0 ? "hidden" : ""}`}>
        {rows.map((row) => (
          <li
            key={`${row.sku}~${row.warehouseId}`}
            className="relative flex items-center gap-3 px-3 py-2 hover:bg-well"
          >
            <div className="min-w-0 flex-1">
              <Link
                to="/stock"
                search={{ show: "all", sku: row.sku }}
                className="block truncate text-[0.8125rem] font-medium after:absolute after:inset-0 hover:text-accent"
              >
                {row.name}
              </Link>
              <p className="truncate text-2xs text-muted">
                {row.sku} · <WarehouseName id={row.warehouseId} />
              </p>
            </div>
            <StockMeter available={row.available} reorderPoint={row.reorderPoint} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
