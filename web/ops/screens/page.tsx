import { type ReactNode, useId, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";

/** A screen with a title over a list that fills what is left of the window. */
export function Page({
  title,
  aside,
  filters,
  children,
}: {
  title: string;
  aside?: ReactNode;
  filters: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="flex h-[calc(100dvh-3rem)] flex-col gap-3 p-3 max-md:h-[calc(100dvh-7rem)] md:p-4">
      <div className="flex items-center gap-3">
        <h1 className="text-lg font-bold tracking-tight">{title}</h1>
        <div className="ml-auto flex items-center gap-2">{aside}</div>
      </div>
      {filters}
      {children}
    </div>
  );
}

/** Filters: in a row where there is room, behind one button where there is not. */
export function Filters({ active, children }: { active: number; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <search>
      <Button className="md:hidden" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        Filters{active > 0 && ` (${active})`} <Icon name="down" className={`size-3.5 ${open ? "rotate-180" : ""}`} />
      </Button>
      <div
        id={id}
        className={`grid grid-cols-[repeat(auto-fill,minmax(8.5rem,1fr))] items-end gap-2 max-md:mt-2 ${open ? "" : "max-md:hidden"}`}
      >
        {children}
      </div>
    </search>
  );
}
