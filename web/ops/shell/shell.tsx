import { Link, Outlet } from "@tanstack/react-router";
import { LiveProvider, useLive } from "../live/live-context.tsx";
import { Icon, type IconName, Mark } from "../ui/icons.tsx";
import { ConnectionState } from "./connection-state.tsx";
import { People } from "./people.tsx";
import { PersonMenu } from "./person-menu.tsx";

const PLACES: readonly { to: "/" | "/orders" | "/deviations" | "/stock"; label: string; icon: IconName }[] = [
  { to: "/", label: "Live", icon: "pulse" },
  { to: "/orders", label: "Orders", icon: "orders" },
  { to: "/deviations", label: "Deviations", icon: "flag" },
  { to: "/stock", label: "Stock", icon: "box" },
];

/** What is around every screen once somebody is signed in. */
export function Shell() {
  return (
    <LiveProvider>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded focus:bg-raised focus:p-2"
      >
        Skip to the content
      </a>
      <div className="flex min-h-dvh flex-col md:flex-row">
        <Navigation />
        <div className="flex min-w-0 flex-1 flex-col max-md:pb-16">
          <TopBar />
          <main id="main" tabIndex={-1} className="min-w-0 flex-1 outline-none">
            <Outlet />
          </main>
        </div>
      </div>
    </LiveProvider>
  );
}

function Navigation() {
  return (
    <nav
      aria-label="Main"
      className="z-30 flex border-line bg-surface max-md:fixed max-md:inset-x-0 max-md:bottom-0 max-md:border-t max-md:pb-[env(safe-area-inset-bottom)] md:sticky md:top-0 md:h-dvh md:w-[4.75rem] md:flex-col md:border-r md:py-3"
    >
      <Link to="/" className="mx-auto mb-4 max-md:hidden" aria-label="Holdfast, live view">
        <Mark className="size-9" />
      </Link>
      <ul className="flex flex-1 max-md:justify-around md:flex-col md:gap-1 md:px-2">
        {PLACES.map((place) => (
          <li key={place.to} className="max-md:flex-1">
            <Link
              to={place.to}
              activeOptions={{ exact: place.to === "/" }}
              className="flex flex-col items-center gap-0.5 rounded-lg py-2 text-2xs font-semibold text-muted transition-colors hover:bg-well hover:text-ink"
              activeProps={{ className: "text-accent! bg-accent-soft" }}
            >
              <Icon name={place.icon} className="size-5" />
              {place.label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function TopBar() {
  const { state, people } = useLive();
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-3 border-b border-line bg-surface/95 px-3 backdrop-blur md:px-5">
      <Mark className="size-6 md:hidden" />
      <span className="text-[0.9375rem] font-bold tracking-tight">
        Holdfast <span className="font-medium text-muted">operations</span>
      </span>
      <div className="ml-auto flex items-center gap-3">
        <ConnectionState state={state} />
        <People people={people} />
        <PersonMenu />
      </div>
    </header>
  );
}
