import { pick } from "../../seed/random.ts";
import { type Answer, type Ask, type FaultsClient, problemOf, Unanswered } from "./client.ts";
import type { Journal } from "./journal.ts";
import { ChangeActions } from "./change-actions.ts";
import { FloorActions } from "./floor-actions.ts";
import { KnownOrders } from "./known-orders.ts";
import { OrderActions } from "./order-actions.ts";
import { pause } from "./process-group.ts";
import { ReturnActions } from "./return-actions.ts";
import { StockActions } from "./stock-actions.ts";
import type { World } from "./world.ts";

/** Asks until something answers, and then takes the answer: also long after the connection that it went out on. */
export type Perform = (ask: Ask, take: (answer: Answer) => void) => Promise<void>;

/** What the actions of one load share. */
export interface LoadContext {
  client: FaultsClient;
  journal: Journal;
  world: World;
  random: () => number;
  /** A name that nothing else in this run has. */
  nextKey: (kind: string) => string;
  perform: Perform;
}

interface Repeat {
  ask: Ask;
  take: (answer: Answer) => void;
}

const CLIENTS = 14;
const LONGEST_THOUGHT_MS = 300;
const REPEAT_PAUSE_MS = 500;

/** Customers, clerks and floor staff, all at once, who ask again when they were not answered. */
export class Load {
  readonly #context: LoadContext;
  readonly #orders: OrderActions;
  readonly #changes: ChangeActions;
  readonly #floor: FloorActions;
  readonly #returns: ReturnActions;
  readonly #stock: StockActions;
  readonly #repeats: Repeat[] = [];
  #keys = 0;

  constructor(options: Pick<LoadContext, "client" | "journal" | "world" | "random">) {
    this.#context = {
      ...options,
      nextKey: (kind) => `${options.world.name}-${kind}-${(this.#keys += 1)}`,
      perform: (ask, take) => this.#perform({ ask, take }),
    };
    const known = new KnownOrders(this.#context);
    this.#orders = new OrderActions(this.#context, known);
    this.#changes = new ChangeActions(this.#context, known);
    this.#floor = new FloorActions(this.#context, known);
    this.#returns = new ReturnActions(this.#context, known);
    this.#stock = new StockActions(this.#context);
  }

  /** Requests that have not been answered yet. */
  get unanswered(): number {
    return this.#repeats.length;
  }

  /** Brings so many orders to their customers, so that from the first round on something can come back. */
  async bringHome(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#orders.bringHome()));
  }

  /** Keeps asking until told to stop; resolves when the last request has been answered or has broken. */
  async run(stop: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: CLIENTS }, () => this.#beSomebody(stop)));
  }

  /** Repeats what was never answered until it is, at most so long; answers how much is left. */
  async askAgain(withinMs: number): Promise<number> {
    const giveUpAt = Date.now() + withinMs;
    while (this.#repeats.length > 0 && Date.now() < giveUpAt) {
      const round = this.#repeats.splice(0);
      // Side by side: one that is slow takes no other's time.
      await Promise.all(round.map((repeat) => this.#perform(repeat)));
      if (this.#repeats.length > 0) await pause(REPEAT_PAUSE_MS);
    }
    return this.#repeats.length;
  }

  async #beSomebody(stop: AbortSignal): Promise<void> {
    const { random } = this.#context;
    while (!stop.aborted) {
      const broke = await this.#act();
      // A line that is dead is not asked again at once.
      await pause(broke ? LONGEST_THOUGHT_MS : random() * LONGEST_THOUGHT_MS);
    }
  }

  /** Does one thing; true where the connection broke. */
  async #act(): Promise<boolean> {
    const repeat = this.#context.random() < 0.2 ? this.#repeats.shift() : undefined;
    const before = this.#repeats.length;
    if (repeat !== undefined) await this.#perform(repeat);
    else await this.#choose()();
    return this.#repeats.length > before;
  }

  #choose(): () => Promise<void> {
    const { random } = this.#context;
    const orders = this.#orders;
    const changes = this.#changes;
    const returns = this.#returns;
    const stock = this.#stock;
    const chosen = pick(random, [
      ...times(26, () => orders.placeFull()),
      ...times(9, () => orders.placeShort()),
      ...times(9, () => orders.cancel()),
      ...times(8, () => orders.fulfill()),
      ...times(2, () => this.#floor.pickShort()),
      ...times(5, () => orders.deliver()),
      ...times(7, () => orders.answerProvider()),
      ...times(5, () => orders.placeAgain()),
      ...times(2, () => orders.placeOtherUnderSameKey()),
      ...times(6, () => orders.read()),
      ...times(2, () => orders.write()),
      ...times(8, () => changes.edit()),
      ...times(4, () => changes.addItems()),
      ...times(5, () => changes.cancelLine()),
      ...times(3, () => changes.payOtherwise()),
      ...times(5, () => returns.request()),
      ...times(7, () => returns.moveOn()),
      ...times(4, () => returns.refund()),
      ...times(6, () => stock.receive()),
      ...times(4, () => stock.adjust()),
      ...times(3, () => stock.count()),
      ...times(3, () => stock.transfer()),
      ...times(5, () => stock.reserve()),
      ...times(3, () => stock.release()),
      ...times(4, () => orders.placeReserved(stock)),
    ]);
    return chosen;
  }

  async #perform(repeat: Repeat): Promise<void> {
    try {
      const answer = await this.#context.client.ask(repeat.ask);
      // Its first try died while it was at work: its key is free again after a minute.
      if (problemOf(answer).code === "idempotency_in_progress") this.#repeats.push(repeat);
      else repeat.take(answer);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      this.#repeats.push(repeat);
    }
  }
}

type Action = () => Promise<void>;

function times(weight: number, action: Action): [Action, ...Action[]] {
  return [action, ...Array.from({ length: weight - 1 }, () => action)];
}
