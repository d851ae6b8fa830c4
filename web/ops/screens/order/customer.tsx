import type { ReactNode } from "react";
import type { OrderAnswer } from "../../../../src/contracts/orders.ts";
import { Chip } from "../../ui/chip.tsx";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { countryName, money } from "../../ui/numbers.ts";
import { Empty, Panel } from "../../ui/panel.tsx";
import { humanize, type Look, lookOf } from "../../ui/states.ts";
import { Moment } from "../../ui/time.tsx";

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

const LOOKS: Readonly<Record<string, Look>> = {
  requested: { label: "Requested", tone: "quiet", icon: "clock" },
  processing: { label: "Processing", tone: "move", icon: "card" },
  requires_action: { label: "Waits for customer", tone: "warn", icon: "user" },
  authorized: { label: "Authorized", tone: "move", icon: "lock" },
  captured: { label: "Captured", tone: "good", icon: "check" },
  voided: { label: "Voided", tone: "quiet", icon: "undo" },
  failed: { label: "Failed", tone: "bad", icon: "cross" },
};

/** Each authorization and what became of it. */
export function Payments({ order }: { order: OrderAnswer }) {
  return (
    <Panel title="Payments">
      {order.payments.length === 0 && <Empty title="Nothing has been charged" />}
      <ul className="divide-y divide-line">
        {order.payments.map((payment) => (
          <li key={payment.number} className="px-3 py-2.5 text-[0.8125rem]">
            <div className="flex items-center gap-2">
              <span className="font-semibold">{money(payment.amount.amount, payment.amount.currency)}</span>
              <span className="text-muted">{humanize(payment.provider)}</span>
              <span className="ml-auto">
                <Chip look={lookOf(LOOKS, payment.status)} />
              </span>
            </div>
            <dl className="mt-1 grid grid-cols-[1fr_auto] gap-x-4 text-2xs text-muted">
              <dt>Captured</dt>
              <dd className="text-right">{money(payment.captured.amount, payment.captured.currency)}</dd>
              {payment.refunded.amount > 0 && (
                <>
                  <dt>Refunded</dt>
                  <dd className="text-right">{money(payment.refunded.amount, payment.refunded.currency)}</dd>
                </>
              )}
              {payment.status === "authorized" && payment.authorizationExpiresAt !== null && (
                <>
                  <dt>Authorization lapses</dt>
                  <dd className="text-right">
                    <Moment at={Date.parse(payment.authorizationExpiresAt)} />
                  </dd>
                </>
              )}
            </dl>
            {payment.failure !== null && (
              <p className="mt-1 text-bad">
                {payment.failure.message} <span className="text-2xs">({payment.failure.code})</span>
              </p>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
