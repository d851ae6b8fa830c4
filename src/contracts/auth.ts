import { z } from "zod";
import { ROLES, SCOPES } from "./principal.ts";

export const signInForm = z
  .strictObject({ email: z.string().trim().min(3).max(254), password: z.string().min(1).max(200) })
  .meta({ id: "SignInForm" });
export type SignInForm = z.infer<typeof signInForm>;

export const signInAnswer = z
  .strictObject({
    accessToken: z.string(),
    tokenType: z.literal("Bearer"),
    expiresAt: z.string().meta({ format: "date-time" }),
    user: z.strictObject({
      id: z.string(),
      name: z.string(),
      role: z.enum(ROLES),
      scopes: z.array(z.enum(SCOPES)),
      warehouseId: z.string().nullable(),
    }),
  })
  .meta({ id: "SignedIn" });
export type SignInAnswer = z.infer<typeof signInAnswer>;
