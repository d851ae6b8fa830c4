import type { OrderLedgerRpc } from "../contracts/ledger-rpc.ts";
import type { OrderId } from "../domain/ids.ts";
import type { Env } from "../platform/env.ts";
import { logError } from "../platform/log.ts";
import { ledgerStub } from "./stubs.ts";

/** How often a call is made whose answer is lost. */
const ATTEMPTS = 3;

export interface Asking {
  env: Env;
  requestId: string;
  orderId: OrderId;
  /** Whether the call may be made twice: the ledger does it once, however often it comes. */
  isRepeatable: boolean;
  /** Whether it is not too late to make it. */
  mayAsk?: () => boolean;
}

/**
 * Calls the order's ledger. A throw tells nothing about what was done: a repeatable call is made again, and `unknown`
 * is the answer where none came.
 */
export async function askLedger<Answer>(
  { env, requestId, orderId, isRepeatable, mayAsk = () => true }: Asking,
  call: (ledger: OrderLedgerRpc) => Promise<Answer>,
): Promise<Answer | "unknown"> {
  const attempts = isRepeatable ? ATTEMPTS : 1;
  for (let attempt = 1; attempt <= attempts && mayAsk(); attempt += 1) {
    try {
      // A stub that has thrown may be broken for good: each attempt makes its own.
      return await call(ledgerStub(env, orderId));
    } catch (error) {
      logError("ledger_answer_unknown", error, { requestId, orderId, attempt });
    }
  }
  return "unknown";
}
