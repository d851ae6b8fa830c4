/** A means of payment that a customer has saved at the payment provider, to be charged while they are away. */
export interface SavedMethod {
  /** The provider's id of its customer. */
  customer: string;
  /** The provider's id of the means of payment. */
  method: string;
}

/** The saved means as an order's means of payment; no caller can write one, because tokens have no slash. */
export function savedMeans({ customer, method }: SavedMethod): string {
  return `${customer}/${method}`;
}

/** What `savedMeans` was made of; null for any other means of payment. */
export function readSavedMeans(means: string): SavedMethod | null {
  const [customer, method, ...more] = means.split("/");
  return customer && method && more.length === 0 ? { customer, method } : null;
}
