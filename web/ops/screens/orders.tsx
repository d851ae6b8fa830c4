import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { orderCountQuery, type OrderFilter, ordersQuery, warehousesQuery } from "../api/queries.ts";
import { useLiveItems } from "../live/live-context.tsx";
import { OrderTable } from "../orders/order-table.tsx";
import { Button } from "../ui/button.tsx";
import { Choice, TextField } from "../ui/field.tsx";
import { Icon } from "../ui/icons.tsx";
import { CHANNEL_OPTIONS } from "../ui/names.tsx";
import { count } from "../ui/numbers.ts";
import { Empty, Loading, ProblemNote } from "../ui/panel.tsx";
import { FULFILLMENT_LOOKS, type Look, ORDER_LOOKS, PAYMENT_LOOKS } from "../ui/states.ts";
import { Filters, Page } from "./page.tsx";

const route = getRouteApi("/shell/orders");

type Search = ReturnType<typeof route.useSearch>;

export function OrdersScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = useMemo(() => filterOf(search), [search]);
  const orders = useInfiniteQuery(ordersQuery(filter));
  const total = useQuery(orderCountQuery(filter));
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => orders.data?.pages.flatMap((page) => page.rows) ?? [], [orders.data]);
  const unseen = useUnseen(
    rows.map((row) => row.orderId),
    orders.dataUpdatedAt,
  );
  const set = (change: Partial<Search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const active = Object.values(search).filter((value) => value !== undefined).length;

  return (
    <Page
      title="Orders"
      aside={
        <>
          {unseen > 0 && (
            <Button
              small
              look="primary"
              onClick={() => void orders.refetch().then(() => scroller.current?.scrollTo({ top: 0 }))}
            >
              <Icon name="up" className="size-3" /> {count(unseen)} new
            </Button>
          )}
          {active > 0 && (
            <Button look="bare" small onClick={() => void navigate({ search: {} })}>
              Clear filters
            </Button>
          )}
          <p className="text-[0.8125rem] text-muted" role="status">
            {total.data === undefined ? "" : `${count(total.data)} ${total.data === 1 ? "order" : "orders"}`}
          </p>
        </>
      }
      filters={
        <Filters active={active}>
          <Search value={search.q ?? ""} onChange={(q) => set({ q })} />
          <Choice
            label="State"
            value={search.status ?? ""}
            options={anyOf(ORDER_LOOKS)}
            onChange={(event) => set({ status: event.target.value || undefined })}
          />
          <Choice
            label="Payment"
            value={search.payment ?? ""}
            options={anyOf(PAYMENT_LOOKS)}
            onChange={(event) => set({ payment: event.target.value || undefined })}
          />
          <Choice
            label="Fulfillment"
            value={search.fulfillment ?? ""}
            options={anyOf(FULFILLMENT_LOOKS)}
            onChange={(event) => set({ fulfillment: event.target.value || undefined })}
          />
          <Choice
            label="Channel"
            value={search.channel ?? ""}
            options={[{ value: "", label: "Any" }, ...CHANNEL_OPTIONS]}
            onChange={(event) => set({ channel: event.target.value || undefined })}
          />
          <WarehouseChoice value={search.warehouse} onChange={(warehouse) => set({ warehouse })} />
          <TextField
            label="Placed from"
            type="date"
            value={search.from ?? ""}
            onChange={(event) => set({ from: event.target.value || undefined })}
          />
          <TextField
            label="Placed to"
            type="date"
            value={search.to ?? ""}
            onChange={(event) => set({ to: event.target.value || undefined })}
          />
        </Filters>
      }
    >
      <section aria-label="Orders" className="panel flex min-h-0 flex-1 flex-col overflow-hidden">
        {orders.isError && <ProblemNote error={orders.error} onRetry={() => void orders.refetch()} />}
        {orders.isPending && <Loading what="orders" />}
        {orders.isSuccess && rows.length === 0 && (
          <Empty title="No order matches">
            {active > 0 ? "Take a filter away to see more." : "Orders appear here as they are placed."}
          </Empty>
        )}
        {rows.length > 0 && (
          <OrderTable
            kind="list"
            label="Orders, newest first"
            rows={rows}
            scroller={scroller}
            onNearEnd={() => {
              if (orders.hasNextPage && !orders.isFetchingNextPage) void orders.fetchNextPage();
            }}
          />
        )}
        {orders.isFetchingNextPage && (
          <p role="status" className="border-t border-line px-3 py-1 text-2xs text-muted">
            Loading more
          </p>
        )}
      </section>
    </Page>
  );
}

/** The URL names days as people choose them; the API wants moments. `to` includes its day. */
function filterOf(search: Search): OrderFilter {
  const { from, to, ...rest } = search;
  return { ...rest, from: momentOf(from, 0), to: momentOf(to, 1) };
}

function momentOf(day: string | undefined, plusDays: number): string | undefined {
  if (day === undefined) return undefined;
  const date = new Date(`${day}T00:00:00`);
  if (Number.isNaN(date.getTime())) return undefined;
  date.setDate(date.getDate() + plusDays);
  return date.toISOString();
}

function anyOf(looks: Readonly<Record<string, Look>>): { value: string; label: string }[] {
  return [{ value: "", label: "Any" }, ...Object.entries(looks).map(([value, look]) => ({ value, label: look.label }))];
}

export function WarehouseChoice({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const warehouses = useQuery(warehousesQuery());
  const known = (warehouses.data ?? []).map((warehouse) => ({ value: warehouse.warehouseId, label: warehouse.city }));
  known.sort((a, b) => a.label.localeCompare(b.label));
  return (
    <Choice
      label="Warehouse"
      value={value ?? ""}
      options={[{ value: "", label: "Any" }, ...known]}
      onChange={(event) => onChange(event.target.value || undefined)}
    />
  );
}

/** Searches once the person pauses, and never takes away what they are typing. */
function Search({ value, onChange }: { value: string; onChange: (value: string | undefined) => void }) {
  const [typed, setTyped] = useState(value);
  const [from, setFrom] = useState(value);
  if (from !== value) {
    // The address changed by itself: back, forward, or cleared.
    setFrom(value);
    if (value !== typed.trim()) setTyped(value);
  }
  useEffect(() => {
    const text = typed.trim();
    if (text === value) return;
    const timer = setTimeout(() => onChange(text === "" ? undefined : text), 300);
    return () => clearTimeout(timer);
  });
  return (
    <TextField
      label="Search"
      type="search"
      placeholder="Number, name, e-mail, SKU, tracking"
      className="col-span-2"
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}

/** How many orders have been placed since the list was read. */
function useUnseen(known: readonly string[], readAt: number): number {
  const [unseen, setUnseen] = useState<{ readAt: number; ids: ReadonlySet<string> }>({ readAt, ids: new Set() });
  useLiveItems((items) => {
    const placed = items.flatMap((item) =>
      item.type === "order" && item.order.placedAt > readAt - 2_000 ? [item.order.orderId] : [],
    );
    const isKnown = new Set(known);
    const fresh = placed.filter((id) => !isKnown.has(id));
    if (fresh.length > 0)
      setUnseen((before) => ({ readAt, ids: new Set([...(before.readAt === readAt ? before.ids : []), ...fresh]) }));
  });
  return unseen.readAt === readAt ? unseen.ids.size : 0;
}
