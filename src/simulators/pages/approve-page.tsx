import type { Approval } from "../paypal/checkout-ledger.ts";
import { Layout } from "./layout.tsx";

/** The page at PayPal where the customer agrees to pay, or to have their account saved, or does not. */
export function ApprovePage({ orderId, order }: { orderId: string; order: Approval }) {
  return (
    <Layout
      title={order.amount === null ? "PayPal: save your account" : "PayPal: approve the payment"}
      path="/simulators/paypal/approve"
    >
      <p>
        {order.amount === null
          ? order.description
          : `${order.description ?? "A payment"}: ${order.amount} ${order.currency} in minor units.`}
      </p>
      {order.status === "PAYER_ACTION_REQUIRED" ? (
        <form class="row" method="post" action={`/simulators/paypal/approve/${orderId}`}>
          <button class="main" type="submit" name="answer" value="approve">
            Approve
          </button>
          <button type="submit" name="answer" value="approve_declined">
            Approve with a card that will be declined
          </button>
          <button type="submit" name="answer" value="cancel">
            Cancel and return
          </button>
        </form>
      ) : (
        <p class="dim">{`Nothing to do: it is ${order.status.replaceAll("_", " ").toLowerCase()}.`}</p>
      )}
    </Layout>
  );
}
