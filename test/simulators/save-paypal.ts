import { createSavedMethods, type SavedMethodDesks } from "../../src/providers/registry.ts";
import type { SimulatedWorld } from "./simulated-world.ts";

/** The real adapters of saved means of payment, before the simulated world. */
export function savedMethodsIn({ vars, fetch }: Pick<SimulatedWorld, "vars" | "fetch">): SavedMethodDesks {
  return createSavedMethods({
    stripe: { secretKey: vars["STRIPE_SECRET_KEY"] ?? "" },
    paypal: { clientId: vars["PAYPAL_CLIENT_ID"] ?? "", clientSecret: vars["PAYPAL_CLIENT_SECRET"] ?? "" },
    simulators: { fetch },
  });
}

/** Answers PayPal's page; where it sends the customer back to. */
export async function answerPaypal(
  { fetch }: Pick<SimulatedWorld, "fetch">,
  page: string,
  answer: string,
): Promise<URL> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const reply = await fetch(page, { method: "POST", headers, body: `answer=${answer}` });
  if (reply.status !== 303) throw new Error(`PayPal's page was answered with ${reply.status}`);
  return new URL(reply.headers.get("location") ?? "");
}

/** A saved PayPal account of a new customer; `approve_declined`: one whose payments are declined. */
export async function savePaypal(
  world: Pick<SimulatedWorld, "vars" | "fetch">,
  answer: "approve" | "approve_declined" = "approve",
): Promise<string> {
  const { paypal } = savedMethodsIn(world);
  const key = crypto.randomUUID();
  const customer = await paypal.createCustomer({ id: `cus_${key.slice(0, 8)}`, name: "Ada" }, `customer:${key}`);
  if (customer.outcome !== "done") throw new Error("PayPal made no customer");
  const asked = await paypal.save(customer.value, "paypal", "http://localhost:8787/back", `save:${key}`);
  if (asked.outcome !== "done" || asked.value.status !== "requires_action") throw new Error("PayPal asks nothing");
  const back = await answerPaypal(world, asked.value.actionUrl, answer);
  await paypal.finish(customer.value, back.searchParams.get("approval_token_id") ?? "");
  const listed = await paypal.list(customer.value);
  const id = listed.outcome === "done" ? listed.value[0]?.id : undefined;
  if (id === undefined) throw new Error("PayPal has saved nothing");
  return id;
}
