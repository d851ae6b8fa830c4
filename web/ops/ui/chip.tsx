import { Icon } from "./icons.tsx";
import type { Look, Tone } from "./states.ts";

/** Ground and text of each tone. */
export const TONES: Readonly<Record<Tone, string>> = {
  move: "bg-move-soft text-move",
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  quiet: "bg-quiet-soft text-quiet",
};

/** A state: icon and words, the color only repeats them. */
export function Chip({ look, title }: { look: Look; title?: string }) {
  return (
    <span
      className={`inline-flex h-5 max-w-full items-center gap-1 rounded-full pr-2 pl-1.5 text-2xs font-semibold whitespace-nowrap ${TONES[look.tone]}`}
      title={title}
    >
      <Icon name={look.icon} className="size-3" />
      <span className="truncate">{look.label}</span>
    </span>
  );
}
