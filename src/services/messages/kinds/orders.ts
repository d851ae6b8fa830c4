import type { Language } from "../../../domain/language.ts";
import type { NotificationKind } from "../../../domain/order/effects.ts";
import { lastDay } from "../../../domain/stock-policy.ts";
import { always, day, ORDER_VARIABLES, sometimes } from "../common-variables.ts";
import { LINES, mail, type MessageKind, sms } from "../message-kind.ts";

const CANCELLED_FOR: Readonly<Record<Language, { noStock: string; asked: string }>> = {
  en: {
    noStock: "We are sorry: an item of your order is no longer in stock anywhere, so we had to cancel it.",
    asked: "Your order is cancelled, as it was asked for.",
  },
  de: {
    noStock: "Es tut uns leid: Ein Artikel Ihrer Bestellung ist nirgends mehr vorrätig, wir mussten sie stornieren.",
    asked: "Ihre Bestellung ist wie gewünscht storniert.",
  },
};

/** What is said about an order as a whole. */
export const ORDER_MESSAGES = {
  order_received: {
    topic: null,
    variables: ORDER_VARIABLES,
    standard: {
      en: {
        email: mail(
          "We have received your order {{number}}",
          "Hello {{name}},",
          "thank you for your order {{number}}. We are checking the payment now and write again as soon as it is confirmed.",
          LINES,
        ),
        sms: sms("We have received your order {{number}} ({{total}}).", "We write again when it is confirmed."),
      },
      de: {
        email: mail(
          "Wir haben Ihre Bestellung {{number}} erhalten",
          "Guten Tag {{name}},",
          "vielen Dank für Ihre Bestellung {{number}}. Wir prüfen jetzt die Zahlung und melden uns, sobald sie bestätigt ist.",
          LINES,
        ),
        sms: sms("Wir haben Ihre Bestellung {{number}} ({{total}}) erhalten.", "Die Bestätigung folgt."),
      },
    },
  },
  order_confirmed: {
    topic: null,
    variables: ORDER_VARIABLES,
    standard: {
      en: {
        email: mail(
          "Your order {{number}} is confirmed",
          "Hello {{name}},",
          "your order {{number}} is confirmed and on its way through our warehouse.",
          "It should be with you by {{deliveryDay}}.",
          "We tell you when it leaves.",
          LINES,
        ),
        sms: sms("Your order {{number}} is confirmed.", "It should be with you by {{deliveryDay}}."),
      },
      de: {
        email: mail(
          "Ihre Bestellung {{number}} ist bestätigt",
          "Guten Tag {{name}},",
          "Ihre Bestellung {{number}} ist bestätigt und wird in unserem Lager vorbereitet.",
          "Sie sollte bis zum {{deliveryDay}} bei Ihnen sein.",
          "Wir melden uns, wenn sie unterwegs ist.",
          LINES,
        ),
        sms: sms("Ihre Bestellung {{number}} ist bestätigt.", "Sie sollte bis zum {{deliveryDay}} bei Ihnen sein."),
      },
    },
  },
  cancelled: {
    topic: null,
    variables: {
      ...ORDER_VARIABLES,
      reason: always("why the order was cancelled", CANCELLED_FOR.en.asked, ({ order, language }) =>
        order.ended?.reason === "stock_short" ? CANCELLED_FOR[language].noStock : CANCELLED_FOR[language].asked,
      ),
    },
    standard: {
      en: {
        email: mail(
          "Your order {{number}} is cancelled",
          "{{reason}}",
          "What was reserved on your means of payment is released; what was already charged is paid back.",
          LINES,
        ),
        sms: sms("Your order {{number}} is cancelled.", "Nothing is charged; what was charged is paid back."),
      },
      de: {
        email: mail(
          "Ihre Bestellung {{number}} ist storniert",
          "{{reason}}",
          "Reservierte Beträge geben wir frei; was bereits abgebucht wurde, erstatten wir.",
          LINES,
        ),
        sms: sms("Ihre Bestellung {{number}} ist storniert.", "Bereits abgebuchte Beträge erstatten wir."),
      },
    },
  },
  cancel_refused: {
    topic: null,
    variables: ORDER_VARIABLES,
    standard: {
      en: {
        email: mail(
          "Your order {{number}} could not be cancelled",
          "The warehouse had already begun to pack your order, so it will be shipped. You can send it back when it arrives.",
        ),
        sms: sms("Your order {{number}} could not be cancelled: it is being packed.", "You can send it back."),
      },
      de: {
        email: mail(
          "Ihre Bestellung {{number}} konnte nicht storniert werden",
          "Das Lager hatte bereits begonnen, Ihre Bestellung zu packen; sie wird verschickt. Sie können sie nach der Ankunft zurücksenden.",
        ),
        sms: sms("Ihre Bestellung {{number}} wird schon gepackt und konnte nicht storniert werden."),
      },
    },
  },
  items_cancelled: {
    topic: null,
    variables: ORDER_VARIABLES,
    standard: {
      en: {
        email: mail(
          "A part of your order {{number}} is cancelled",
          "Some of the items of your order are cancelled. What was reserved for them is released; what was already charged for them is paid back.",
          LINES,
        ),
        sms: sms("A part of your order {{number}} is cancelled.", "What was charged for it is paid back."),
      },
      de: {
        email: mail(
          "Ein Teil Ihrer Bestellung {{number}} ist storniert",
          "Einige Artikel Ihrer Bestellung sind storniert. Dafür reservierte Beträge geben wir frei; was bereits abgebucht wurde, erstatten wir.",
          LINES,
        ),
        sms: sms("Ein Teil Ihrer Bestellung {{number}} ist storniert.", "Bereits abgebuchte Beträge erstatten wir."),
      },
    },
  },
  edit_declined: {
    topic: null,
    variables: ORDER_VARIABLES,
    standard: {
      en: {
        email: mail(
          "Your order {{number}} could not be changed",
          "The change of your order could not be paid for, or came too late for our warehouse. Nothing was charged for it, and your order stays as it was before.",
          LINES,
        ),
        sms: sms("Your order {{number}} could not be changed.", "It stays as it was before."),
      },
      de: {
        email: mail(
          "Ihre Bestellung {{number}} konnte nicht geändert werden",
          "Die Änderung konnte nicht bezahlt werden oder kam für unser Lager zu spät. Dafür wurde nichts abgebucht, und Ihre Bestellung bleibt, wie sie war.",
          LINES,
        ),
        sms: sms("Ihre Bestellung {{number}} konnte nicht geändert werden.", "Sie bleibt, wie sie war."),
      },
    },
  },
  backordered: {
    topic: "backorder_news",
    variables: {
      ...ORDER_VARIABLES,
      promisedDay: sometimes("when what waits should arrive", "12 December 2026", ({ order, language }) => {
        const days = order.lines.filter(({ backordered }) => backordered > 0).map(({ promise }) => promise?.delivery);
        const last = lastDay(days);
        return last === null ? undefined : day(last, language);
      }),
    },
    standard: {
      en: {
        email: mail(
          "A part of your order {{number}} has to wait for stock",
          "Some of your items are not in stock at the moment. We send them as soon as they arrive, and charge them only then.",
          "They should be with you by {{promisedDay}}.",
          LINES,
        ),
        sms: sms(
          "A part of your order {{number}} has to wait for stock.",
          "We send it as soon as it arrives.",
          "It should be with you by {{promisedDay}}.",
        ),
      },
      de: {
        email: mail(
          "Ein Teil Ihrer Bestellung {{number}} muss auf Ware warten",
          "Einige Ihrer Artikel sind zurzeit nicht vorrätig. Wir verschicken sie, sobald sie eintreffen, und berechnen sie erst dann.",
          "Sie sollten bis zum {{promisedDay}} bei Ihnen sein.",
          LINES,
        ),
        sms: sms(
          "Ein Teil Ihrer Bestellung {{number}} wartet auf Ware.",
          "Wir verschicken ihn nach dem Eintreffen.",
          "Er sollte bis zum {{promisedDay}} bei Ihnen sein.",
        ),
      },
    },
  },
  backorder_arrived: {
    topic: "backorder_news",
    variables: ORDER_VARIABLES,
    standard: {
      en: {
        email: mail(
          "Items of your order {{number}} have arrived",
          "Items that your order has waited for are in stock now. We send them as soon as they are paid for, and tell you when they leave.",
          "They should be with you by {{deliveryDay}}.",
          LINES,
        ),
        sms: sms("Items that your order {{number}} has waited for have arrived.", "We tell you when they leave."),
      },
      de: {
        email: mail(
          "Artikel Ihrer Bestellung {{number}} sind eingetroffen",
          "Artikel, auf die Ihre Bestellung gewartet hat, sind jetzt vorrätig. Wir verschicken sie, sobald sie bezahlt sind, und melden uns, wenn sie unterwegs sind.",
          "Sie sollten bis zum {{deliveryDay}} bei Ihnen sein.",
          LINES,
        ),
        sms: sms("Artikel Ihrer Bestellung {{number}} sind eingetroffen.", "Wir melden uns, wenn sie unterwegs sind."),
      },
    },
  },
  message: {
    topic: null,
    variables: {
      ...ORDER_VARIABLES,
      message: always("what the person wrote", "Your parcel leaves today.", ({ text }) => text),
    },
    standard: {
      en: {
        email: mail("About your order {{number}}", "{{message}}"),
        sms: sms("About your order {{number}}:", "{{message}}"),
      },
      de: {
        email: mail("Zu Ihrer Bestellung {{number}}", "{{message}}"),
        sms: sms("Zu Ihrer Bestellung {{number}}:", "{{message}}"),
      },
    },
  },
} satisfies Partial<Record<NotificationKind, MessageKind>>;
