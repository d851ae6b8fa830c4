import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { NotificationAnswer } from "../../../../src/contracts/notifications.ts";
import type { Scope } from "../../../../src/contracts/principal.ts";
import { resendMessage } from "../../api/order-actions.ts";
import { messagesQuery } from "../../api/queries.ts";
import { sessionSnapshot } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Chip } from "../../ui/chip.tsx";
import { count } from "../../ui/numbers.ts";
import { Panel, ProblemNote } from "../../ui/panel.tsx";
import { lookOf, MESSAGE_LOOKS } from "../../ui/states.ts";
import { Moment } from "../../ui/time.tsx";
import { notificationName } from "./words/code-words.ts";

function may(scope: Scope): boolean {
  return sessionSnapshot()?.user.scopes.includes(scope) === true;
}

/** What the customer was written to, whether it arrived, and the way to send it again. */
export function Messages({ orderId }: { orderId: string }) {
  const messages = useQuery({ ...messagesQuery(orderId), enabled: may("notifications:read") });
  const queries = useQueryClient();
  const resend = useMutation({
    mutationFn: resendMessage,
    onSettled: () => queries.invalidateQueries({ queryKey: ["order", orderId] }),
  });
  if (messages.isError) return <ProblemNote error={messages.error} onRetry={() => void messages.refetch()} />;
  if (messages.data === undefined || messages.data.length === 0) return null;
  return (
    <Panel title="Messages" count={count(messages.data.length)}>
      {resend.isError && <ProblemNote error={resend.error} />}
      <ul className="divide-y divide-line">
        {messages.data.map((message) => (
          <Message
            key={`${message.id} ${message.channel}`}
            message={message}
            busy={resend.isPending}
            onResend={() => resend.mutate({ orderId, notificationId: message.id })}
          />
        ))}
      </ul>
    </Panel>
  );
}

function Message(props: { message: NotificationAnswer; busy: boolean; onResend: () => void }) {
  const { kind, channel, recipient, status, error, createdAt } = props.message;
  const name = notificationName(kind);
  return (
    <li className="flex flex-wrap items-center gap-x-2 gap-y-0.5 px-3 py-1.5 text-[0.8125rem]">
      <span className="min-w-0 flex-1 basis-32">
        <span className="break-words">“{name}”</span>
        <span className="block text-2xs break-all text-muted">
          {channel === "sms" ? "SMS" : "Mail"} to {recipient}, <Moment at={Date.parse(createdAt)} />
        </span>
      </span>
      <Chip look={lookOf(MESSAGE_LOOKS, status)} />
      {may("notifications:write") && (
        <Button look="bare" small disabled={props.busy} aria-label={`Send again: ${name}`} onClick={props.onResend}>
          Again
        </Button>
      )}
      {error !== null && <p className="basis-full text-2xs break-words text-bad">{error}</p>}
    </li>
  );
}
