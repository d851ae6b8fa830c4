import type { Journal } from "../journal.ts";
import { collectOrders } from "../order-books.ts";
import type { RawState } from "../raw-rows.ts";
import { checkDurability } from "./durability.ts";
import { checkEffects } from "./effects.ts";
import { checkEvents } from "./events.ts";
import type { Finding } from "./finding.ts";
import { checkHolds } from "./holds.ts";
import { checkMoney } from "./money.ts";
import { checkOnHand } from "./on-hand.ts";
import { checkLabels, checkNotifications } from "./outside.ts";
import { checkOversell } from "./oversell.ts";
import { checkProgress } from "./progress.ts";
import { checkProjection, checkStockList } from "./projection.ts";
import { checkReturns } from "./returns.ts";

/** All ten invariants over what is on disk, and over what the callers were told. */
export function checkAll(state: RawState, journal: Pick<Journal, "acknowledged" | "wrong">): Finding[] {
  const orders = collectOrders(state);
  return [
    checkOnHand(state, orders),
    checkStockList(state),
    checkOversell(state, orders),
    checkHolds(state, orders),
    checkProgress(state, orders),
    checkMoney(state, orders),
    checkReturns(state, orders),
    checkDurability(state, orders, journal.acknowledged),
    checkEvents(orders),
    checkProjection(state, orders),
    checkEffects(orders),
    checkNotifications(state, orders),
    checkLabels(state, orders),
    {
      invariant: "6",
      title: "no answer that no fault excuses",
      checked: journal.acknowledged.length + journal.wrong.length,
      violations: journal.wrong.map(
        ({ asked, status, code, detail }) => `${asked} was answered with ${status} ${code}: ${detail}`,
      ),
    },
  ];
}
