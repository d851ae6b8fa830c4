import { type ReactNode, useId } from "react";
import { explain } from "../api/problem.ts";
import { Icon } from "./icons.tsx";
import { Button } from "./button.tsx";

/** A titled part of a screen. */
export function Panel(props: {
  title: string;
  count?: ReactNode;
  action?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={`panel flex min-h-0 min-w-0 flex-col ${props.className ?? ""}`}>
      <header className="flex min-h-[2.625rem] items-center gap-2 border-b border-line px-3 py-1.5">
        <h2 id={id} className="text-[0.8125rem] font-semibold">
          {props.title}
        </h2>
        {props.count !== undefined && <span className="text-2xs font-semibold text-muted">{props.count}</span>}
        <div className="ml-auto flex items-center gap-2">{props.action}</div>
      </header>
      {props.children}
    </section>
  );
}

/** Where there is nothing, and why. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="px-4 py-8 text-center">
      <p className="font-medium text-ink-2">{title}</p>
      {children !== undefined && <p className="mx-auto mt-1 max-w-prose text-[0.8125rem] text-muted">{children}</p>}
    </div>
  );
}

/** Something went wrong: what, what may be done, and what to quote. */
export function ProblemNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, detail, requestId } = explain(error);
  return (
    <div role="alert" className="m-3 flex gap-3 rounded-lg bg-bad-soft p-3 text-bad">
      <Icon name="alert" className="mt-0.5 size-4" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title}</p>
        <p className="text-[0.8125rem] break-words">{detail}</p>
        {requestId !== null && <p className="mt-1 text-2xs">Request {requestId}</p>}
      </div>
      {onRetry !== undefined && (
        <Button look="plain" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** Stands where rows are about to be. */
export function Loading({ what }: { what: string }) {
  return (
    <div role="status" className="flex flex-col gap-2 p-3">
      <span className="sr-only">Loading {what}</span>
      {[72, 88, 64].map((width) => (
        <span
          key={width}
          className="h-4 animate-[breathe_1.6s_ease-in-out_infinite] rounded bg-well"
          style={{ width: `${width}%` }}
        />
      ))}
    </div>
  );
}
