import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { z } from "zod";
import { sessionSnapshot } from "./session.ts";
import { NotFound, RouteProblem } from "./shell/route-problem.tsx";
import { Shell } from "./shell/shell.tsx";

/** A parameter of the URL: text, or nothing; what does not fit is dropped and not an error page. */
const text = z.string().min(1).max(200).optional().catch(undefined);

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: RouteProblem });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: z.object({ next: text }),
  beforeLoad: ({ search }) => {
    if (sessionSnapshot() !== null) throw redirect({ href: safeReturn(search.next) });
  },
  component: lazyRouteComponent(() => import("./screens/sign-in.tsx"), "SignIn"),
});

const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  beforeLoad: ({ location }) => {
    if (sessionSnapshot() === null) {
      throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { next: location.href } });
    }
  },
  component: Shell,
});

const liveRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  validateSearch: z.object({ show: text, warehouse: text }),
  component: lazyRouteComponent(() => import("./screens/live/live.tsx"), "LiveScreen"),
});

const ordersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/orders",
  validateSearch: z.object({
    status: text,
    payment: text,
    fulfillment: text,
    channel: text,
    warehouse: text,
    q: text,
    from: text,
    to: text,
  }),
  component: lazyRouteComponent(() => import("./screens/orders.tsx"), "OrdersScreen"),
});

const orderRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/orders/$orderId",
  validateSearch: z.object({
    tab: z.enum(["timeline", "saga"]).optional().catch(undefined),
    show: z.enum(["trouble"]).optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import("./screens/order/order.tsx"), "OrderScreen"),
});

const deviationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/deviations",
  validateSearch: z.object({ status: text, kind: text, order: text }),
  component: lazyRouteComponent(() => import("./screens/deviations.tsx"), "DeviationsScreen"),
});

const stockRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/stock",
  validateSearch: z.object({
    show: z.enum(["low", "out", "drift", "all"]).optional().catch(undefined),
    warehouse: text,
    category: text,
    sku: text,
  }),
  component: lazyRouteComponent(() => import("./screens/stock.tsx"), "StockScreen"),
});

const routeTree = rootRoute.addChildren([
  signInRoute,
  shellRoute.addChildren([liveRoute, ordersRoute, orderRoute, deviationsRoute, stockRoute]),
]);

/** Where to go after signing in: a place of this app, never another site. */
export function safeReturn(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : "/";
}

export const router = createRouter({
  routeTree,
  basepath: "/ops",
  defaultPreload: "intent",
  scrollRestoration: true,
  // Plain `name=value` pairs: every parameter here is text, and people read and edit these addresses.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const pairs = Object.entries(search).flatMap(([name, value]) =>
      typeof value === "string" && value !== "" ? [[name, value]] : [],
    );
    return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs).toString()}`;
  },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
