import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RequestError } from "./api/problem.ts";
import { router } from "./router.tsx";
import { currentSession, onSessionChange } from "./session.ts";
import "./styles.css";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // A refusal stays one; a lost connection or an overloaded server may pass.
      retry: (failures, error) =>
        failures < 3 && error instanceof RequestError && (error.status === 0 || error.status >= 500),
    },
  },
});

onSessionChange(() => {
  // What the last person saw is not for the next one.
  queries.clear();
  void router.invalidate();
});

// A session ends at its time, also on a page where nobody clicks.
setInterval(() => currentSession(Date.now()), 15_000);

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
