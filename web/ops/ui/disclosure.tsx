import { type ReactNode, useState } from "react";

/** A row that opens into more about it. What is inside is made only once somebody looks: there may be hundreds of rows. */
export function Disclosure({
  summary,
  className,
  children,
}: {
  summary: ReactNode;
  className: string;
  children: () => ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={`cursor-pointer list-none rounded-md hover:bg-well ${className}`}>{summary}</summary>
      {open && children()}
    </details>
  );
}
