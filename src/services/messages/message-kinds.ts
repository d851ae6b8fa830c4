import type { NotificationKind } from "../../domain/order/effects.ts";
import { ORDER_MESSAGES } from "./kinds/orders.ts";
import { PARCEL_MESSAGES } from "./kinds/parcels.ts";
import { PAYMENT_MESSAGES } from "./kinds/payments.ts";
import { RETURN_MESSAGES } from "./kinds/returns.ts";
import type { MessageKind } from "./message-kind.ts";

/** Every kind of message. A new one is an entry in one of these files. */
export const MESSAGE_KINDS: Readonly<Record<NotificationKind, MessageKind>> = {
  ...ORDER_MESSAGES,
  ...PAYMENT_MESSAGES,
  ...PARCEL_MESSAGES,
  ...RETURN_MESSAGES,
};
