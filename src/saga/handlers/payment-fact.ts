import type { PaymentFact } from "../../domain/order/effects.ts";
import type { PaymentSnapshot } from "../../providers/payment.ts";

/** The provider's snapshot as the order's ledger takes it. */
export function paymentFact(snapshot: PaymentSnapshot): PaymentFact {
  const { intentId } = snapshot;
  switch (snapshot.status) {
    case "created":
    case "voided":
    case "approved":
      return { status: snapshot.status, intentId };
    case "requires_action":
      return { status: "requires_action", intentId, actionUrl: snapshot.actionUrl };
    case "authorized":
      return {
        status: "authorized",
        intentId,
        amount: snapshot.amount.amount,
        expiresAt: snapshot.authorizationExpiresAt,
      };
    case "captured":
      return { status: "captured", intentId, captured: snapshot.captured, refunded: snapshot.refunded };
    case "failed":
      return { status: "failed", intentId, code: snapshot.code, message: snapshot.message };
  }
}
