import { useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useEffectEvent } from "react";
import type { OrderRow } from "../api/order-row.ts";
import { COLUMN_CLASS, LIST_COLUMNS, LIST_GRID, orderFeatures, STREAM_COLUMNS, STREAM_GRID } from "./columns.tsx";

const KINDS = {
  stream: { columns: STREAM_COLUMNS, grid: STREAM_GRID },
  list: { columns: LIST_COLUMNS, grid: LIST_GRID },
};

const ROW_CLASS = "grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 px-3 text-[0.8125rem]";

/**
 * Any number of orders; only those in view are in the page. Rows keep their place in it when others arrive: a new
 * row slides in above and the rest slide down.
 */
export function OrderTable(props: {
  kind: keyof typeof KINDS;
  label: string;
  rows: readonly OrderRow[];
  scroller: RefObject<HTMLDivElement | null>;
  /** Orders that arrived while the page was open: shown arriving. */
  isNew?: (order: OrderRow) => boolean;
  onNearEnd?: () => void;
}) {
  const { columns, grid } = KINDS[props.kind];
  const table = useTable({ features: orderFeatures, columns, data: props.rows, getRowId: (order) => order.orderId });
  const { rows } = table.getRowModel();
  const { scroller } = props;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (window.matchMedia("(min-width: 48rem)").matches ? 37 : 57),
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  const nearEnd = useEffectEvent(() => props.onNearEnd?.());
  useEffect(() => {
    if (rows.length > 0 && lastShown >= rows.length - 10) nearEnd();
  }, [lastShown, rows.length]);

  return (
    <div role="table" aria-label={props.label} aria-rowcount={rows.length + 1} className="flex min-h-0 flex-1 flex-col">
      <div role="rowgroup" className="max-md:sr-only md:overflow-hidden md:[scrollbar-gutter:stable]">
        {table.getHeaderGroups().map((group) => (
          <div key={group.id} role="row" aria-rowindex={1} className={`${ROW_CLASS} ${grid} h-8 border-b border-line`}>
            {group.headers.map((header) => (
              <div
                key={header.id}
                role="columnheader"
                className={`${COLUMN_CLASS[header.column.id] ?? ""} eyebrow truncate font-semibold!`}
              >
                <table.FlexRender header={header} />
              </div>
            ))}
          </div>
        ))}
      </div>
      <div
        ref={scroller}
        role="rowgroup"
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain [overflow-anchor:none] [scrollbar-gutter:stable]"
      >
        <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                role="row"
                aria-rowindex={item.index + 2}
                className="absolute inset-x-0 top-0 transition-transform duration-300 ease-out"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <div
                  role="presentation"
                  className={`${ROW_CLASS} ${grid} relative border-b border-line py-2 hover:bg-well md:h-[37px] md:py-0 ${props.isNew?.(row.original) === true ? "animate-[arrive_0.6s_ease-out]" : ""}`}
                >
                  {row.getAllCells().map((cell) => (
                    <div
                      key={cell.id}
                      role="cell"
                      className={`flex min-w-0 items-center ${COLUMN_CLASS[cell.column.id] ?? ""} ${COLUMN_CLASS[cell.column.id]?.includes("text-right") === true ? "justify-end" : ""}`}
                    >
                      <table.FlexRender cell={cell} />
                    </div>
                  ))}
                </div>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
