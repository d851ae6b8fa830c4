import type { ReactNode } from "react";

/** Drawn on 20 × 20, one stroke width; they take the color of the text beside them, which says the same in words. */
const DRAWINGS = {
  pulse: <path d="M2 10.5h4l2-6 4 11 2.2-5H18" />,
  orders: (
    <>
      <path d="M4 3.5h12v13l-2-1.3-2 1.3-2-1.3-2 1.3-2-1.3-2 1.3z" />
      <path d="M7 7.5h6M7 10.5h6" />
    </>
  ),
  flag: <path d="M5 17.5v-14m0 .5c3-1.5 5 1.5 10 0v7c-5 1.5-7-1.5-10 0" />,
  box: (
    <>
      <path d="M3 6.5 10 3l7 3.5v7L10 17l-7-3.5z" />
      <path d="M3 6.5 10 10l7-3.5M10 10v7" />
    </>
  ),
  clock: (
    <>
      <circle cx="10" cy="10" r="6.5" />
      <path d="M10 6.5V10l2.5 1.8" />
    </>
  ),
  card: (
    <>
      <rect x="2.5" y="4.5" width="15" height="11" rx="1.5" />
      <path d="M2.5 8.5h15M5.5 12.5h3" />
    </>
  ),
  check: <path d="m4.5 10.5 3.5 3.5 7.5-8" />,
  cross: <path d="m5.5 5.5 9 9m0-9-9 9" />,
  truck: (
    <>
      <path d="M2 5.5h9.5v8H2zM11.5 8.5h3.5l3 2.5v2.5h-6.5z" />
      <circle cx="5.5" cy="14.5" r="1.5" />
      <circle cx="14.5" cy="14.5" r="1.5" />
    </>
  ),
  hand: (
    <path d="M6 17c-2-2-3-4-3-6l1.5-.5L6 12.5V5a1 1 0 0 1 2 0v4.5M8 9.5V3.5a1 1 0 0 1 2 0v6m0-5.5a1 1 0 0 1 2 0v6m0-4.5a1 1 0 0 1 2 0V12c0 2.5-1 4-2 5z" />
  ),
  undo: <path d="M7 4 3.5 7.5 7 11M3.5 7.5H12a4 4 0 0 1 0 8H8" />,
  retry: <path d="M16 6.5V3m0 3.5h-3.5M16 6.5A6.5 6.5 0 1 0 16.5 11" />,
  alert: <path d="M10 3 2.5 16.5h15zM10 8v4m0 2.2v.3" />,
  pause: <path d="M7 5v10M13 5v10" />,
  lock: (
    <>
      <rect x="4.5" y="9" width="11" height="7.5" rx="1.5" />
      <path d="M7 9V6.5a3 3 0 0 1 6 0V9" />
    </>
  ),
  user: (
    <>
      <circle cx="10" cy="7" r="3" />
      <path d="M4 17c.5-3.5 3-5 6-5s5.5 1.5 6 5" />
    </>
  ),
  search: (
    <>
      <circle cx="9" cy="9" r="5" />
      <path d="m13 13 4 4" />
    </>
  ),
  sun: (
    <>
      <circle cx="10" cy="10" r="3.2" />
      <path d="M10 2.5v2m0 11v2m7.5-7.5h-2m-11 0h-2m12.8-5.3-1.4 1.4m-7.8 7.8-1.4 1.4m10.6 0-1.4-1.4M6.1 6.1 4.7 4.7" />
    </>
  ),
  moon: <path d="M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z" />,
  device: <path d="M3 4.5h14v9H3zM7.5 16.5h5m-2.5-3v3" />,
  out: <path d="M12 6V3.5H3.5v13H12V14M8 10h9.5m-3-3 3 3-3 3" />,
  right: <path d="m8 5 5 5-5 5" />,
  left: <path d="m12 5-5 5 5 5" />,
  down: <path d="m5 8 5 5 5-5" />,
  up: <path d="M10 16V4.5m-5 5 5-5 5 5" />,
  pin: (
    <>
      <path d="M10 17.5c3.5-4 5-6.5 5-9a5 5 0 0 0-10 0c0 2.5 1.5 5 5 9z" />
      <circle cx="10" cy="8.5" r="1.7" />
    </>
  ),
  mail: <path d="M2.5 5h15v10h-15zm0 .5L10 11l7.5-5.5" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof DRAWINGS;

export function Icon({ name, className = "size-4" }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 20 20"
      className={`${className} shrink-0`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {DRAWINGS[name]}
    </svg>
  );
}

/** The product's mark: a stem that holds the ground. */
export function Mark({ className = "size-7" }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeWidth="2.4" strokeLinecap="round">
        <path d="M16 5v21M16 17c0 5-3 6-8.5 8M16 17c0 5 3 6 8.5 8M11 9.5c2 0 3.5-1 5-2.5 1.5 1.5 3 2.5 5 2.5" />
      </g>
    </svg>
  );
}
