import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes } from "react";
import { Icon } from "./icons.tsx";

const CONTROL =
  "h-9 w-full rounded-md border border-line-strong bg-raised px-2.5 text-[0.8125rem] text-ink placeholder:text-muted";

function Labelled({ label, children, className = "" }: { label: string; children: ReactNode; className?: string }) {
  return (
    <label className={`flex min-w-0 flex-col gap-1 ${className}`}>
      <span className="eyebrow">{label}</span>
      {children}
    </label>
  );
}

export function TextField({ label, className, ...rest }: InputHTMLAttributes<HTMLInputElement> & { label: string }) {
  return (
    <Labelled label={label} {...(className !== undefined && { className })}>
      <input className={CONTROL} {...rest} />
    </Labelled>
  );
}

/** A choice; the empty value stands for "any". */
export function Choice({
  label,
  options,
  className,
  ...rest
}: SelectHTMLAttributes<HTMLSelectElement> & { label: string; options: readonly { value: string; label: string }[] }) {
  return (
    <Labelled label={label} {...(className !== undefined && { className })}>
      <span className="relative block">
        <select className={`${CONTROL} appearance-none truncate pr-7`} {...rest}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="down" className="pointer-events-none absolute top-2.5 right-2 size-4 text-muted" />
      </span>
    </Labelled>
  );
}
