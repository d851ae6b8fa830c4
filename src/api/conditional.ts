import { refuse, type ServiceResult } from "../contracts/problem.ts";

/** The ETag of a version. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** Whether `If-None-Match` says that the caller has this version already (weak comparison, as RFC 9110 asks for reads). */
export function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  return ifNoneMatch.split(",").some((entry) => {
    const tag = entry.trim();
    return tag === "*" || tag.replace(/^W\//, "") === etag;
  });
}

/**
 * The version that a change is meant for. Null where `If-Match` is absent (refused where it is required) or `*`.
 * A tag that can't be one of ours matches nothing.
 */
export function expectedVersion(ifMatch: string | null, required: boolean): ServiceResult<number | null> {
  if (ifMatch === null)
    return required
      ? refuse("version_required", 'Send the ETag you read as If-Match, such as If-Match: "7".')
      : { ok: true, value: null };
  const tag = ifMatch.trim();
  if (tag === "*") return { ok: true, value: null };
  const found = /^"(\d{1,15})"$/.exec(tag);
  if (!found) return refuse("version_stale", 'If-Match must be one strong ETag as it was read, such as "7".');
  return { ok: true, value: Number(found[1]) };
}
