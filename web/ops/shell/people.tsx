import type { LivePerson } from "../../../src/contracts/live.ts";
import { sessionSnapshot } from "../session.ts";

const SHOWN = 3;

/** Who else is here. Nobody else: nothing. */
export function People({ people, where = "here" }: { people: readonly LivePerson[]; where?: string }) {
  const me = sessionSnapshot()?.user.id;
  const others = people.filter((person) => person.id !== me);
  if (others.length === 0) return null;
  return (
    <ul className="flex items-center -space-x-1.5" aria-label={`Also ${where}`}>
      {others.slice(0, SHOWN).map((person) => (
        <li
          key={person.id}
          title={person.name}
          className="grid size-6 place-items-center rounded-full border-2 border-surface bg-move-soft text-[0.625rem] font-bold text-move"
        >
          <span aria-hidden="true">{initials(person.name)}</span>
          <span className="sr-only">{person.name}</span>
        </li>
      ))}
      {others.length > SHOWN && <li className="pl-3 text-2xs font-semibold text-muted">+{others.length - SHOWN}</li>}
    </ul>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== "");
  const initial = [words.at(0), words.length > 1 ? words.at(-1) : undefined].map((word) => firstLetter(word ?? ""));
  return initial.join("").toUpperCase();
}

const letters = new Intl.Segmenter();

// One letter as people see it: it may be several characters.
function firstLetter(word: string): string {
  for (const { segment } of letters.segment(word)) return segment;
  return "";
}
