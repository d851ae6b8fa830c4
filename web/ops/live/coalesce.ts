/** Runs `work` at once and then at most every `ms`; calls in between make one more run at the end of the span. */
export function coalesce(work: () => void, ms: number): { call: () => void; cancel: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const run = (): void => {
    work();
    timer = setTimeout(() => {
      timer = undefined;
      if (!again) return;
      again = false;
      run();
    }, ms);
  };
  return {
    call: () => {
      if (timer === undefined) run();
      else again = true;
    },
    cancel: () => clearTimeout(timer),
  };
}
