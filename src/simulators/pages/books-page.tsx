import { knobsShape, type Knobs } from "../books/knobs.ts";
import type { BookRow, BooksView } from "../books/vendor-books.ts";
import type { Vendor } from "../vendors.ts";
import { Layout } from "./layout.tsx";
import { hasActions, RowActions } from "./row-actions.tsx";

const TITLES: Readonly<Record<Vendor, string>> = {
  stripe: "Stripe",
  sendgrid: "SendGrid",
  twilio: "Twilio",
  fedex: "FedEx",
  paypal: "PayPal",
};

const KNOB_LABELS: Readonly<Record<keyof Knobs, string>> = {
  latencyMs: "Latency (ms)",
  errorRate: "Answers 500 (0 to 1)",
  rate429: "Answers 429 (0 to 1)",
  lostReplyRate: "Loses the reply (0 to 1)",
  silentRate: "Never answers (0 to 1)",
  duplicateWebhooks: "Doubles webhooks (0 to 1)",
  reorderWebhooks: "Reorders webhooks (0 to 1)",
  webhookDelayMs: "Delays webhooks (ms)",
  webhooksEnabled: "Sends webhooks",
  seed: "Seed of the dice",
  speed: "Speed of parcels (× real time)",
  callsPerMinute: "Calls taken a minute",
  authorizationSeconds: "Authorization lasts (s)",
  bounces: "Never reached (addresses, @domains, numbers)",
  delays: "Reached late (addresses, @domains, numbers)",
};

/** Knobs that only some vendors heed. */
const OWN_KNOBS: Readonly<Partial<Record<keyof Knobs, readonly Vendor[]>>> = {
  speed: ["fedex"],
  callsPerMinute: ["fedex"],
  authorizationSeconds: ["stripe"],
  bounces: ["sendgrid", "twilio"],
  delays: ["sendgrid", "twilio"],
};

/** Columns that say much in little room; a table's others are in `books.json`. */
const HIDDEN: ReadonlySet<string> = new Set([
  "html",
  "text",
  "body",
  "client_secret",
  "metadata",
  "headers",
  "last_error",
  "fingerprint",
  "shipper",
  "recipient",
]);

/** A vendor's books: its knobs, and the newest rows of each of its tables. */
export function BooksPage({ vendor, view }: { vendor: Vendor; view: BooksView }) {
  return (
    <Layout title={TITLES[vendor]} path={`/simulators/${vendor}`}>
      <p class="dim">
        The newest rows of each table; everything is in <a href={`/simulators/${vendor}/books.json`}>books.json</a>.
        Webhooks:{" "}
        {Object.entries(view.webhooks)
          .map(([state, count]) => `${count} ${state.replaceAll("_", " ")}`)
          .join(", ") || "none yet"}
        .
      </p>
      <h2>Knobs</h2>
      <KnobsForm vendor={vendor} knobs={view.knobs} />
      {Object.entries(view.tables).map(([table, rows]) => (
        <section>
          <h2>{table.replaceAll("_", " ")}</h2>
          <Rows vendor={vendor} table={table} rows={rows} />
        </section>
      ))}
    </Layout>
  );
}

function KnobsForm({ vendor, knobs }: { vendor: Vendor; knobs: Knobs }) {
  const names = knobsShape.keyof().options.filter((name) => OWN_KNOBS[name]?.includes(vendor) ?? true);
  return (
    <form class="knobs" method="post" action={`/simulators/${vendor}/knobs`}>
      {names.map((name) => {
        const value = knobs[name];
        if (typeof value === "string")
          return (
            <label>
              {KNOB_LABELS[name]}
              <input type="text" name={name} value={value} />
            </label>
          );
        return typeof value === "boolean" ? (
          <label>
            {KNOB_LABELS[name]}
            <br />
            <input type="checkbox" name={name} checked={value} />
          </label>
        ) : (
          <label>
            {KNOB_LABELS[name]}
            <input type="number" name={name} value={String(value)} min="0" step="any" />
          </label>
        );
      })}
      <div>
        <button class="main" type="submit">
          Turn
        </button>
      </div>
    </form>
  );
}

function Rows({ vendor, table, rows }: { vendor: Vendor; table: string; rows: BookRow[] }) {
  const [first] = rows;
  if (first === undefined) return <p class="dim">Nothing yet.</p>;
  const columns = Object.keys(first).filter((column) => !HIDDEN.has(column));
  const canAct = hasActions(vendor, table);
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={table.replaceAll("_", " ")}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col">{column.replaceAll("_", " ")}</th>
            ))}
            {canAct && <th scope="col">do</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {columns.map((column) => (
                <td>{shown(column, row[column])}</td>
              ))}
              {canAct && (
                <td>
                  <RowActions vendor={vendor} table={table} row={row} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The column as text; books hold no bytes. */
function textOf(value: SqlStorageValue | undefined): string {
  return typeof value === "string" || typeof value === "number" ? value.toString() : "";
}

const FIRST_MOMENT = 1_000_000_000_000;

function shown(column: string, value: SqlStorageValue | undefined): string {
  if (value === null || value === undefined) return "";
  const isMoment = typeof value === "number" && value > FIRST_MOMENT && /(^|_)(at|created|before)$/.test(column);
  return isMoment ? new Date(value).toISOString().replace("T", " ").slice(0, 19) : textOf(value);
}
