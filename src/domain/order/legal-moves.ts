import type { OrderCommandType, OrderRefusal } from "./commands.ts";
import { ORDER_STATES, type OrderState } from "./order.ts";

/**
 * The legal moves of an order, as data: what each command meets in each state.
 * `yes`: allowed. `depends`: the rule of the command decides (on shipments, payments or deadlines).
 * Anything else is the reason of the refusal. Printed into docs/order-states.md.
 */
export type Move =
  | "yes"
  | "depends"
  | Extract<
      OrderRefusal["reason"],
      "already_ended" | "already_shipped" | "payment_not_failed" | "shipment_state" | "order_exists" | "not_delivered"
    >;

const everywhere = (move: Move): Record<OrderState, Move> =>
  Object.fromEntries(ORDER_STATES.map((state) => [state, move])) as Record<OrderState, Move>;

const ended: Pick<Record<OrderState, Move>, "CANCELLED" | "REFUNDED"> = {
  CANCELLED: "already_ended",
  REFUNDED: "already_ended",
};

/** Commands on a shipment: there is one from FULFILLMENT_PENDING on, and its own state decides. */
const onShipment: Record<OrderState, Move> = {
  ...everywhere("shipment_state"),
  ...ended,
  PAYMENT_FAILED: "depends",
  FULFILLMENT_PENDING: "depends",
  FULFILLMENT_IN_PROGRESS: "depends",
  SHIPPED: "depends",
  DELIVERED: "depends",
};

/** Commands on returns: a first parcel may be delivered, and come back, while another is still to be picked. */
const onReturn: Record<OrderState, Move> = {
  ...everywhere("not_delivered"),
  ...ended,
  PAYMENT_FAILED: "depends",
  FULFILLMENT_PENDING: "depends",
  FULFILLMENT_IN_PROGRESS: "depends",
  SHIPPED: "depends",
  DELIVERED: "depends",
};

export const LEGAL_MOVES: Readonly<Record<OrderCommandType, Readonly<Record<OrderState, Move>>>> = {
  PlaceOrder: everywhere("order_exists"),
  CancelOrder: {
    ...everywhere("depends"),
    ...ended,
    SHIPPED: "already_shipped",
    DELIVERED: "already_shipped",
  },
  // A later payment (for promoted units, or instead of one that lapsed) can fail while parcels exist.
  ProvidePayment: {
    ...everywhere("payment_not_failed"),
    ...ended,
    PAYMENT_FAILED: "depends",
    FULFILLMENT_PENDING: "depends",
    FULFILLMENT_IN_PROGRESS: "depends",
  },
  CapturePayment: { ...everywhere("depends"), ...ended },
  VoidPayment: { ...everywhere("depends"), ...ended },
  StartPicking: onShipment,
  ReportShort: onShipment,
  PackShipment: onShipment,
  ShipShipment: onShipment,
  DeliverShipment: onShipment,
  RaiseException: onShipment,
  SendMessage: everywhere("yes"),
  ResendNotification: everywhere("yes"),
  RetryEffect: everywhere("depends"),
  // Contact may change as long as the order lives.
  EditOrder: { ...everywhere("depends"), ...ended },
  AddItems: { ...everywhere("depends"), ...ended, SHIPPED: "already_shipped", DELIVERED: "already_shipped" },
  CancelLines: { ...everywhere("depends"), ...ended, SHIPPED: "already_shipped", DELIVERED: "already_shipped" },
  RequestReturn: onReturn,
  ApproveReturn: onReturn,
  RejectReturn: onReturn,
  ReceiveReturn: onReturn,
  InspectReturn: onReturn,
  RefundOrder: { ...everywhere("depends"), ...ended },
};
