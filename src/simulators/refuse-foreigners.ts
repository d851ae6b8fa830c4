import type { MiddlewareHandler } from "hono";

/**
 * Serves the pages only to a browser on this machine, or at the configured public address. Another Host is a site that
 * points its name at this machine; another Origin is a page of such a site that sends a form here. Both get 403.
 */
export const refuseForeigners: MiddlewareHandler<{ Bindings: { PUBLIC_URL: string } }> = async (c, next) => {
  const { protocol, host, hostname } = new URL(c.req.url);
  if (!isLoopback(hostname) && host !== new URL(c.env.PUBLIC_URL).host)
    return c.text("The simulators are served at localhost only.", 403);
  const origin = c.req.header("origin");
  // A tool such as curl sends none.
  if (origin !== undefined && origin !== `${protocol}//${host}`)
    return c.text("Only the simulators' own pages may send forms here.", 403);
  return next();
};

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
