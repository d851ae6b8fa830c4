import type { MessageChannel, TemplateForm } from "../../contracts/notification-templates.ts";
import type { FieldProblem } from "../../contracts/problem.ts";
import { VARIABLE, variablesIn } from "./fill-template.ts";
import type { MessageKind } from "./message-kind.ts";

/** Everything that keeps an edited template from being used, each with its pointer into the form; none when it is good. */
export function checkTemplate(
  { variables }: Pick<MessageKind, "variables">,
  channel: MessageChannel,
  { subject, blocks }: TemplateForm,
): FieldProblem[] {
  const names = Object.keys(variables);
  const fixed = names.filter((name) => variables[name]?.always === true);
  const links = names.filter((name) => variables[name]?.link === true);
  const problems: FieldProblem[] = [];
  const complain = (pointer: string, detail: string) => problems.push({ pointer, detail });
  const checkText = (pointer: string, text: string, allowed: readonly string[], why: string) => {
    for (const name of new Set(variablesIn(text)))
      if (!allowed.includes(name)) complain(pointer, `{{${name}}} ${why}: ${allowed.join(", ") || "none"}`);
    if (/\{\{|\}\}/.test(text.replaceAll(VARIABLE, "")))
      complain(pointer, "has braces that are no variable: write {{name}}");
  };

  if (channel === "email" && subject === undefined) complain("/subject", "is missing; a mail must have one");
  if (channel === "sms" && subject !== undefined) complain("/subject", "must be left out: a text message has none");
  if (subject !== undefined && channel === "email")
    checkText(
      "/subject",
      subject,
      fixed,
      "is not one of the variables that always have a value, which a subject may use",
    );
  for (const [index, block] of blocks.entries()) {
    const pointer = `/blocks/${index}`;
    if (block.type === "text") {
      checkText(`${pointer}/text`, block.text, names, "is not one of the variables of this message");
      continue;
    }
    if (channel === "sms") complain(`${pointer}/type`, "must be text: a text message has nothing else");
    if (block.type === "lines") continue;
    if (!links.includes(block.link))
      complain(`${pointer}/link`, `must be one of the links of this message: ${links.join(", ") || "it has none"}`);
    checkText(`${pointer}/label`, block.label, [], "can't be filled in on a button; variables allowed there");
  }
  const stands = blocks.some(
    (block) => block.type === "text" && variablesIn(block.text).every((name) => fixed.includes(name)),
  );
  if (!stands)
    complain("/blocks", "must have a paragraph whose variables always have a value, or the message may be empty");
  return problems;
}
