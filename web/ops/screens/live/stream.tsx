import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import type { OrderRow } from "../../api/order-row.ts";
import { useLive } from "../../live/live-context.tsx";
import { OrderTable } from "../../orders/order-table.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { WarehouseName } from "../../ui/names.tsx";
import { Empty, Loading, Panel, ProblemNote } from "../../ui/panel.tsx";
import { count } from "../../ui/numbers.ts";

const route = getRouteApi("/shell/");

/** What may be looked at by itself; `attention` is what stopped before its end. */
const SHOWS: Readonly<Record<string, { label: string; has: (order: OrderRow) => boolean }>> = {
  all: { label: "All", has: () => true },
  moving: {
    label: "In progress",
    has: ({ state }) => !["DELIVERED", "PAYMENT_FAILED", "CANCELLED", "REFUNDED"].includes(state),
  },
  attention: {
    label: "Stopped",
    has: ({ state, paymentState }) =>
      ["PAYMENT_FAILED", "CANCELLED"].includes(state) || paymentState === "requires_action",
  },
};

/** Orders as they arrive. While somebody reads, new ones wait behind a button instead of moving what is read. */
export function Stream({ isLoading, error, onRetry }: { isLoading: boolean; error: unknown; onRetry: () => void }) {
  const { board } = useLive();
  const { show = "all", warehouse } = route.useSearch();
  const scroller = useRef<HTMLDivElement>(null);
  const [openedAt] = useState(() => Date.now());
  const [reading, setReading] = useState({ pointer: false, focus: false, scrolled: false });
  const [heldAt, setHeldAt] = useState<string | null>(null);

  const has = SHOWS[show]?.has ?? SHOWS["all"]?.has;
  const rows = useMemo(
    () =>
      board.sorted.filter(
        (order) => (has?.(order) ?? true) && (warehouse === undefined || order.warehouses.includes(warehouse)),
      ),
    [board.sorted, has, warehouse],
  );

  const change = (part: Partial<typeof reading>): void => {
    const next = { ...reading, ...part };
    setReading(next);
    const isReading = next.pointer || next.focus || next.scrolled;
    if (!isReading) setHeldAt(null);
    else setHeldAt((held) => held ?? rows[0]?.orderId ?? null);
  };
  const waiting =
    heldAt === null
      ? 0
      : Math.max(
          0,
          rows.findIndex((order) => order.orderId === heldAt),
        );
  const shown = useMemo(() => rows.slice(waiting), [rows, waiting]);

  return (
    <div
      className="flex min-h-0 flex-col max-xl:h-[34rem] xl:min-h-[22rem] xl:flex-1"
      onPointerEnter={(event) => event.pointerType === "mouse" && change({ pointer: true })}
      onPointerLeave={(event) => event.pointerType === "mouse" && change({ pointer: false })}
    >
      <Panel
        title="Orders"
        count={rows.length === 0 ? undefined : count(rows.length)}
        className="flex-1 overflow-hidden"
        action={
          <>
            {waiting > 0 && (
              <Button
                look="primary"
                small
                onClick={() => {
                  scroller.current?.scrollTo({ top: 0 });
                  setReading({ pointer: false, focus: false, scrolled: false });
                  setHeldAt(null);
                }}
              >
                <Icon name="up" className="size-3" /> {count(waiting)} new
              </Button>
            )}
            {warehouse !== undefined && (
              <Link
                from="/"
                to="."
                search={(before) => ({ ...before, warehouse: undefined })}
                className="flex h-6 items-center gap-1 rounded-full bg-accent-soft px-2 text-2xs font-semibold text-accent"
              >
                <WarehouseName id={warehouse} /> <Icon name="cross" className="size-3" />
                <span className="sr-only">, remove this filter</span>
              </Link>
            )}
            <nav aria-label="Which orders" className="flex rounded-md bg-well p-0.5">
              {Object.entries(SHOWS).map(([value, { label }]) => (
                <Link
                  key={value}
                  from="/"
                  to="."
                  search={(before) => ({ ...before, show: value === "all" ? undefined : value })}
                  aria-current={value === show ? "true" : undefined}
                  className="rounded px-2 py-0.5 text-2xs font-semibold text-muted aria-[current]:bg-raised aria-[current]:text-ink aria-[current]:shadow-sm"
                >
                  {label}
                </Link>
              ))}
            </nav>
          </>
        }
      >
        {error !== null && rows.length === 0 && <ProblemNote error={error} onRetry={onRetry} />}
        {isLoading && rows.length === 0 && <Loading what="orders" />}
        {!isLoading && error === null && rows.length === 0 && (
          <Empty title="No orders here yet">
            {show === "all" && warehouse === undefined
              ? "They appear the moment they are placed."
              : "Nothing recent matches this choice."}
          </Empty>
        )}
        <div
          className={`flex min-h-0 flex-1 flex-col ${rows.length === 0 ? "hidden" : ""}`}
          onFocus={() => change({ focus: true })}
          onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && change({ focus: false })}
          onScrollCapture={(event) => {
            const scrolled = event.target instanceof HTMLElement && event.target.scrollTop > 8;
            if (scrolled !== reading.scrolled) change({ scrolled });
          }}
        >
          <OrderTable
            kind="stream"
            label="Recent orders, newest first"
            rows={shown}
            scroller={scroller}
            isNew={(order) => order.placedAt > openedAt}
          />
        </div>
      </Panel>
    </div>
  );
}
