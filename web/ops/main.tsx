import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RequestError } from "./api/problem.ts";
import { router } from "./router.tsx";
import { onSessionChange, resumeSession } from "./session.ts";
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

// Before anything is shown: a reload and a new tab must not ask who is signed in already.
await resumeSession();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
