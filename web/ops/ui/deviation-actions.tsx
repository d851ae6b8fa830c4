import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { DeviationAnswer } from "../../../src/contracts/deviations.ts";
import { actOnDeviation } from "../api/queries.ts";
import { Button } from "./button.tsx";
import { Ask } from "./dialog.tsx";
import { TextField } from "./field.tsx";
import { Icon } from "./icons.tsx";
import { ProblemNote } from "./panel.tsx";

/** What a person can do about a deviation, as buttons: exactly what the server says can be done now. */
export function DeviationActions({ deviation, small = false }: { deviation: DeviationAnswer; small?: boolean }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [resolution, setResolution] = useState("");
  const act = useMutation({
    mutationFn: actOnDeviation,
    onSuccess: () => {
      setAsking(false);
      setResolution("");
    },
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["deviations"] }),
        queries.invalidateQueries({ queryKey: ["order", deviation.subject.orderId ?? ""] }),
      ]),
  });
  const can = new Set(deviation.actions);
  const about = deviation.summary;
  return (
    <div className="flex flex-wrap items-center justify-end gap-1.5">
      {can.has("retry") && (
        <Button
          small={small}
          disabled={act.isPending}
          aria-label={`Retry: ${about}`}
          onClick={() => act.mutate({ id: deviation.id, action: "retry" })}
        >
          <Icon name="retry" className="size-3.5" /> Retry
        </Button>
      )}
      {can.has("assign") && deviation.status === "open" && (
        <Button
          look="bare"
          small={small}
          disabled={act.isPending}
          aria-label={`Take: ${about}`}
          onClick={() => act.mutate({ id: deviation.id, action: "assign" })}
        >
          Take
        </Button>
      )}
      {can.has("resolve") && (
        <Button
          look="bare"
          small={small}
          disabled={act.isPending}
          aria-label={`Resolve: ${about}`}
          onClick={() => setAsking(true)}
        >
          Resolve
        </Button>
      )}
      {act.isError && !asking && <div className="basis-full text-left">{<ProblemNote error={act.error} />}</div>}
      <Ask open={asking} onClose={() => setAsking(false)} title="Resolve this deviation" description={about}>
        <form
          className="mt-4 flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            act.mutate({ id: deviation.id, action: "resolve", resolution });
          }}
        >
          <TextField
            label="What was done"
            name="resolution"
            required
            maxLength={500}
            autoFocus
            value={resolution}
            onChange={(event) => setResolution(event.target.value)}
          />
          {act.isError && <ProblemNote error={act.error} />}
          <div className="flex justify-end gap-2">
            <Button onClick={() => setAsking(false)}>Not now</Button>
            <Button look="primary" type="submit" disabled={act.isPending}>
              Resolve
            </Button>
          </div>
        </form>
      </Ask>
    </div>
  );
}
