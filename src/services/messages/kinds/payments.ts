import { ownPayments } from "../../../domain/order/amounts.ts";
import type { NotificationKind } from "../../../domain/order/effects.ts";
import { always, link, money, ORDER_VARIABLES } from "../common-variables.ts";
import { button, LINES, mail, type MessageKind, sms } from "../message-kind.ts";

const paymentLink = link(
  "where the reader confirms the payment",
  "https://bank.example/confirm",
  ({ order }) => order.payments.find(({ status }) => status === "requires_action")?.actionUrl ?? undefined,
);

/** Customers who pay by PayPal have no bank to go to. */
const asker = always("who asks the reader to confirm the payment", "Your bank", ({ order, language }) => {
  const asking = order.payments.find(({ status }) => status === "requires_action") ?? order.payments.at(-1);
  if (asking?.provider === "paypal") return "PayPal";
  return language === "de" ? "Ihre Bank" : "Your bank";
});

const refunded = always("what was paid back so far", "EUR 19.99", ({ order, language }) =>
  money(
    { amount: ownPayments(order).reduce((sum, payment) => sum + payment.refunded, 0), currency: order.currency },
    language,
  ),
);

/** What is said about an order's money. */
export const PAYMENT_MESSAGES = {
  action_required: {
    topic: null,
    variables: { ...ORDER_VARIABLES, paymentLink, asker },
    standard: {
      en: {
        email: mail(
          "Please confirm the payment of your order {{number}}",
          "{{asker}} asks you to confirm this payment of {{total}}. We keep your items for you for 20 minutes from your order.",
          button("Confirm the payment", "paymentLink"),
        ),
        sms: sms("Please confirm the payment of your order {{number}} within 20 minutes.", "{{paymentLink}}"),
      },
      de: {
        email: mail(
          "Bitte bestätigen Sie die Zahlung Ihrer Bestellung {{number}}",
          "{{asker}} bittet Sie, diese Zahlung von {{total}} zu bestätigen. Wir halten Ihre Artikel ab der Bestellung 20 Minuten für Sie bereit.",
          button("Zahlung bestätigen", "paymentLink"),
        ),
        sms: sms("Bitte bestätigen Sie die Zahlung Ihrer Bestellung {{number}} binnen 20 Minuten.", "{{paymentLink}}"),
      },
    },
  },
  payment_failed: {
    topic: null,
    variables: ORDER_VARIABLES,
    standard: {
      en: {
        email: mail(
          "The payment of your order {{number}} did not go through",
          "The payment was not accepted, and nothing was charged. Your items are kept for a short while: you can try again with another means of payment.",
          LINES,
        ),
        sms: sms("The payment of your order {{number}} did not go through; nothing was charged.", "Please try again."),
      },
      de: {
        email: mail(
          "Die Zahlung Ihrer Bestellung {{number}} ist fehlgeschlagen",
          "Die Zahlung wurde nicht angenommen, es wurde nichts abgebucht. Wir halten Ihre Artikel noch kurze Zeit bereit: Versuchen Sie es mit einem anderen Zahlungsmittel.",
          LINES,
        ),
        sms: sms("Die Zahlung Ihrer Bestellung {{number}} ist fehlgeschlagen.", "Bitte versuchen Sie es noch einmal."),
      },
    },
  },
  refunded: {
    topic: null,
    variables: { ...ORDER_VARIABLES, refunded },
    standard: {
      en: {
        email: mail(
          "We have paid you back for your order {{number}}",
          "Paid back so far: {{refunded}}. It may take a few days until you see it.",
        ),
        sms: sms("Your order {{number}}: {{refunded}} paid back so far.", "You will see it in a few days."),
      },
      de: {
        email: mail(
          "Wir haben Ihnen zu Ihrer Bestellung {{number}} Geld erstattet",
          "Bisher erstattet: {{refunded}}. Sie sehen es in einigen Tagen.",
        ),
        sms: sms("Ihre Bestellung {{number}}: bisher {{refunded}} erstattet."),
      },
    },
  },
} satisfies Partial<Record<NotificationKind, MessageKind>>;
