import { type Language, languageFor } from "../../domain/language.ts";
import type { ApiContext } from "../types.ts";

/** The language that the reader's browser asks for first; English where nothing is written in it. */
export function languageOfReader(c: ApiContext): Language {
  const [preferred = ""] = (c.req.header("accept-language") ?? "").split(/[,;]/, 1);
  return languageFor(preferred.trim(), "");
}
