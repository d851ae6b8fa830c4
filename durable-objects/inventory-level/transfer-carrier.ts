import type { InventoryLevelRpc, LevelResult } from "../../src/contracts/level-rpc.ts";
import type { TransferNotice } from "../../src/contracts/messages.ts";
import type { Sku, WarehouseId } from "../../src/domain/ids.ts";
import {
  type Arrival,
  isNoticeDue,
  postponeTransfer,
  settleTransfer,
  sourceOf,
  toldOf,
  type Transfer,
} from "../../src/domain/inventory-level/transfers.ts";
import { logWarning } from "../../src/platform/log.ts";
import { sideBySide } from "../../src/platform/side-by-side.ts";
import { withinLimit } from "../../src/platform/time-limit.ts";
import type { GroupCommit } from "../group-commit.ts";
import type { LevelDraft, LevelMemory } from "./level-memory.ts";

/** A target that has not answered by then is asked again later. */
const ANSWER_LIMIT_MS = 5_000;
/** Targets asked at one time. */
const AT_ONCE = 6;
/** Transfers that one alarm or one call takes on; the next alarm takes the rest. */
const MOST_IN_ONE_TURN = 100;

/** What carrying needs of the level that the units left. */
export interface Carrying {
  memory: LevelMemory;
  group: GroupCommit<LevelDraft>;
  /** The level of this SKU at another warehouse. */
  levelAt: (to: { sku: Sku; warehouseId: WarehouseId }) => Pick<InventoryLevelRpc, "arrive">;
  /** Tells people how transfers stand. Resolves once that can't be lost any more. */
  tell: (notices: TransferNotice[]) => Promise<void>;
}

/**
 * Brings transfers that have left a level to an end. Asking the target twice does no harm, and its first decision is
 * its last; so a crash at any step only means that it is asked again.
 */
export class TransferCarrier {
  readonly #carrying: Carrying;

  constructor(carrying: Carrying) {
    this.#carrying = carrying;
  }

  /** Asks the targets of these transfers now, and answers how each of them then stands. */
  carryAll(transfers: readonly Transfer[]): Promise<Transfer[]> {
    return sideBySide(transfers.slice(0, MOST_IN_ONE_TURN), AT_ONCE, (transfer) => this.#carry(transfer));
  }

  /** Goes on with what is due: asks targets again, and tells a person of what takes too long. */
  async carryDue(): Promise<void> {
    const due = this.#carrying.memory.dueTransfers().slice(0, MOST_IN_ONE_TURN);
    await sideBySide(due, AT_ONCE, async (transfer) => {
      const { memory } = this.#carrying;
      const current = transfer.state.kind === "in_transit" ? await this.#carry(transfer) : transfer;
      if (!isNoticeDue(current, memory.now())) return;
      await this.#carrying.tell([noticeOf(current)]);
      await this.#write(current.id, (stored) => (stored.state.kind === current.state.kind ? toldOf(stored) : stored));
    });
  }

  async #carry(transfer: Transfer): Promise<Transfer> {
    if (transfer.state.kind !== "in_transit") return transfer;
    const answer = await this.#ask(transfer);
    if (answer === null) return this.#write(transfer.id, postponeTransfer);
    const { memory, group } = this.#carrying;
    return group.run((draft) => {
      const stored = memory.transfer(draft, transfer.id) ?? transfer;
      const { onHand, available } = answer.level;
      const { decision } = answer.value;
      const decided = decision.kind === "taken" ? { kind: "taken" as const, onHand, available } : decision;
      const settled = memory.applyStored(draft, (state) => settleTransfer(state, stored, decided, draft.now));
      if (settled.kind !== "refused") return settled.value;
      const later = postponeTransfer(stored, draft.now);
      memory.writeTransfer(draft, later);
      return later;
    });
  }

  /** The target's decision; null where it gave none. */
  async #ask(transfer: Transfer): Promise<Extract<LevelResult<Arrival>, { ok: true }> | null> {
    const { id, by, ref, to, quantity, occurredAt } = transfer;
    try {
      const command = { transfer: id, from: sourceOf(transfer), by, ref, quantity, occurredAt };
      const asked = this.#carrying.levelAt(to).arrive(to, command);
      const answer = await withinLimit(asked, ANSWER_LIMIT_MS, "arrive");
      return answer.ok ? answer : null;
    } catch (error) {
      logWarning("transfer_not_answered", {
        ...{ transfer: id, sku: to.sku, warehouseId: to.warehouseId, tries: transfer.tries + 1 },
        error: error instanceof Error ? error.name : "unknown",
      });
      return null;
    }
  }

  #write(id: string, change: (stored: Transfer, now: number) => Transfer): Promise<Transfer> {
    const { memory, group } = this.#carrying;
    return group.run((draft) => {
      const stored = memory.transfer(draft, id);
      if (stored === null) throw new Error(`the transfer ${id} is missing`);
      const changed = change(stored, draft.now);
      memory.writeTransfer(draft, changed);
      return changed;
    });
  }
}

function noticeOf(transfer: Transfer): TransferNotice {
  const { id, to, quantity, ref, leftAt, tries, state } = transfer;
  const places = { sku: to.sku, from: sourceOf(transfer), to: to.warehouseId };
  return { id, ...places, quantity, ref, leftAt, tries, state: state.kind };
}
