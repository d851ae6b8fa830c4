import type { NotificationKind } from "../../domain/order/effects.ts";
import { formatMoney } from "../../domain/money.ts";
import type { Order, Shipment } from "../../domain/order/order.ts";
import type { Return } from "../../domain/order/return.ts";

/** What a message says, before it is laid out for mail or SMS. */
export interface MessageText {
  subject: string;
  /** Paragraphs of plain text. */
  paragraphs: string[];
  /** Where the reader can do something, when there is something to do. */
  action?: { label: string; url: string };
  /** Whether the order's lines are listed below. */
  listsLines: boolean;
}

export interface MessageInput {
  order: Order;
  notification: NotificationKind;
  /** What the notification is about: `order`, `shipment:<id>`, `payment:<n>`, `refund:<id>` … */
  subject: string;
  /** A person's own words, for the kind `message`. */
  text: string | undefined;
}

/** The words of each kind of message. Pure: the same order and kind always say the same. */
export function messageText({ order, notification, subject, text }: MessageInput): MessageText {
  const { number } = order;
  const shipment = shipmentOf(order, subject);
  switch (notification) {
    case "order_confirmed":
      return {
        subject: `Your order ${number} is confirmed`,
        paragraphs: [
          `Thank you, ${order.contact.name}. Your order ${number} is confirmed and on its way through our warehouse.`,
          deliverySentence(order),
        ],
        listsLines: true,
      };
    case "action_required": {
      const url = order.payments.find(({ status }) => status === "requires_action")?.actionUrl;
      return {
        subject: `Please confirm the payment of your order ${number}`,
        paragraphs: [
          "Your bank asks you to confirm this payment. We keep your items for you for 20 minutes from your order.",
        ],
        ...(url && { action: { label: "Confirm the payment", url } }),
        listsLines: false,
      };
    }
    case "payment_failed":
      return {
        subject: `The payment of your order ${number} did not go through`,
        paragraphs: [
          "Your bank did not accept the payment, and nothing was charged. Your items are kept for a short while: you can try again with another means of payment.",
        ],
        listsLines: true,
      };
    case "shipped":
      return {
        subject: `Your order ${number} is on its way`,
        paragraphs: [shippedSentence(number, shipment), deliverySentence(order)],
        listsLines: false,
      };
    case "delivered":
      return {
        subject: `Your order ${number} has been delivered`,
        paragraphs: ["Your parcel has been delivered. We hope you enjoy it."],
        listsLines: false,
      };
    case "cancelled":
      return {
        subject: `Your order ${number} is cancelled`,
        paragraphs: [
          order.ended?.reason === "stock_short"
            ? "We are sorry: an item of your order is no longer in stock anywhere, so we had to cancel the order."
            : "Your order is cancelled, as it was asked for.",
          "What was reserved on your card is released; what was already charged is paid back.",
        ],
        listsLines: true,
      };
    case "cancel_refused":
      return {
        subject: `Your order ${number} could not be cancelled`,
        paragraphs: [
          "The warehouse had already begun to pack your order, so it will be shipped. You can send it back when it arrives.",
        ],
        listsLines: false,
      };
    case "refunded": {
      const refunded = order.payments.reduce((sum, payment) => sum + payment.refunded, 0);
      return {
        subject: `We have paid you back for your order ${number}`,
        paragraphs: [
          `Paid back so far: ${formatMoney({ amount: refunded, currency: order.currency })}. It takes your bank a few days to show it.`,
        ],
        listsLines: false,
      };
    }
    case "backordered":
      return {
        subject: `A part of your order ${number} has to wait for stock`,
        paragraphs: [
          "Some of your items are not in stock at the moment. We send them as soon as they arrive, and charge them only then.",
        ],
        listsLines: true,
      };
    case "items_cancelled":
      return {
        subject: `A part of your order ${number} is cancelled`,
        paragraphs: [
          "Some of the items of your order are cancelled. What was reserved on your card for them is released; what was already charged for them is paid back.",
        ],
        listsLines: true,
      };
    case "edit_declined":
      return {
        subject: `Your order ${number} could not be changed`,
        paragraphs: [
          "The change of your order could not be paid for, or came too late for our warehouse. Nothing was charged for it, and your order stays as it was before.",
        ],
        listsLines: true,
      };
    case "return_requested":
      return {
        subject: `We have your request to return items of your order ${number}`,
        paragraphs: ["We look at it and write to you again. Please keep the items until then."],
        listsLines: false,
      };
    case "return_approved":
      return {
        subject: `How to return the items of your order ${number}`,
        paragraphs: [
          returnSentence(order, returnOf(order, subject)),
          "As soon as the parcel is with us and has been looked at, we pay you back.",
        ],
        listsLines: false,
      };
    case "return_rejected":
      return {
        subject: `We can't take back the items of your order ${number}`,
        paragraphs: [returnOf(order, subject)?.rejection ?? "The return does not meet the terms of sale."],
        listsLines: false,
      };
    case "return_received":
      return {
        subject: `Your return for order ${number} has arrived`,
        paragraphs: ["Your parcel is with us. We look at the items next, and then pay you back."],
        listsLines: false,
      };
    case "message":
      return { subject: `About your order ${number}`, paragraphs: (text ?? "").split(/\n{2,}/), listsLines: false };
  }
}

function shipmentOf(order: Order, subject: string): Shipment | undefined {
  return order.shipments.find(({ id }) => subject === `shipment:${id}`);
}

function returnOf(order: Order, subject: string): Return | undefined {
  return order.returns.find(({ id }) => subject === `return:${id}`);
}

function returnSentence(order: Order, returned: Return | undefined): string {
  const units = (returned?.lines ?? []).map(({ line, quantity }) => {
    const name = order.lines.find(({ number }) => number === line)?.name ?? "";
    return `${quantity} × ${name}`;
  });
  const label = returned?.label;
  const parcel = `Please pack ${units.join(", ")} into one parcel.`;
  return label
    ? `${parcel} ${label.carrier} carries it back to us under the tracking number ${label.trackingNumber}.`
    : parcel;
}

function shippedSentence(number: string, shipment: Shipment | undefined): string {
  const label = shipment?.label;
  const parcel = `A parcel of your order ${number} has left our warehouse.`;
  return label ? `${parcel} ${label.carrier} carries it under the tracking number ${label.trackingNumber}.` : parcel;
}

function deliverySentence({ estimatedDelivery }: Order): string {
  return estimatedDelivery === null
    ? "We will tell you when it leaves."
    : `It should be with you by ${estimatedDelivery}.`;
}
