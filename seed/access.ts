import type { Role } from "../src/contracts/principal.ts";
import type { Channel } from "../src/domain/order/order.ts";
import { DEFAULT_CUSTOMER_ID } from "./commerce.ts";

/** Where the seeded floor user and floor key work. */
export const FLOOR_WAREHOUSE_ID = "rotterdam";

/** The password of every seeded user. It opens nothing but a local system. */
export const LOCAL_PASSWORD = "holdfast";

export interface SeedUser {
  id: string;
  email: string;
  name: string;
  role: Role;
  warehouseId: string | null;
  passwordHash: string;
}

/** Staff for the embedded issuer; all with `LOCAL_PASSWORD`. */
export const USERS: readonly SeedUser[] = [
  {
    id: "usr_ops",
    email: "ops@holdfast.example",
    name: "Nora Winter",
    role: "admin",
    warehouseId: null,
    passwordHash: "pbkdf2-sha256$100000$Ggcn1UP0I3+YPWwPU3Jc5g==$lTc6Y85qhwpqlxM0SrTWOya0L0aM7883F96hjtazxMA=",
  },
  {
    id: "usr_manager",
    email: "manager@holdfast.example",
    name: "Samuel Okafor",
    role: "manager",
    warehouseId: null,
    passwordHash: "pbkdf2-sha256$100000$g+1by6RjhflTkQ8JUQHXCg==$vjwN8+p20ey5FrWW+fgudI+x+Qfx0tn5dWfYyoQbx7g=",
  },
  {
    id: "usr_csr",
    email: "csr@holdfast.example",
    name: "Priya Nair",
    role: "csr",
    warehouseId: null,
    passwordHash: "pbkdf2-sha256$100000$cwVWnhqRG+H9RzRVJoXMLw==$OINj55NYbuyZIwlXrNyBaWgBdutXawkHQQc1gXxdBRQ=",
  },
  {
    id: "usr_floor",
    email: "floor@holdfast.example",
    name: "Ruben de Jong",
    role: "warehouse",
    warehouseId: FLOOR_WAREHOUSE_ID,
    passwordHash: "pbkdf2-sha256$100000$dSnue7pa3VamAWIGnyHhLw==$Ots5zx2yx8gGc9rg08Jl7EsfawgJEctMgIzfigNWSw4=",
  },
];

export interface SeedApiKey {
  /** SHA-256 of the key, lower-case hex. */
  hash: string;
  name: string;
  role: Role;
  warehouseId: string | null;
  customerId: string | null;
  channel: Channel | null;
}

/** The keys `hf_test_admin`, `hf_test_storefront`, …, as their hashes; good for the local environment only. */
export const API_KEYS: readonly SeedApiKey[] = [
  {
    hash: "6ecd215769e8257fdd298f5f3900a8d054e7af4214425fb5cbacf34ccf75ce91",
    name: "hf_test_admin",
    role: "admin",
    warehouseId: null,
    customerId: null,
    channel: null,
  },
  {
    hash: "da3bcbec1c91a77ce2c1eea3d75a5f472425b63c4e43398965fcbc65e8bc2b7a",
    name: "hf_test_storefront",
    role: "storefront",
    warehouseId: null,
    customerId: null,
    channel: "storefront",
  },
  {
    hash: "a42d510d99b821528e16710d2ced7f4c8c7edc9fad94dede392469518dff1978",
    name: "hf_test_csr",
    role: "csr",
    warehouseId: null,
    customerId: null,
    channel: "csr",
  },
  {
    hash: "99d031593e2a1b2f11bd279f9faae857f871b58c109db4cd44ec4d060b8801d9",
    name: "hf_test_floor",
    role: "warehouse",
    warehouseId: FLOOR_WAREHOUSE_ID,
    customerId: null,
    channel: null,
  },
  {
    hash: "bbe6d68276b7004f35b5412c0d5ebdd892cf8870cc3c0d299e238756f0c3e5df",
    name: "hf_test_customer",
    role: "customer",
    warehouseId: null,
    customerId: DEFAULT_CUSTOMER_ID,
    channel: "storefront",
  },
];
