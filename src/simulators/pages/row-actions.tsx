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
    disputes: ({ id, status }) =>
      status === "won" || status === "lost"
        ? []
        : ["under_review", "won", "lost"].map((outcome) => ({
            action: `/simulators/stripe/disputes/${text(id)}`,
            label: outcome.replaceAll("_", " "),
            says: `Make dispute ${text(id)} ${outcome.replaceAll("_", " ")}`,
            field: { name: "status", value: outcome },
          })),
  },
};

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
