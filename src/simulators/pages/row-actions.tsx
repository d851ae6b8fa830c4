import type { BookRow } from "../books/vendor-books.ts";
import type { Vendor } from "../vendors.ts";

/** Something that whoever looks at the books can have happen to what a row is about. */
interface RowAction {
  action: string;
  label: string;
  /** The label for whoever does not see the row. */
  says: string;
  /** What of the form tells it from another action at the same address. */
  field?: { name: string; value: string };
}

const ACTIONS: Readonly<Partial<Record<Vendor, Readonly<Record<string, (row: BookRow) => RowAction[]>>>>> = {
  fedex: {
    parcels: ({ tracking_number: number, next_at: nextAt }) =>
      nextAt === null
        ? []
        : [
            {
              action: `/simulators/fedex/parcels/${text(number)}/advance`,
              label: "Next scan",
              says: `Move ${text(number)} to its next scan`,
            },
          ],
  },
  paypal: {
    captures: ({ id, amount, refunded, disputed }) =>
      Number(amount) <= Number(refunded) || disputed !== 0
        ? []
        : [
            {
              action: `/simulators/paypal/captures/${text(id)}/dispute`,
              label: "Dispute",
              says: `Dispute ${text(id)}`,
              field: { name: "reason", value: "MERCHANDISE_OR_SERVICE_NOT_RECEIVED" },
            },
          ],
    refunds: ({ id, status }) => (status === "COMPLETED" ? [failure("paypal", text(id))] : []),
    disputes: ({ id, status }) => (status === "RESOLVED" ? [] : decisions("paypal", text(id))),
  },
  stripe: {
    payment_intents: ({ id, received, refunded, disputed }) =>
      Number(received) <= Number(refunded) || disputed !== 0
        ? []
        : [
            {
              action: `/simulators/stripe/payment_intents/${text(id)}/dispute`,
              label: "Dispute",
              says: `Dispute ${text(id)}`,
              field: { name: "reason", value: "product_not_received" },
            },
          ],
    refunds: ({ id, status }) => (status === "succeeded" ? [failure("stripe", text(id))] : []),
    disputes: ({ id, status }) => (status === "won" || status === "lost" ? [] : decisions("stripe", text(id))),
  },
};

/** A refund may fail days after it was made. */
function failure(vendor: Vendor, id: string): RowAction {
  return { action: `/simulators/${vendor}/refunds/${id}/fail`, label: "Fail", says: `Let refund ${id} fail` };
}

/** What may become of an open dispute. */
function decisions(vendor: Vendor, id: string): RowAction[] {
  return ["under_review", "won", "lost"].map((outcome) => ({
    action: `/simulators/${vendor}/disputes/${id}`,
    label: outcome.replaceAll("_", " "),
    says: `Make dispute ${id} ${outcome.replaceAll("_", " ")}`,
    field: { name: "status", value: outcome },
  }));
}

/** Whether the rows of this table have anything to be done with them. */
export function hasActions(vendor: Vendor, table: string): boolean {
  return ACTIONS[vendor]?.[table] !== undefined;
}

/** The buttons of one row. */
export function RowActions({ vendor, table, row }: { vendor: Vendor; table: string; row: BookRow }) {
  return (
    <>
      {(ACTIONS[vendor]?.[table]?.(row) ?? []).map(({ action, label, says, field }) => (
        <form method="post" action={action}>
          <button type="submit" aria-label={says} name={field?.name} value={field?.value}>
            {label}
          </button>
        </form>
      ))}
    </>
  );
}

/** The column as text; books hold no bytes. */
function text(value: SqlStorageValue | undefined): string {
  return typeof value === "string" || typeof value === "number" ? value.toString() : "";
}
