import type { OrderAnswer } from "../../../../src/contracts/orders.ts";
import { Chip } from "../../ui/chip.tsx";
import { Icon } from "../../ui/icons.tsx";
import { WarehouseName } from "../../ui/names.tsx";
import { count } from "../../ui/numbers.ts";
import { Empty, Panel } from "../../ui/panel.tsx";
import { lookOf, SHIPMENT_LOOKS } from "../../ui/states.ts";
import { calendarDay, clockTime } from "../../ui/moments.ts";
import { useOrderWords } from "./use-order-words.ts";
import { reasonWords } from "./words/code-words.ts";
import { carrierName } from "./words/event-words.ts";

type Shipment = OrderAnswer["shipments"][number];

/** The way of a parcel; a shipment stands at the last of these that it has reached. */
const STEPS: readonly { state: Shipment["state"]; label: string }[] = [
  { state: "REQUESTED", label: "Requested" },
  { state: "ACCEPTED", label: "Accepted" },
  { state: "PICKING", label: "Picking" },
  { state: "PACKED", label: "Packed" },
  { state: "SHIPPED", label: "Shipped" },
  { state: "OUT_FOR_DELIVERY", label: "Last mile" },
  { state: "DELIVERED", label: "Delivered" },
];

/** Each parcel and how far it has come; those that were withdrawn last. */
export function Shipments({ order }: { order: OrderAnswer }) {
  const words = useOrderWords(order);
  const withdrawn = ({ state }: Shipment): boolean => state === "CANCELLED";
  const shipments = order.shipments.toSorted((a, b) => Number(withdrawn(a)) - Number(withdrawn(b)));
  return (
    <Panel
      title="Shipments"
      count={order.shipments.length === 0 ? undefined : count(order.shipments.length)}
      action={
        <span className="text-2xs text-muted">
          {order.estimatedDelivery === null
            ? "no delivery date yet"
            : `expected ${calendarDay(order.estimatedDelivery)}`}
        </span>
      }
    >
      {order.shipments.length === 0 && (
        <Empty title="Nothing has been asked of a warehouse">
          A warehouse is asked once the order is paid and its stock allocated.
        </Empty>
      )}
      <ul className="divide-y divide-line">
        {shipments.map((shipment) => (
          <li key={shipment.shipmentId} className="px-3 py-3">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="text-[0.8125rem] font-semibold">
                {shipment.number}. <WarehouseName id={shipment.warehouseId} />
              </span>
              <Chip look={lookOf(SHIPMENT_LOOKS, shipment.state)} />
              {shipment.trackingNumber !== null && (
                <span className="ml-auto text-2xs text-muted">
                  {carrierName(shipment.carrier ?? "")}{" "}
                  <span className="font-mono text-ink-2 select-all">{shipment.trackingNumber}</span>
                </span>
              )}
            </div>
            {shipment.problem !== null && (
              <p className="mt-1 flex items-center gap-1 text-[0.8125rem] text-bad">
                <Icon name="alert" className="size-3.5" /> {reasonWords(shipment.problem)}
              </p>
            )}
            {shipment.state !== "CANCELLED" && <Progress shipment={shipment} />}
            <p className="mt-2 text-2xs text-muted">{words.units(shipment.items)}</p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Progress({ shipment }: { shipment: Shipment }) {
  const reached = STEPS.findLastIndex(({ state }) => shipment.reachedAt[state] !== undefined);
  return (
    <ol className="mt-2.5 grid grid-cols-7 gap-1" aria-label={`Progress of shipment ${shipment.number}`}>
      {STEPS.map(({ state, label }, index) => {
        const at = shipment.reachedAt[state];
        const isDone = index <= reached;
        return (
          <li key={state} className="min-w-0">
            <div className={`h-1 rounded-full ${isDone ? "bg-accent" : "bg-line"}`} aria-hidden="true" />
            <p
              className={`mt-1 truncate text-2xs ${isDone ? "font-semibold text-ink-2" : "text-muted"} max-sm:sr-only`}
            >
              {label}
            </p>
            <p className="truncate text-2xs text-muted max-sm:sr-only">
              {at === undefined ? (isDone ? "" : "not yet") : clockTime(Date.parse(at))}
            </p>
          </li>
        );
      })}
    </ol>
  );
}
