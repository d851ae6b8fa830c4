import { currencyExponent, isCurrency } from "../../../src/domain/money.ts";

const moneyFormats = new Map<string, Intl.NumberFormat>();

/** Minor units as money: `€19.99`. */
export function money(amount: number, currency: string): string {
  let format = moneyFormats.get(currency);
  if (format === undefined) {
    format = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "symbol" });
    moneyFormats.set(currency, format);
  }
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** Minor units of an amount as people type it (`5`, `5.00`, `5,00`); null for what is none in this currency. */
export function minorUnitsOf(typed: string, currency: string): number | null {
  const [, whole, part = ""] = /^(\d{1,9})(?:[.,](\d{1,3}))?$/.exec(typed.trim()) ?? [];
  const digits = isCurrency(currency) ? currencyExponent(currency) : 2;
  if (whole === undefined || part.length > digits) return null;
  return Number(whole + part.padEnd(digits, "0"));
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
export function count(value: number): string {
  return whole.format(value);
}

/** A span of milliseconds, in the one or two units that matter: `340 ms`, `12 s`, `3 m 20 s`, `2 h 5 m`. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} m` : `${minutes} m ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} m`;
  return `${Math.floor(hours / 24)} d`;
}

const regions = new Intl.DisplayNames("en", { type: "region" });
export function countryName(code: string): string {
  try {
    return regions.of(code) ?? code;
  } catch {
    return code;
  }
}
