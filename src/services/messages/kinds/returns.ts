import { orderNumberOf } from "../../../domain/ids.ts";
import type { NotificationKind } from "../../../domain/order/effects.ts";
import { creditAmount } from "../../../domain/order/exchange.ts";
import { refundAmount } from "../../../domain/order/refund.ts";
import type { Return } from "../../../domain/order/return.ts";
import { link, money, ORDER_VARIABLES, sometimes } from "../common-variables.ts";
import { button, mail, type MessageKind, type MessageSubject, sms } from "../message-kind.ts";

function returnOf({ order, about }: MessageSubject): Return | undefined {
  return order.returns.find(({ id }) => about === `return:${id}`);
}

const RETURN_VARIABLES = {
  ...ORDER_VARIABLES,
  items: sometimes("what comes back", "2 × Storm lantern", (subject) => {
    const lines = returnOf(subject)?.lines ?? [];
    const names = new Map(subject.order.lines.map(({ number, name }) => [number, name]));
    return lines.map(({ line, quantity }) => `${quantity} × ${names.get(line) ?? ""}`).join(", ") || undefined;
  }),
  carrier: sometimes("who carries the return", "FedEx", (subject) => returnOf(subject)?.label?.carrier),
  trackingNumber: sometimes(
    "the return's tracking number",
    "794644790138",
    (subject) => returnOf(subject)?.label?.trackingNumber,
  ),
  labelLink: link(
    "the label to print and stick on the parcel",
    "https://holdfast.example/return-label/sample",
    (subject) => (returnOf(subject)?.label ? subject.labelUrl : undefined),
  ),
};

function exchangeOf(subject: MessageSubject): { number: string; credit: number; rest: number } | undefined {
  const returned = returnOf(subject);
  const orderId = returned?.exchange?.orderId;
  const refund = subject.order.refunds.find(({ returnId }) => returnId === returned?.id);
  return orderId
    ? {
        number: orderNumberOf(orderId),
        credit: refund ? creditAmount(refund) : 0,
        rest: refund ? refundAmount(refund) : 0,
      }
    : undefined;
}

const EXCHANGE_VARIABLES = {
  ...RETURN_VARIABLES,
  exchangeNumber: sometimes(
    "the number of the order in exchange",
    "HF-9P3Q7",
    (subject) => exchangeOf(subject)?.number,
  ),
  credit: sometimes("what of the returned items' value pays for the exchange", "EUR 19.99", (subject) => {
    const credit = exchangeOf(subject)?.credit ?? 0;
    return credit === 0 ? undefined : money({ amount: credit, currency: subject.order.currency }, subject.language);
  }),
  rest: sometimes("what of it is paid back", "EUR 5.00", (subject) => {
    const rest = exchangeOf(subject)?.rest ?? 0;
    return rest === 0 ? undefined : money({ amount: rest, currency: subject.order.currency }, subject.language);
  }),
};

/** What is said about a return. */
export const RETURN_MESSAGES = {
  return_requested: {
    topic: null,
    variables: RETURN_VARIABLES,
    standard: {
      en: {
        email: mail(
          "We have your request to return items of your order {{number}}",
          "You would like to send back {{items}}.",
          "We look at it and write to you again. Please keep the items until then.",
        ),
        sms: sms("We have your request to return items of your order {{number}}.", "Please keep them until we write."),
      },
      de: {
        email: mail(
          "Ihre Rücksendung zur Bestellung {{number}} ist angefragt",
          "Sie möchten zurücksenden: {{items}}.",
          "Wir prüfen das und melden uns. Bitte behalten Sie die Artikel bis dahin.",
        ),
        sms: sms("Ihre Rücksendung zur Bestellung {{number}} ist angefragt.", "Wir melden uns."),
      },
    },
  },
  return_approved: {
    topic: null,
    variables: RETURN_VARIABLES,
    standard: {
      en: {
        email: mail(
          "How to return the items of your order {{number}}",
          "Please pack {{items}} into one parcel, and stick the label on it.",
          button("Print the label", "labelLink"),
          "{{carrier}} carries it back to us under the tracking number {{trackingNumber}}.",
          "As soon as the parcel is with us and has been looked at, we pay you back, or send what you want instead.",
        ),
        sms: sms(
          "Your return for order {{number}} is approved.",
          "{{carrier}}, tracking number {{trackingNumber}}.",
          "The label: {{labelLink}}",
          "We pay you back, or send what you want instead, once it has arrived.",
        ),
      },
      de: {
        email: mail(
          "So senden Sie die Artikel Ihrer Bestellung {{number}} zurück",
          "Bitte packen Sie {{items}} in ein Paket und kleben Sie das Etikett darauf.",
          button("Etikett drucken", "labelLink"),
          "{{carrier}} bringt es unter der Sendungsnummer {{trackingNumber}} zu uns zurück.",
          "Sobald das Paket bei uns ist und geprüft wurde, erhalten Sie Ihr Geld oder den gewünschten Ersatz.",
        ),
        sms: sms(
          "Ihre Rücksendung zur Bestellung {{number}} ist genehmigt.",
          "{{carrier}}, Sendungsnummer {{trackingNumber}}.",
          "Das Etikett: {{labelLink}}",
        ),
      },
    },
  },
  return_reminder: {
    topic: "return_reminders",
    variables: RETURN_VARIABLES,
    standard: {
      en: {
        email: mail(
          "We are waiting for your return for order {{number}}",
          "You wanted to send back {{items}}.",
          "Your return for order {{number}} has not reached us yet. If it is on its way, you need do nothing.",
          button("Print the label", "labelLink"),
          "{{carrier}} carries it back to us under the tracking number {{trackingNumber}}.",
          "If you would rather keep the items, do nothing either.",
        ),
        sms: sms("Your return for order {{number}} has not reached us yet.", "The label: {{labelLink}}"),
      },
      de: {
        email: mail(
          "Wir warten auf Ihre Rücksendung zur Bestellung {{number}}",
          "Sie wollten zurücksenden: {{items}}.",
          "Ihre Rücksendung zur Bestellung {{number}} ist noch nicht bei uns. Ist sie unterwegs, müssen Sie nichts tun.",
          button("Etikett drucken", "labelLink"),
          "{{carrier}} bringt sie unter der Sendungsnummer {{trackingNumber}} zu uns zurück.",
          "Möchten Sie die Artikel lieber behalten, müssen Sie ebenfalls nichts tun.",
        ),
        sms: sms("Ihre Rücksendung zur Bestellung {{number}} ist noch nicht bei uns.", "Das Etikett: {{labelLink}}"),
      },
    },
  },
  return_rejected: {
    topic: null,
    variables: {
      ...RETURN_VARIABLES,
      reason: sometimes(
        "why the return is not taken",
        "The time for returns is over.",
        (subject) => returnOf(subject)?.rejection ?? undefined,
      ),
    },
    standard: {
      en: {
        email: mail(
          "We can't take back the items of your order {{number}}",
          "We are sorry: this return does not meet our terms of sale.",
          "{{reason}}",
        ),
        sms: sms("We can't take back the items of your order {{number}}.", "{{reason}}"),
      },
      de: {
        email: mail(
          "Wir können die Artikel Ihrer Bestellung {{number}} nicht zurücknehmen",
          "Es tut uns leid: Diese Rücksendung entspricht nicht unseren Verkaufsbedingungen.",
          "{{reason}}",
        ),
        sms: sms("Wir können die Artikel Ihrer Bestellung {{number}} nicht zurücknehmen.", "{{reason}}"),
      },
    },
  },
  return_received: {
    topic: null,
    variables: RETURN_VARIABLES,
    standard: {
      en: {
        email: mail(
          "Your return for order {{number}} has arrived",
          "Your parcel is with us. We look at the items next, and then pay you back, or send what you want instead.",
        ),
        sms: sms("Your return for order {{number}} has arrived.", "We look at it next, and then write to you."),
      },
      de: {
        email: mail(
          "Ihre Rücksendung zur Bestellung {{number}} ist angekommen",
          "Ihr Paket ist bei uns. Wir prüfen die Artikel; dann erhalten Sie Ihr Geld oder den gewünschten Ersatz.",
        ),
        sms: sms("Ihre Rücksendung zur Bestellung {{number}} ist angekommen.", "Nach der Prüfung melden wir uns."),
      },
    },
  },
  exchange_placed: {
    topic: null,
    variables: EXCHANGE_VARIABLES,
    standard: {
      en: {
        email: mail(
          "Your exchange for order {{number}} is placed",
          "Your return has been looked at, and what you want instead is ordered.",
          "It is your new order {{exchangeNumber}}.",
          "{{credit}} of what you had paid pays for it.",
          "We pay {{rest}} back to you.",
        ),
        sms: sms(
          "Your exchange for order {{number}} is placed.",
          "It is your new order {{exchangeNumber}}.",
          "{{credit}} are credited.",
        ),
      },
      de: {
        email: mail(
          "Ihr Umtausch zur Bestellung {{number}} ist bestellt",
          "Ihre Rücksendung ist geprüft, und was Sie stattdessen möchten, ist bestellt.",
          "Es ist Ihre neue Bestellung {{exchangeNumber}}.",
          "{{credit}} Ihrer Zahlung werden dafür angerechnet.",
          "{{rest}} erhalten Sie zurück.",
        ),
        sms: sms(
          "Ihr Umtausch zur Bestellung {{number}} ist bestellt.",
          "Es ist Ihre neue Bestellung {{exchangeNumber}}.",
          "{{credit}} sind angerechnet.",
        ),
      },
    },
  },
  exchange_declined: {
    topic: null,
    variables: RETURN_VARIABLES,
    standard: {
      en: {
        email: mail(
          "We can't exchange the items of your order {{number}}",
          "We are sorry: we can't send you what you want instead of {{items}}.",
          "What you had paid for the items that came back goes back to you.",
        ),
        sms: sms(
          "We can't exchange the items of your order {{number}}.",
          "You get your money back for what came back.",
        ),
      },
      de: {
        email: mail(
          "Wir können die Artikel Ihrer Bestellung {{number}} nicht umtauschen",
          "Es tut uns leid: Was Sie statt {{items}} möchten, können wir Ihnen nicht schicken.",
          "Was Sie für die zurückgesandten Artikel gezahlt haben, erhalten Sie zurück.",
        ),
        sms: sms(
          "Wir können die Artikel Ihrer Bestellung {{number}} nicht umtauschen.",
          "Für Zurückgesandtes erhalten Sie Ihr Geld zurück.",
        ),
      },
    },
  },
} satisfies Partial<Record<NotificationKind, MessageKind>>;
