import { type ExecuteResult, readOrder } from "../contracts/ledger-rpc.ts";
import { refuse, type ServiceProblem, type ServiceResult } from "../contracts/problem.ts";
import type { OrderId } from "../domain/ids.ts";
import type { OrderCommand } from "../domain/order/commands.ts";
import type { Order } from "../domain/order/order.ts";
import { askLedger } from "./ask-ledger.ts";
import { actorOf, type ServiceContext } from "./context.ts";
import { type CommandRefusal, getOrder, refusedCommand, staleVersion } from "./orders.ts";

/**
 * Lets a person's command be decided by the order's ledger. The caller must be allowed to see the order; whether
 * they may give this command is for the calling service to have checked. `expectedVersion` is what they had read.
 */
export async function executeOrder(
  ctx: ServiceContext,
  orderId: OrderId,
  command: OrderCommand,
  expectedVersion?: number,
): Promise<ServiceResult<Order>> {
  const visible = await getOrder(ctx, orderId);
  return visible.ok ? executeOnSeen(ctx, visible.value, command, expectedVersion) : visible;
}

/** The same for a caller who was let through to this order in another way than by being allowed to read it. */
export async function executeOnSeen(
  ctx: ServiceContext,
  order: Pick<Order, "id" | "currency">,
  command: OrderCommand,
  expectedVersion?: number,
): Promise<ServiceResult<Order>> {
  const decided = await decideOnSeen(ctx, order, command, expectedVersion);
  return decided === "unknown" ? outcomeUnknown(ctx) : decided;
}

/**
 * The same, for a caller who has prepared something that a refused command does not need: `unknown` where the ledger may
 * or may not have decided it.
 */
export async function decideOnSeen(
  ctx: ServiceContext,
  order: Pick<Order, "id" | "currency">,
  command: OrderCommand,
  expectedVersion?: number,
): Promise<ServiceResult<Order> | "unknown"> {
  const { env, requestId, deed } = ctx;
  const result = await askLedger({ env, requestId, orderId: order.id, isRepeatable: deed !== null }, (ledger) =>
    ledger.execute({
      orderId: order.id,
      command,
      actor: actorOf(ctx),
      ...(expectedVersion !== undefined && { expectedVersion }),
      ...(deed && { deed }),
    }),
  );
  if (result === "unknown") return result;
  return result.ok ? accepted(result) : refused(ctx, order, result.refusal, expectedVersion);
}

/**
 * What the first request with this key did to the order, or null. For services that check more than the ledger does:
 * what they check may have changed, by this very deed.
 */
export async function doneBefore(
  ctx: ServiceContext,
  order: Pick<Order, "id" | "currency">,
): Promise<ServiceResult<Order> | null> {
  const { env, requestId, deed } = ctx;
  if (deed === null) return null;
  const result = await askLedger({ env, requestId, orderId: order.id, isRepeatable: true }, (ledger) =>
    ledger.findDone(deed),
  );
  if (result === null) return null;
  if (result === "unknown") return outcomeUnknown(ctx);
  return result.ok ? accepted(result) : refused(ctx, order, result.refusal);
}

function accepted({ order, replayed }: Extract<ExecuteResult, { ok: true }>): ServiceResult<Order> {
  return { ok: true, value: readOrder(order), replayed };
}

async function refused(
  ctx: ServiceContext,
  order: Pick<Order, "id" | "currency">,
  refusal: CommandRefusal,
  expectedVersion?: number,
): Promise<{ ok: false; problem: ServiceProblem }> {
  return refusal.reason === "version_stale" && expectedVersion !== undefined
    ? staleVersion(ctx, order.id, expectedVersion, refusal.version)
    : refusedCommand(order, refusal);
}

/** The refusal where nobody knows what the ledger made of a command. */
export function outcomeUnknown({ deed }: Pick<ServiceContext, "deed">): { ok: false; problem: ServiceProblem } {
  return refuse(
    "temporarily_unavailable",
    deed === null
      ? "The order may or may not have been changed: read it again."
      : "The order may or may not have been changed: send the same request with the same Idempotency-Key again.",
  );
}
