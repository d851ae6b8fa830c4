import type { OrderAnswer } from "../../../../src/contracts/orders.ts";
import { count, money } from "../../ui/numbers.ts";
import { Panel } from "../../ui/panel.tsx";
import { Moment } from "../../ui/time.tsx";

type Amount = OrderAnswer["totals"]["total"];

/** What was ordered, and how the total comes about. */
export function Lines({ order }: { order: OrderAnswer }) {
  const { totals } = order;
  const show = (amount: Amount): string => money(amount.amount, amount.currency);
  const rows: [string, Amount][] = [
    ["Subtotal", totals.subtotal],
    ["Shipping", totals.shipping],
    ["Tax", totals.tax],
  ];
  return (
    <Panel title="Items" count={count(order.lines.reduce((sum, line) => sum + line.quantity, 0))}>
      <table className="w-full text-[0.8125rem]">
        <thead className="sr-only md:not-sr-only md:border-b md:border-line">
          <tr>
            <th scope="col" className="eyebrow w-full px-3 py-1.5 text-left">
              Item
            </th>
            <th scope="col" className="eyebrow px-3 py-1.5 text-right">
              Price
            </th>
            <th scope="col" className="eyebrow px-3 py-1.5 text-right">
              Units
            </th>
            <th scope="col" className="eyebrow px-3 py-1.5 text-right">
              Net
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {order.lines.map((line) => (
            <tr key={line.number} className={line.quantity === 0 ? "text-muted line-through" : ""}>
              <td className="px-3 py-2">
                <span className="font-medium">{line.name}</span>
                <span className="block text-2xs text-muted">{line.sku}</span>
                {line.backordered > 0 && (
                  <span className="text-2xs font-semibold text-warn">
                    {line.backordered === 1 ? "1 waits" : `${count(line.backordered)} wait`} for stock
                    {line.promisedDate !== null && `, promised for ${line.promisedDate}`}
                    {order.backorderedUntil !== null && (
                      <>
                        {line.promisedDate === null ? ", promised by " : ", at the latest by "}
                        <Moment at={Date.parse(order.backorderedUntil)} />
                      </>
                    )}
                  </span>
                )}
              </td>
              <td className="px-3 py-2 text-right whitespace-nowrap text-muted">{show(line.unitPrice)}</td>
              <td className="px-3 py-2 text-right whitespace-nowrap">{count(line.quantity)}</td>
              <td className="px-3 py-2 text-right font-medium whitespace-nowrap">{show(line.net)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <dl className="ml-auto grid w-full max-w-64 grid-cols-[1fr_auto] gap-x-6 gap-y-1 border-t border-line px-3 py-2.5 text-[0.8125rem]">
        {rows.map(([label, amount]) => (
          <div key={label} className="contents">
            <dt className="text-muted">{label}</dt>
            <dd className="text-right">{show(amount)}</dd>
          </div>
        ))}
        {order.discounts.map((discount) => (
          <div key={discount.reason} className="contents">
            <dt className="text-muted">Discount ({discount.reason})</dt>
            <dd className="text-right">−{show(discount.amount)}</dd>
          </div>
        ))}
        <dt className="font-semibold">Total</dt>
        <dd className="text-right font-semibold">{show(totals.total)}</dd>
      </dl>
    </Panel>
  );
}
