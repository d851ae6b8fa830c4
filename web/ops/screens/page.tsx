import type { ReactNode } from "react";

/** A screen with a title over a list that fills what is left of the window. */
export function Page({ title, aside, filters, children }: { title: string; aside?: ReactNode; filters: ReactNode; children: ReactNode }) {
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
  return (
    <search>
      <details className="md:hidden">
        <summary className="inline-flex h-8 cursor-pointer list-none items-center rounded-md border border-line-strong bg-raised px-3 text-[0.8125rem] font-semibold">
          Filters{active > 0 && ` (${active})`}
        </summary>
        <div className="mt-2 grid grid-cols-2 gap-2">{children}</div>
      </details>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(8.5rem,1fr))] items-end gap-2 max-md:hidden">{children}</div>
    </search>
  );
}
