import { z } from "zod";
import { LANGUAGES } from "../domain/language.ts";
import { NOTIFICATION_KINDS } from "../domain/order/effects.ts";
import { listOf, queryInteger } from "./lists.ts";
import { longText, orderId, shortText } from "./primitives.ts";

export const MESSAGE_CHANNELS = ["email", "sms"] as const;
export type MessageChannel = (typeof MESSAGE_CHANNELS)[number];

const variableName = z.string().regex(/^[a-zA-Z]{1,40}$/, { error: "must be the name of a variable" });

/** A part of a message. Texts name variables as `{{name}}`; nothing in them is markup. */
export const templateBlock = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("text"), text: longText(2000) }),
    z.strictObject({ type: z.literal("button"), label: shortText(60), link: variableName }),
    z.strictObject({ type: z.literal("lines") }),
  ])
  .meta({
    id: "TemplateBlock",
    description:
      "A paragraph, a button to a link variable, or the order's lines. A paragraph or button whose variable has no value is left out.",
  });
export type TemplateBlock = z.infer<typeof templateBlock>;

export const templateForm = z
  .strictObject({
    subject: shortText(150).optional().meta({ description: "Of mails only, and needed there." }),
    blocks: z.array(templateBlock).min(1).max(20),
  })
  .meta({
    id: "NotificationTemplateForm",
    examples: [
      {
        subject: "Your order {{number}}",
        blocks: [{ type: "text", text: "It should be with you by {{deliveryDay}}." }],
      },
    ],
  });
export type TemplateForm = z.infer<typeof templateForm>;

const place = {
  kind: z.enum(NOTIFICATION_KINDS),
  channel: z.enum(MESSAGE_CHANNELS),
  language: z.enum(LANGUAGES),
};

export const templateParams = z.strictObject(place);
export type TemplatePlace = z.infer<typeof templateParams>;
export const templateQuery = z.strictObject({
  version: queryInteger(0, 1_000_000).optional().meta({ description: "An earlier version; 0 is the standard text." }),
});

const edition = z.strictObject({
  version: z.int().meta({ description: "0 is the standard text; every edit is one more. Also the ETag." }),
  savedAt: z.string().nullable().meta({ format: "date-time" }),
  savedBy: z.string().nullable(),
});

export const templateAnswer = z
  .strictObject({
    ...place,
    ...edition.shape,
    subject: z.string().nullable(),
    blocks: z.array(templateBlock),
    optional: z
      .boolean()
      .meta({ description: "Whether readers can unsubscribe from it; what an order needs is always sent." }),
    variables: z.array(
      z.strictObject({
        name: z.string(),
        about: z.string(),
        always: z.boolean().meta({ description: "Has a value in every message, so a subject may use it." }),
        link: z.boolean(),
      }),
    ),
    versions: z.array(edition).meta({ description: "Every edition that there is, newest first." }),
  })
  .meta({ id: "NotificationTemplate" });
export type TemplateAnswer = z.infer<typeof templateAnswer>;

export const templateSummary = z
  .strictObject({ ...place, ...edition.shape, subject: z.string().nullable() })
  .meta({ id: "NotificationTemplateSummary" });
export type TemplateSummary = z.infer<typeof templateSummary>;
export const templateList = listOf(templateSummary).meta({ id: "NotificationTemplateList" });

export const previewForm = z
  .strictObject({
    template: templateForm.optional().meta({ description: "A text that is not saved yet; else the one in use." }),
    orderId: orderId.optional().meta({ description: "Whose words to fill in; else a sample's." }),
    subject: shortText(120)
      .optional()
      .meta({ description: "What of the order it is about, such as shipment:<id>; the order where nothing is said." }),
  })
  .optional();
export type PreviewForm = z.infer<typeof previewForm>;

export const previewAnswer = z
  .strictObject({ subject: z.string().nullable(), text: z.string(), html: z.string().nullable() })
  .meta({ id: "NotificationPreview", description: "As it would be sent; `html` of mails only." });
export type PreviewAnswer = z.infer<typeof previewAnswer>;
