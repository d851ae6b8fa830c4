import { type Message, oneLine, shortened } from "./fill-template.ts";

/** A provider takes 1,600 characters, and ours appends its reference. */
const LONGEST = 1_400;

/** The message as the text of an SMS: its sentences in one line. */
export function textMessage({ parts }: Message): string {
  const sentences = parts.flatMap((part) => (part.type === "text" ? [oneLine(part.text)] : []));
  return shortened(sentences.join(" "), LONGEST);
}
