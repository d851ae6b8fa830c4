import type { NotificationKind } from "../../../domain/order/effects.ts";
import { PARCEL_VARIABLES } from "../common-variables.ts";
import { button, mail, type MessageKind, sms } from "../message-kind.ts";

/** What is said about a parcel on its way. */
export const PARCEL_MESSAGES = {
  shipped: {
    topic: null,
    variables: PARCEL_VARIABLES,
    standard: {
      en: {
        email: mail(
          "Your order {{number}} is on its way",
          "A parcel of your order {{number}} has left our warehouse.",
          "{{carrier}} carries it under the tracking number {{trackingNumber}}.",
          button("Follow the parcel", "trackingLink"),
          "It should be with you by {{deliveryDay}}.",
        ),
        sms: sms(
          "A parcel of your order {{number}} is on its way.",
          "{{carrier}}, tracking number {{trackingNumber}}.",
          "{{trackingLink}}",
        ),
      },
      de: {
        email: mail(
          "Ihre Bestellung {{number}} ist unterwegs",
          "Ein Paket Ihrer Bestellung {{number}} hat unser Lager verlassen.",
          "{{carrier}} befördert es unter der Sendungsnummer {{trackingNumber}}.",
          button("Paket verfolgen", "trackingLink"),
          "Es sollte bis zum {{deliveryDay}} bei Ihnen sein.",
        ),
        sms: sms(
          "Ein Paket Ihrer Bestellung {{number}} ist unterwegs.",
          "{{carrier}}, Sendungsnummer {{trackingNumber}}.",
          "{{trackingLink}}",
        ),
      },
    },
  },
  out_for_delivery: {
    topic: null,
    variables: PARCEL_VARIABLES,
    standard: {
      en: {
        email: mail(
          "Your order {{number}} arrives today",
          "A parcel of your order {{number}} is out for delivery and should be with you today.",
          "{{carrier}} carries it under the tracking number {{trackingNumber}}.",
          button("Follow the parcel", "trackingLink"),
        ),
        sms: sms("A parcel of your order {{number}} is out for delivery.", "{{trackingLink}}"),
      },
      de: {
        email: mail(
          "Ihre Bestellung {{number}} kommt heute an",
          "Ein Paket Ihrer Bestellung {{number}} wird heute zugestellt.",
          "{{carrier}} befördert es unter der Sendungsnummer {{trackingNumber}}.",
          button("Paket verfolgen", "trackingLink"),
        ),
        sms: sms("Ein Paket Ihrer Bestellung {{number}} wird heute zugestellt.", "{{trackingLink}}"),
      },
    },
  },
  delivered: {
    topic: null,
    variables: PARCEL_VARIABLES,
    standard: {
      en: {
        email: mail(
          "Your order {{number}} has been delivered",
          "A parcel of your order {{number}} has been delivered. We hope you enjoy it.",
        ),
        sms: sms("A parcel of your order {{number}} has been delivered."),
      },
      de: {
        email: mail(
          "Ihre Bestellung {{number}} ist zugestellt",
          "Ein Paket Ihrer Bestellung {{number}} ist zugestellt. Wir wünschen viel Freude damit.",
        ),
        sms: sms("Ein Paket Ihrer Bestellung {{number}} ist zugestellt."),
      },
    },
  },
} satisfies Partial<Record<NotificationKind, MessageKind>>;
