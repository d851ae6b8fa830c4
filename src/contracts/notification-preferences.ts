import { z } from "zod";

/** What readers can unsubscribe from. Everything that an order itself needs to be told has no topic and is always sent. */
export const TOPICS = ["backorder_news", "return_reminders"] as const;
export type Topic = (typeof TOPICS)[number];

const choice = z
  .strictObject({ email: z.boolean().nullable(), sms: z.boolean().nullable() })
  .meta({ description: "Whether it may be told so; null where the customer can't be reached so." });

export const preferencesForm = z
  .strictObject({
    preferences: z
      .partialRecord(z.enum(TOPICS), choice)
      .meta({ description: "What is left out stays as it is. By mail where that is wanted, else by SMS." }),
  })
  .meta({
    id: "NotificationPreferencesForm",
    examples: [{ preferences: { backorder_news: { email: false, sms: true } } }],
  });
export type PreferencesForm = z.infer<typeof preferencesForm>;

export const preferencesAnswer = z
  .strictObject({
    customerId: z.string(),
    preferences: z.record(z.enum(TOPICS), choice),
    kinds: z.record(z.enum(TOPICS), z.array(z.string())).meta({ description: "The messages of each topic." }),
    always: z.array(z.string()).meta({ description: "Messages that an order needs: nobody unsubscribes from them." }),
  })
  .meta({ id: "NotificationPreferences" });
export type PreferencesAnswer = z.infer<typeof preferencesAnswer>;
