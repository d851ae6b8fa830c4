import type { LiveState } from "../live/connection.ts";
import { useNow } from "../ui/time.tsx";

const DOTS: Readonly<Record<LiveState["kind"], string>> = {
  live: "bg-good",
  connecting: "bg-warn animate-[breathe_1.2s_ease-in-out_infinite]",
  waiting: "bg-bad animate-[breathe_1.2s_ease-in-out_infinite]",
  refused: "bg-quiet",
};

/** Whether what is on screen is current, in words and a dot; announced when it changes. */
export function ConnectionState({ state }: { state: LiveState }) {
  return (
    <p
      className="flex items-center gap-1.5 text-2xs font-semibold text-ink-2"
      title={state.kind === "refused" ? state.detail : undefined}
    >
      <span className={`size-2 rounded-full ${DOTS[state.kind]}`} aria-hidden="true" />
      <span role="status">
        {state.kind === "live" && "Live"}
        {state.kind === "connecting" && "Connecting"}
        {state.kind === "waiting" && "Offline"}
        {state.kind === "refused" && "Every 15 s"}
      </span>
      {state.kind === "waiting" && <Countdown to={state.retryAt} />}
    </p>
  );
}

function Countdown({ to }: { to: number }) {
  const now = useNow();
  return <span className="text-muted max-sm:hidden">again in {Math.max(0, Math.ceil((to - now) / 1_000))} s</span>;
}
