import { useSyncExternalStore } from "react";
import { age, clockTime, dayAndClock, momentInFull } from "./moments.ts";

/** One clock for the whole page: every age on it moves together, once a second. */
const clock = {
  now: Date.now(),
  timer: undefined as ReturnType<typeof setInterval> | undefined,
  listeners: new Set<() => void>(),
};

function subscribe(listener: () => void): () => void {
  clock.listeners.add(listener);
  clock.timer ??= setInterval(() => {
    clock.now = Date.now();
    for (const tell of clock.listeners) tell();
  }, 1_000);
  return () => {
    clock.listeners.delete(listener);
    if (clock.listeners.size > 0) return;
    clearInterval(clock.timer);
    clock.timer = undefined;
  };
}

/** Epoch milliseconds, moving on once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => clock.now);
}

/** An age that keeps itself; the exact moment on hover. */
export function Ago({ at }: { at: number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={momentInFull(at)} className="whitespace-nowrap">
      {age(at, now)}
    </time>
  );
}

/** A moment: the time of day where it is today, else with its day. */
export function Moment({ at }: { at: number }) {
  const today = new Date(at).toDateString() === new Date().toDateString();
  return (
    <time dateTime={new Date(at).toISOString()} title={momentInFull(at)} className="whitespace-nowrap">
      {today ? clockTime(at) : dayAndClock(at)}
    </time>
  );
}
