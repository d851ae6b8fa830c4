import { z } from "zod";
import { listOf, pageQuery } from "./lists.ts";
import { longText, orderId } from "./primitives.ts";

export const notifyForm = z.strictObject({ orderId, message: longText(1000) }).meta({
  id: "NotifyForm",
  examples: [{ orderId: "ord_0k3m9v7a2b4c6d8e0f1g2h", message: "Your parcel leaves today." }],
});
export type NotifyForm = z.infer<typeof notifyForm>;

export const notifyAnswer = z
  .strictObject({ status: z.literal("success"), message: z.literal("Notification sent successfully") })
  .meta({ id: "Notified" });

export const resendForm = z
  .strictObject({
    notificationId: z.string().min(1).max(200).meta({ description: "Of the notification to send again." }),
  })
  .meta({ id: "ResendForm", examples: [{ notificationId: "ord_0k3m9v7a2b4c6d8e0f1g2h:7:Notify" }] });

export const notificationRow = z
  .strictObject({
    id: z.string(),
    orderId: z.string(),
    subject: z.string(),
    kind: z.string(),
    channel: z.enum(["email", "sms"]),
    recipient: z.string().meta({ description: "Masked." }),
    status: z.enum(["claimed", "sent", "delivered", "failed", "declined"]).meta({
      description: "`declined`: the reader has unsubscribed from this.",
    }),
    error: z.string().nullable(),
    createdAt: z.string().meta({ format: "date-time" }),
    updatedAt: z.string().meta({ format: "date-time" }),
  })
  .meta({ id: "Notification" });
export type NotificationAnswer = z.infer<typeof notificationRow>;
export const notificationList = listOf(notificationRow).meta({ id: "NotificationList", description: "Newest first." });
export const notificationQuery = z.strictObject({ order: orderId.optional(), ...pageQuery });
