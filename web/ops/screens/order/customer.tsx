import type { ReactNode } from "react";
import type { OrderAnswer } from "../../../../src/contracts/orders.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { countryName } from "../../ui/numbers.ts";
import { Panel } from "../../ui/panel.tsx";
import { humanize } from "../../ui/states.ts";

/** For whom, and where to. */
export function Customer({ order }: { order: OrderAnswer }) {
  const { contact, address } = order;
  const lines = [
    address.line1,
    address.line2,
    [address.postalCode, address.city].filter(Boolean).join(" "),
    address.region,
    countryName(address.country),
  ];
  return (
    <Panel title="Customer">
      <div className="flex flex-col gap-2.5 p-3 text-[0.8125rem]">
        <Fact icon="user">
          <span className="font-semibold">{contact.name}</span>
          {order.customerId !== null && <span className="block text-2xs text-muted">{order.customerId}</span>}
        </Fact>
        {(contact.email !== undefined || contact.phone !== undefined) && (
          <Fact icon="mail">
            {contact.email !== undefined && <span className="block break-all">{contact.email}</span>}
            {contact.phone !== undefined && <span className="block">{contact.phone}</span>}
          </Fact>
        )}
        <Fact icon="pin">
          <address className="not-italic">
            {lines
              .filter((line) => line !== undefined && line !== "")
              .map((line) => (
                <span key={line} className="block">
                  {line}
                </span>
              ))}
          </address>
        </Fact>
        <Fact icon="truck">{humanize(order.shippingMethod)}</Fact>
      </div>
    </Panel>
  );
}

function Fact({ icon, children }: { icon: IconName; children: ReactNode }) {
  return (
    <div className="flex gap-2.5">
      <Icon name={icon} className="mt-0.5 size-4 text-muted" />
      <div className="min-w-0">{children}</div>
    </div>
  );
}
