import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { signInAnswer } from "../../../src/contracts/auth.ts";
import { call } from "../api/client.ts";
import { healthQuery } from "../api/queries.ts";
import { beginSession, sessionOf } from "../session.ts";
import { buttonClass } from "../ui/button.tsx";
import { TextField } from "../ui/field.tsx";
import { Mark } from "../ui/icons.tsx";
import { ProblemNote } from "../ui/panel.tsx";

/** Seeded where the environment is local, and refused everywhere else. */
const LOCAL_PASSWORD = "holdfast";
const LOCAL_PEOPLE = [
  { email: "ops@holdfast.example", does: "Operations, sees everything" },
  { email: "manager@holdfast.example", does: "Manager" },
  { email: "csr@holdfast.example", does: "Customer service" },
  { email: "floor@holdfast.example", does: "Warehouse floor" },
] as const;

export function SignIn() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const health = useQuery(healthQuery());
  const signIn = useMutation({
    mutationFn: () => call("/auth/sign-in", { method: "POST", body: { email, password }, answer: signInAnswer }),
    onSuccess: (answer) => {
      // The router notices, and goes to where the person was headed.
      beginSession(sessionOf(answer));
    },
  });
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-3">
          <Mark className="size-11" />
          <div>
            <h1 className="text-xl font-bold tracking-tight">Holdfast</h1>
            <p className="text-muted">Operations</p>
          </div>
        </div>
        <form
          className="panel flex flex-col gap-4 p-5"
          onSubmit={(event) => {
            event.preventDefault();
            signIn.mutate();
          }}
        >
          <TextField
            label="E-mail"
            type="email"
            name="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
          <TextField
            label="Password"
            type="password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <button type="submit" className={buttonClass("primary")} disabled={signIn.isPending}>
            {signIn.isPending ? "Signing in" : "Sign in"}
          </button>
          {signIn.isError && <ProblemNote error={signIn.error} />}
        </form>
        {health.data?.environment === "local" && (
          <section className="mt-5" aria-labelledby="local-people">
            <div className="mb-2 flex items-baseline justify-between">
              <h2 id="local-people" className="eyebrow">
                Seeded on this machine
              </h2>
              <p className="text-2xs text-muted">all with “{LOCAL_PASSWORD}”</p>
            </div>
            <ul className="panel divide-y divide-line overflow-hidden">
              {LOCAL_PEOPLE.map((person) => (
                <li key={person.email}>
                  <button
                    type="button"
                    className="flex w-full items-baseline gap-2 px-3 py-2 text-left hover:bg-well"
                    onClick={() => {
                      setEmail(person.email);
                      setPassword(LOCAL_PASSWORD);
                    }}
                  >
                    <span className="font-medium">{person.email}</span>
                    <span className="ml-auto text-right text-2xs text-muted">{person.does}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </main>
  );
}
