/** The headers of every page. `scripts` are what may run beside our own files: hashes of inline scripts. */
export function pageHeaders(scripts: readonly string[] = []): Record<string, string> {
  return {
    "Content-Security-Policy": [
      "default-src 'self'",
      `script-src ${["'self'", ...scripts].join(" ")}`,
      // Charts and menus place themselves by inline styles.
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data: blob:",
      "font-src 'self' data:",
      "connect-src 'self'",
      "frame-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join("; "),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
  };
}
