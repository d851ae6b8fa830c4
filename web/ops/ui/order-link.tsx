import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** The way to another order's page. */
export function OrderLink({ orderId, children }: { orderId: string; children: ReactNode }) {
  return (
    <Link to="/orders/$orderId" params={{ orderId }} className="font-semibold text-accent hover:underline">
      {children}
    </Link>
  );
}
