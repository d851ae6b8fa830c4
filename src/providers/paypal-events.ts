import { z } from "zod";
import type { ProviderResult } from "./outcome.ts";
import type { PaymentSnapshot } from "./payment.ts";
import { isUnknown } from "./paypal-captures.ts";
import { PaypalClient, type PaypalConfig } from "./paypal-client.ts";
import { readAmount, readPaypalReference } from "./paypal-parse.ts";
import type { PaymentEvent } from "./webhooks/payment-event.ts";

const eventShape = z.object({
  id: z.string().min(1),
  event_type: z.string().min(1),
  create_time: z.string(),
  // Disputes have no id of that name, but one of their own.
  resource: z.union([z.looseObject({ id: z.string().min(1) }), z.looseObject({ dispute_id: z.string().min(1) })]),
});

const orderShape = z.object({ id: z.string(), purchase_units: z.array(z.object({ custom_id: z.string().nullish() })) });
const paymentShape = z.object({
  custom_id: z.string().nullish(),
  supplementary_data: z.object({ related_ids: z.object({ order_id: z.string().nullish() }).nullish() }).nullish(),
  links: z.array(z.object({ rel: z.string(), href: z.string() })).nullish(),
});

const REFUND_FAILED = "PAYMENT.REFUND.FAILED";

const STATUS_OF_TYPE: Readonly<Record<string, PaymentSnapshot["status"]>> = {
  "PAYMENT.AUTHORIZATION.CREATED": "authorized",
  "PAYMENT.AUTHORIZATION.VOIDED": "voided",
  "PAYMENT.CAPTURE.COMPLETED": "captured",
};

/** Where an event that was told of is read. */
export interface EventDesk {
  /** The event as the provider has it; null where it knows of none. */
  retrieveEvent(eventId: string): Promise<ProviderResult<PaymentEvent | null>>;
}

/** PayPal's own record of what it has told. */
export class PaypalEvents implements EventDesk {
  readonly #client: PaypalClient;

  constructor(config: PaypalConfig) {
    this.#client = new PaypalClient(config);
  }

  async retrieveEvent(eventId: string): Promise<ProviderResult<PaymentEvent | null>> {
    const path = `/v1/notifications/webhooks-events/${encodeURIComponent(eventId)}`;
    const event = await this.#client.get(path, eventShape);
    if (event.outcome === "done") return { outcome: "done", value: eventOf(event.value) };
    return isUnknown(event) ? { outcome: "done", value: null } : event;
  }
}

function eventOf({ event_type: type, create_time, resource }: z.infer<typeof eventShape>): PaymentEvent {
  const order = orderShape.safeParse(resource);
  const about = paymentShape.safeParse(resource);
  const payment = about.success ? about.data : null;
  const reference = order.success ? order.data.purchase_units[0]?.custom_id : payment?.custom_id;
  const ours = readPaypalReference(reference);
  const captureId = payment?.links?.flatMap(({ rel, href }) => (rel === "up" ? captureOf(href) : []))[0];
  return {
    type,
    status: STATUS_OF_TYPE[type] ?? null,
    createdAt: Date.parse(create_time) || 0,
    intentId: order.success ? order.data.id : (payment?.supplementary_data?.related_ids?.order_id ?? null),
    orderId: ours?.orderId ?? null,
    payment: ours?.payment ?? null,
    amount: readAmount(resource),
    ...(captureId !== undefined && { captureId }),
    ...(type === REFUND_FAILED &&
      "id" in resource &&
      typeof resource.id === "string" && { failedRefundId: resource.id }),
    ...(type.startsWith("CUSTOMER.DISPUTE.") &&
      "dispute_id" in resource &&
      typeof resource.dispute_id === "string" && { disputeId: resource.dispute_id }),
  };
}

/** The capture that a refund's link leads up to: a refund that was made by hand names nothing else. */
function captureOf(href: string): string[] {
  const id = /\/v2\/payments\/captures\/([A-Za-z0-9]+)$/.exec(href)?.[1];
  return id === undefined ? [] : [id];
}
