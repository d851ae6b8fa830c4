import type { LabelFormat } from "../services/read-label.ts";

export const LABEL_MEDIA_TYPES: Readonly<Record<LabelFormat, string>> = {
  pdf: "application/pdf",
  zpl: "application/x-zpl",
};

/** A label as it is printed: kept by nobody between, because an address is on it. */
export function labelResponse(
  label: string | Uint8Array,
  { id, format, requestId }: { id: string; format: LabelFormat; requestId: string },
): Response {
  return new Response(label, {
    headers: {
      "Content-Type": LABEL_MEDIA_TYPES[format],
      "Content-Disposition": `inline; filename="${id}.${format}"`,
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      "X-Request-Id": requestId,
    },
  });
}
