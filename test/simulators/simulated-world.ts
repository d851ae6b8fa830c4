import { fileURLToPath } from "node:url";
import { createTestHarness } from "wrangler";
import { readVars } from "./toml-vars.ts";
import type { FetchFunction } from "../../src/providers/http.ts";
import { createProviders, type Providers } from "../../src/providers/registry.ts";
import type { Knobs } from "../../src/simulators/books/knobs.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Delivered {
  url: string;
  headers: Record<string, string>;
  body: string;
}

type Row = Record<string, string | number | null>;

/** The built simulators Worker from its real config, a receiver of its webhooks, and the real adapters before it. */
export interface SimulatedWorld {
  providers: Providers;
  vars: Record<string, string>;
  fetch: FetchFunction;
  turn(vendor: string, change: Partial<Knobs>): Promise<void>;
  rows(vendor: string, table: string): Promise<Row[]>;
  /** The webhooks delivered so far whose body or address holds this text. */
  delivered(holding: string): Promise<Delivered[]>;
  answerWebhooksWith(status: number): Promise<void>;
  close(): Promise<void>;
}

export async function startSimulatedWorld(): Promise<SimulatedWorld> {
  const server = createTestHarness({
    root: ROOT,
    workers: [
      { configPath: "wrangler.simulators.toml" },
      { config: { name: "holdfast", main: "test/simulators/webhook-receiver.ts", compatibility_date: "2026-10-01" } },
    ],
  });
  await server.listen();
  const simulators = server.getWorker("holdfast-simulators");
  const receiver = server.getWorker("holdfast");
  const vars = readVars(`${ROOT}wrangler.simulators.toml`);
  const fetch: FetchFunction = async (url, init) => {
    const answer = await simulators.fetch(url, {
      method: init.method,
      headers: [...new Headers(init.headers)],
      body: init.body as string,
      signal: init.signal,
      redirect: "manual",
    });
    const body = await answer.arrayBuffer();
    return new Response(answer.status === 204 ? null : body, { status: answer.status, headers: [...answer.headers] });
  };
  const page = (path: string): string => `http://localhost:8787/simulators/${path}`;
  return {
    vars,
    fetch,
    providers: createProviders({
      stripe: { secretKey: vars["STRIPE_SECRET_KEY"] ?? "" },
      paypal: { clientId: vars["PAYPAL_CLIENT_ID"] ?? "", clientSecret: vars["PAYPAL_CLIENT_SECRET"] ?? "" },
      sendgrid: {
        apiKey: vars["SENDGRID_API_KEY"] ?? "",
        from: { email: "orders@holdfast.example", name: "Holdfast" },
      },
      twilio: {
        accountSid: vars["TWILIO_ACCOUNT_SID"] ?? "",
        authToken: vars["TWILIO_AUTH_TOKEN"] ?? "",
        from: "+15005550006",
        statusCallback: "http://localhost:8787/api/v1/webhooks/twilio",
      },
      fedex: {
        clientId: vars["FEDEX_CLIENT_ID"] ?? "",
        clientSecret: vars["FEDEX_CLIENT_SECRET"] ?? "",
        account: vars["FEDEX_ACCOUNT"] ?? "",
      },
      simulators: { fetch },
    }),
    async turn(vendor, change) {
      const answer = await fetch(page(`${vendor}/knobs`), { method: "PUT", body: JSON.stringify(change) });
      if (!answer.ok) throw new Error(`the knob was not turned: ${answer.status}`);
      await answer.text();
    },
    async rows(vendor, table) {
      const view = (await (await fetch(page(`${vendor}/books.json`), { method: "GET" })).json()) as {
        tables: Record<string, Row[]>;
      };
      return view.tables[table] ?? [];
    },
    async delivered(holding) {
      const all = (await (await receiver.fetch("http://localhost/received")).json()) as Delivered[];
      return all.filter(({ url, body }) => url.includes(holding) || body.includes(holding));
    },
    async answerWebhooksWith(status) {
      await (await receiver.fetch(`http://localhost/answer-with?status=${status}`)).arrayBuffer();
    },
    close: () => server.close(),
  };
}

/** Asks until the answer holds, and fails after ten seconds. */
export async function until<Value>(what: string, ask: () => Promise<Value | null | undefined | false>): Promise<Value> {
  const giveUpAt = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > giveUpAt) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
