import { z } from "zod";
import { paypalVaultId, vaultedPaypal } from "../domain/order/payment-provider.ts";
import type { ProviderResult } from "./outcome.ts";
import { PaypalClient, type PaypalConfig } from "./paypal-client.ts";
import type { FinishedByReturn, MethodSetup, SavedAccount, SavedMethods } from "./saved-methods.ts";

const customerShape = z.object({ id: z.string().min(1) });
const setupShape = z.object({
  id: z.string().min(1),
  status: z.string(),
  customer: customerShape,
  links: z.array(z.object({ rel: z.string(), href: z.string() })).nullish(),
});
const tokenShape = z.object({
  id: z.string().min(1),
  customer: customerShape.nullish(),
  payment_source: z.object({ paypal: z.object({ email_address: z.string().nullish() }).nullish() }).nullish(),
});
type PaypalToken = z.infer<typeof tokenShape>;
const listShape = z.object({ payment_tokens: z.array(tokenShape).nullish(), total_pages: z.number().nullish() });

const SETUPS = "/v3/vault/setup-tokens";
const TOKENS = "/v3/vault/payment-tokens";
/** PayPal's largest page is 20; nobody saves more than a hundred accounts. */
const PAGE = 20;
const MOST_PAGES = 5;
/** What PayPal answers of a token that it does not have (any more). */
const MISSING: ReadonlySet<string> = new Set(["TOKEN_NOT_FOUND", "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"]);

/**
 * PayPal accounts saved in PayPal's vault: a set-up token that the customer approves at PayPal, and then the payment
 * token that it becomes when they come back.
 */
export class PaypalSavedAccounts implements SavedMethods<SavedAccount>, FinishedByReturn {
  readonly provider = "paypal";
  readonly #client: PaypalClient;

  constructor(config: PaypalConfig) {
    this.#client = new PaypalClient(config);
  }

  /** PayPal names its customers itself, and only with a set-up: this one is never approved, and lapses by itself. */
  async createCustomer({ id }: { id: string }, idempotencyKey: string): Promise<ProviderResult<string>> {
    const body = { payment_source: { paypal: { usage_type: "MERCHANT" } }, customer: { merchant_customer_id: id } };
    const made = await this.#client.post(SETUPS, body, idempotencyKey, setupShape);
    return made.outcome === "done" ? { outcome: "done", value: made.value.customer.id } : made;
  }

  async save(
    providerCustomer: string,
    _token: string,
    returnUrl: string,
    idempotencyKey: string,
  ): Promise<ProviderResult<MethodSetup<SavedAccount>>> {
    const experience_context = {
      return_url: returnUrl,
      cancel_url: returnUrl,
      shipping_preference: "NO_SHIPPING",
      vault_instruction: "ON_PAYER_APPROVAL",
    };
    const body = {
      payment_source: { paypal: { usage_type: "MERCHANT", experience_context } },
      customer: { id: providerCustomer },
    };
    const made = await this.#client.post(SETUPS, body, idempotencyKey, setupShape);
    if (made.outcome !== "done") return made;
    const { status, links } = made.value;
    const actionUrl = links?.find(({ rel }) => rel === "approve")?.href;
    return actionUrl === undefined
      ? { outcome: "failed", code: status, message: "PayPal does not say where to approve", retryable: false }
      : { outcome: "done", value: { status: "requires_action", actionUrl } };
  }

  async finish(providerCustomer: string, setup: string): Promise<ProviderResult<"saved" | "saved_before" | "refused">> {
    const found = await this.#client.get(`${SETUPS}/${encodeURIComponent(setup)}`, setupShape);
    if (found.outcome === "failed" && MISSING.has(found.code)) return { outcome: "done", value: "refused" };
    if (found.outcome !== "done") return found;
    const { status, customer } = found.value;
    if (customer.id !== providerCustomer) return { outcome: "done", value: "refused" };
    if (status === "VAULTED") return { outcome: "done", value: "saved_before" };
    if (status !== "APPROVED") return { outcome: "done", value: "refused" };
    const body = { payment_source: { token: { id: setup, type: "SETUP_TOKEN" } } };
    const vaulted = await this.#client.post(TOKENS, body, `vault:${setup}`, tokenShape);
    return vaulted.outcome === "done" ? { outcome: "done", value: "saved" } : vaulted;
  }

  async list(providerCustomer: string): Promise<ProviderResult<SavedAccount[]>> {
    const all: SavedAccount[] = [];
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const query = new URLSearchParams({
        customer_id: providerCustomer,
        page_size: String(PAGE),
        page: String(page),
        total_required: "true",
      });
      const listed = await this.#client.get(`${TOKENS}?${query.toString()}`, listShape);
      // A customer who has saved nothing yet is unknown to the vault.
      if (listed.outcome === "failed" && MISSING.has(listed.code)) break;
      if (listed.outcome !== "done") return listed;
      all.push(...(listed.value.payment_tokens ?? []).map(accountOf));
      if (page >= (listed.value.total_pages ?? 1)) break;
    }
    return { outcome: "done", value: all };
  }

  async find(providerCustomer: string, id: string): Promise<ProviderResult<SavedAccount | null>> {
    const vaultId = paypalVaultId(id);
    if (vaultId === null) return { outcome: "done", value: null };
    const found = await this.#client.get(`${TOKENS}/${encodeURIComponent(vaultId)}`, tokenShape);
    if (found.outcome === "failed" && MISSING.has(found.code)) return { outcome: "done", value: null };
    if (found.outcome !== "done") return found;
    const isTheirs = found.value.customer?.id === providerCustomer;
    return { outcome: "done", value: isTheirs ? accountOf(found.value) : null };
  }

  async remove(id: string): Promise<ProviderResult<null>> {
    const removed = await this.#client.remove(`${TOKENS}/${encodeURIComponent(paypalVaultId(id) ?? id)}`);
    // Gone already: that is what was asked for.
    return removed.outcome === "failed" && MISSING.has(removed.code) ? { outcome: "done", value: null } : removed;
  }
}

function accountOf({ id, payment_source: source }: PaypalToken): SavedAccount {
  return { id: vaultedPaypal(id), account: masked(source?.paypal?.email_address) };
}

/** Enough of a mail address for its owner to know it by. */
function masked(email: string | null | undefined): string | null {
  const [, first, host] = /^(.).*@(.+)$/.exec(email ?? "") ?? [];
  return first === undefined || host === undefined ? null : `${first}***@${host}`;
}
