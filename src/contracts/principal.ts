/** Everything that a caller may be allowed to do. A 403 names the one that is missing. */
export const SCOPES = [
  "orders:read",
  "orders:write",
  "orders:fulfill",
  "returns:write",
  "refunds:write",
  "inventory:read",
  "inventory:reserve",
  "inventory:write",
  "catalog:read",
  "catalog:write",
  "notifications:read",
  "notifications:write",
  "deviations:read",
  "deviations:write",
  "operations:read",
  "payments:write",
  "payments:reconcile",
  "templates:write",
  "customers:read",
  "customers:write",
  "customers:terms",
  "admin",
] as const;
export type Scope = (typeof SCOPES)[number];

export const ROLES = ["customer", "csr", "warehouse", "manager", "admin", "storefront", "bridge"] as const;
export type Role = (typeof ROLES)[number];

/** Roles are bundles of scopes. */
export const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  customer: ["orders:read", "orders:write", "catalog:read", "inventory:read", "customers:read", "customers:write"],
  csr: [
    "orders:read",
    "orders:write",
    "returns:write",
    "refunds:write",
    "inventory:read",
    "catalog:read",
    "notifications:read",
    "notifications:write",
    "deviations:read",
    "deviations:write",
    "customers:read",
    "customers:write",
  ],
  warehouse: ["orders:read", "orders:fulfill", "inventory:read", "inventory:write", "catalog:read"],
  manager: SCOPES.filter((scope) => scope !== "admin"),
  admin: SCOPES,
  storefront: ["orders:read", "orders:write", "inventory:read", "inventory:reserve", "catalog:read"],
  bridge: ["orders:read", "orders:fulfill", "inventory:read", "inventory:write"],
};

/** Who is calling, once proven. What they may see besides their scopes follows from the role. */
export interface Principal {
  kind: "user" | "key";
  id: string;
  name: string;
  role: Role;
  scopes: readonly Scope[];
  /** Set for customers: they see only their own orders. */
  customerId: string | null;
  /** Set for warehouse staff: they see only their warehouse. */
  warehouseId: string | null;
  /** The channel that this caller's orders come from. */
  channel: string;
  /** When the token that proves them ends, in epoch milliseconds; left out of API keys, which have no end. */
  provenUntil?: number;
}
