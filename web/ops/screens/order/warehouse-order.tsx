import type { WarehouseOrderAnswer } from "../../../../src/contracts/orders.ts";
import { Chip } from "../../ui/chip.tsx";
import { WarehouseName } from "../../ui/names.tsx";
import { count, countryName } from "../../ui/numbers.ts";
import { Panel } from "../../ui/panel.tsx";
import { lookOf, ORDER_LOOKS, SHIPMENT_LOOKS } from "../../ui/states.ts";

/** An order as a warehouse sees it: where it goes, and what of it this warehouse ships. */
export function WarehouseOrder({ order }: { order: WarehouseOrderAnswer }) {
  const { contact, address } = order;
  const place = [
    contact.name,
    address.line1,
    address.line2,
    [address.postalCode, address.city].filter(Boolean).join(" "),
    address.region,
    countryName(address.country),
  ].filter((line) => line !== undefined && line !== "");
  return (
    <>
      <header className="panel flex flex-wrap items-center gap-4 px-4 py-3">
        <h1 className="text-xl font-bold tracking-tight">{order.number}</h1>
        <Chip look={lookOf(ORDER_LOOKS, order.orderStatus)} />
      </header>
      <Panel title="Ship to">
        <address className="p-3 text-[0.8125rem] not-italic">
          {place.map((line) => (
            <span key={line} className="block">
              {line}
            </span>
          ))}
        </address>
      </Panel>
      <Panel title="Lines" count={count(order.lines.length)}>
        <ul className="divide-y divide-line">
          {order.lines.map((line) => (
            <li key={line.number} className="px-3 py-2 text-[0.8125rem]">
              {count(line.quantity)} × {line.name} <span className="text-muted">{line.sku}</span>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Shipments" count={count(order.shipments.length)}>
        <ul className="divide-y divide-line">
          {order.shipments.map((shipment) => (
            <li key={shipment.shipmentId} className="flex items-center gap-3 px-3 py-2 text-[0.8125rem]">
              {shipment.number}. <WarehouseName id={shipment.warehouseId} />
              <Chip look={lookOf(SHIPMENT_LOOKS, shipment.state)} />
              {shipment.trackingNumber !== null && <span className="font-mono">{shipment.trackingNumber}</span>}
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}
