import { useEffect, useEffectEvent, useState } from "react";
import type { LiveItem, LivePerson } from "../../../src/contracts/live.ts";
import { RequestError } from "../api/problem.ts";
import { liveTicket } from "../api/queries.ts";
import { LiveConnection, type LiveState, type TicketResult } from "./connection.ts";

async function getTicket(topic: string): Promise<TicketResult> {
  try {
    const { ticket } = await liveTicket(topic);
    return { ok: true, ticket };
  } catch (error) {
    const status = error instanceof RequestError ? error.status : 0;
    // What is forbidden or unknown stays so until the person or the page changes; anything else may pass.
    const final = status === 401 || status === 403 || status === 404;
    return { ok: false, final, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Listens to a topic while mounted. Answers how the connection stands and who else listens. */
export function useLiveTopic(
  topic: string,
  on: { open: () => void; items: (items: LiveItem[]) => void },
): { state: LiveState; people: LivePerson[] } {
  const [state, setState] = useState<LiveState>({ kind: "connecting" });
  const [people, setPeople] = useState<LivePerson[]>([]);
  const open = useEffectEvent(on.open);
  const items = useEffectEvent(on.items);
  useEffect(() => {
    const connection = new LiveConnection(topic, getTicket, {
      onOpen: () => open(),
      onItems: (heard) => items(heard),
      onPresence: setPeople,
      onState: setState,
    });
    connection.start();
    return () => connection.stop();
  }, [topic]);
  return { state, people };
}
