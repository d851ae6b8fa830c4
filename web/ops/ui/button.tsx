import type { ButtonHTMLAttributes } from "react";

const LOOKS = {
  primary: "bg-accent text-on-accent hover:brightness-110",
  plain: "border border-line-strong bg-raised text-ink hover:bg-well",
  danger: "bg-bad-soft text-bad border border-bad/40 hover:border-bad",
  bare: "text-ink-2 hover:bg-well hover:text-ink",
} as const;

export function buttonClass(look: keyof typeof LOOKS, small = false): string {
  return `inline-flex items-center justify-center gap-1.5 rounded-md font-semibold whitespace-nowrap transition-colors disabled:opacity-60 ${small ? "h-7 px-2 text-2xs" : "h-8 px-3 text-[0.8125rem]"} ${LOOKS[look]}`;
}

export function Button({
  look = "plain",
  small = false,
  className = "",
  type = "button",
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { look?: keyof typeof LOOKS; small?: boolean }) {
  return <button type={type} className={`${buttonClass(look, small)} ${className}`} {...rest} />;
}
