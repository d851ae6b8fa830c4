import type { z } from "zod";
import { refuse, type ServiceResult } from "../contracts/problem.ts";
import { hmac, isSameMac } from "../platform/hmac.ts";

/**
 * A cursor is where a list goes on, signed: readable, but nobody else's to make. `list` is part of the signature,
 * so that one list's cursor means nothing to another.
 */
export async function makeCursor(secret: string, list: string, position: unknown): Promise<string> {
  const payload = encode(new TextEncoder().encode(JSON.stringify(position)));
  const mac = await hmac(secret, `cursor.${list}.${payload}`);
  return `${payload}.${encode(mac)}`;
}

/** The position that a cursor of this list names; `invalid_cursor` for everything we have not made. */
export async function readCursor<Position extends z.ZodType>(
  secret: string,
  list: string,
  cursor: string | undefined,
  schema: Position,
): Promise<ServiceResult<z.output<Position> | undefined>> {
  if (cursor === undefined) return { ok: true, value: undefined };
  const [payload = "", mac = "", ...rest] = cursor.split(".");
  const given = decode(mac);
  if (rest.length > 0 || given === null || !isSameMac(given, await hmac(secret, `cursor.${list}.${payload}`)))
    return invalid();
  const bytes = decode(payload);
  if (bytes === null) return invalid();
  const parsed = schema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
  return parsed.success ? { ok: true, value: parsed.data } : invalid();
}

function invalid(): ServiceResult<never> {
  return refuse("invalid_cursor", "The cursor must be nextCursor of the page before, unchanged.", {
    errors: [{ pointer: "?cursor", detail: "must be nextCursor of a page of this list" }],
  });
}

function encode(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function decode(text: string): Uint8Array | null {
  if (!/^[\w-]+$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
      character.charCodeAt(0),
    );
  } catch {
    return null;
  }
}
