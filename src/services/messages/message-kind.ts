import type { Topic } from "../../contracts/notification-preferences.ts";
import type { MessageChannel, TemplateBlock } from "../../contracts/notification-templates.ts";
import type { Language } from "../../domain/language.ts";
import type { Order } from "../../domain/order/order.ts";

/** What a message is about. */
export interface MessageSubject {
  order: Order;
  /** `order`, `shipment:<id>`, `payment:<n>`, `refund:<id>` … */
  about: string;
  /** A person's own words, for the kind `message`. */
  text: string | undefined;
  language: Language;
  /** Where the label of the return that it is about is to be had, without signing in. */
  labelUrl?: string | undefined;
}

/** A word that a template may have filled in. */
export interface Variable {
  /** What it stands for, for whoever edits a template. */
  about: string;
  /** Whether every message of the kind has a value for it. */
  always: boolean;
  /** Whether it is an address to go to. */
  link: boolean;
  /** What a preview shows. */
  sample: string;
  /** Its value; undefined where the order has none. */
  valueOf(subject: MessageSubject): string | undefined;
}

/** The words of a message; SMS have no subject. */
export interface Template {
  subject: string | null;
  blocks: readonly TemplateBlock[];
}

/** A kind of message: the words it may use, and what it says where nobody has edited it. */
export interface MessageKind {
  /** Null: transactional. */
  topic: Topic | null;
  variables: Readonly<Record<string, Variable>>;
  standard: Readonly<Record<Language, Readonly<Record<MessageChannel, Template>>>>;
}

/** A mail of paragraphs (given as text) and other blocks. */
export function mail(subject: string, ...blocks: (string | TemplateBlock)[]): Template {
  return {
    subject,
    blocks: blocks.map((block) => (typeof block === "string" ? { type: "text", text: block } : block)),
  };
}

/** A text message; each sentence is left out if it has nothing to say. */
export function sms(...sentences: string[]): Template {
  return { subject: null, blocks: sentences.map((text) => ({ type: "text", text })) };
}

export function button(label: string, link: string): TemplateBlock {
  return { type: "button", label, link };
}

export const LINES: TemplateBlock = { type: "lines" };
