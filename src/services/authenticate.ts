import { refuse, type ServiceResult } from "../contracts/problem.ts";
import type { Principal } from "../contracts/principal.ts";
import type { Env } from "../platform/env.ts";
import { findTokenHolder } from "./access-tokens.ts";
import { findKeyHolder } from "./api-keys.ts";

const API_KEY = /^hf_(?:live|test)_/;

/** Who is calling, by the `Authorization` header: an API key, or an access token. */
export async function authenticate(
  env: Env,
  authorization: string | null,
  now: number,
  defer: (work: Promise<unknown>) => void,
): Promise<ServiceResult<Principal>> {
  if (authorization === null)
    return refuse("unauthenticated", "Send Authorization: Bearer with an API key or an access token.");
  const credential = /^Bearer +(\S{1,4096})$/i.exec(authorization)?.[1];
  if (credential === undefined)
    return refuse("unauthenticated", "The Authorization header must be Bearer and one API key or access token.");
  if (API_KEY.test(credential)) return findKeyHolder(env, credential, now, defer);
  return findTokenHolder(env, credential, now, defer);
}
