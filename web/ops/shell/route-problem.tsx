import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { Empty, ProblemNote } from "../ui/panel.tsx";

export function NotFound() {
  return (
    <main className="mx-auto max-w-xl p-8">
      <h1 className="sr-only">Not found</h1>
      <Empty title="There is no such page" />
      <p className="text-center">
        <Link to="/" className="font-semibold text-accent underline">
          Back to the live view
        </Link>
      </p>
    </main>
  );
}

export function RouteProblem({ error, reset }: ErrorComponentProps) {
  return (
    <div className="mx-auto max-w-2xl p-4">
      <ProblemNote error={error} onRetry={reset} />
    </div>
  );
}
