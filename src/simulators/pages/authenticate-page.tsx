import { Layout } from "./layout.tsx";

/** The bank's page of 3-D Secure: the customer completes or fails. */
export function AuthenticatePage({
  intentId,
  intent,
}: {
  intentId: string;
  intent: { status: string; amount: number; currency: string; description: string | null };
}) {
  const isWaiting = intent.status === "requires_action";
  return (
    <Layout title="3-D Secure: your bank asks" path="/simulators/stripe/authenticate">
      <p>{`${intent.description ?? "A payment"}: ${intent.amount} ${intent.currency.toUpperCase()} in minor units.`}</p>
      {isWaiting ? (
        <form class="row" method="post" action={`/simulators/stripe/authenticate/${intentId}`}>
          <button class="main" type="submit" name="answer" value="complete">
            Complete authentication
          </button>
          <button type="submit" name="answer" value="fail">
            Fail authentication
          </button>
        </form>
      ) : (
        <p class="dim">{`Nothing to do: the payment is ${intent.status.replaceAll("_", " ")}.`}</p>
      )}
    </Layout>
  );
}
