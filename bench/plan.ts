/** How long things are measured: the whole plan, or one that ends in under two minutes. */
export interface Plan {
  rounds: number;
  warmUpMs: number;
  runMs: number;
  /** Rounds on disk; one is enough to see what the disk costs. */
  diskRounds: number;
  latencyMs: number;
  sagaOrders: number;
  costOrders: number;
}

export const CLIENTS = 32;
export const SAGA_RATE = 100;

export const FULL: Plan = {
  rounds: 5,
  warmUpMs: 5_000,
  runMs: 5_000,
  diskRounds: 3,
  latencyMs: 8_000,
  sagaOrders: 1_500,
  costOrders: 300,
};
export const QUICK: Plan = {
  rounds: 3,
  warmUpMs: 1_500,
  runMs: 1_000,
  diskRounds: 1,
  latencyMs: 2_000,
  sagaOrders: 200,
  costOrders: 60,
};
