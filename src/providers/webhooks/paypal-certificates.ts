import { exchange, type FetchFunction } from "../http.ts";
import { readCertificate, type Certificate } from "./certificate.ts";

const FETCH_LIMIT_MS = 3000;
const MOST_KEPT = 16;
/** How long an address that gave no certificate is not asked again. */
const FAILED_FOR_MS = 60_000;
/** Anyone may send us an address that looks like PayPal's: so many unknown ones a minute are asked for. */
const MOST_FETCHES = 10;
const FETCHES_WITHIN_MS = 60_000;

/** PayPal's certificates as an isolate knows them. Forged requests can't make it fetch one each. */
export class PaypalCertificates {
  readonly #known = new Map<string, Certificate>();
  /** Addresses that gave none, with until when they are left alone. */
  readonly #failed = new Map<string, number>();
  #fetchedAt: number[] = [];

  /** The certificate at the address; null where there is none, or it is not to be asked for now. */
  async at(url: string, fetch: FetchFunction, now: number): Promise<Certificate | null> {
    const known = this.#known.get(url);
    if (known !== undefined) return known;
    if ((this.#failed.get(url) ?? 0) > now) return null;
    this.#fetchedAt = this.#fetchedAt.filter((at) => at > now - FETCHES_WITHIN_MS);
    if (this.#fetchedAt.length >= MOST_FETCHES) return null;
    this.#fetchedAt.push(now);
    const reply = await exchange(fetch, url, { method: "GET" }, FETCH_LIMIT_MS);
    const certificate = reply.kind === "answer" && reply.status === 200 ? readCertificate(reply.body) : null;
    if (certificate === null) keep(this.#failed, url, now + FAILED_FOR_MS);
    else keep(this.#known, url, certificate);
    return certificate;
  }
}

/** Keeps the newest only: the addresses come from outside. */
function keep<Value>(map: Map<string, Value>, url: string, value: Value): void {
  const [oldest] = map.keys();
  if (map.size >= MOST_KEPT && oldest !== undefined && !map.has(url)) map.delete(oldest);
  map.set(url, value);
}
