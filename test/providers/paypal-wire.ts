/** An amount as PayPal writes it. */
export const wire = (value: string) => ({ currency_code: "EUR", value });

/** RFC 3339, so many days before now. */
export const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 3_600_000).toISOString();

/** An authorization of 10.99 EUR as PayPal writes it. */
export const authorization = (change: object = {}) => ({
  id: "AUTH1",
  status: "CREATED",
  amount: wire("10.99"),
  create_time: daysAgo(0),
  expiration_time: "2033-05-18T03:33:20Z",
  ...change,
});

/** An order of 10.99 EUR as PayPal writes it. */
export const order = (status: string, payments?: object, links: object[] = []) => ({
  id: "ORDER1",
  status,
  purchase_units: [
    { reference_id: "default", amount: wire("10.99"), custom_id: "ord_1.1", ...(payments && { payments }) },
  ],
  links,
});

/** The same once it is authorized. */
export const authorizedOrder = (change: object = {}) => order("COMPLETED", { authorizations: [authorization(change)] });
