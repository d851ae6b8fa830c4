/**
 * What one group of calls works on in memory. Jobs never touch the object's own memory: they work on a draft, which
 * is adopted once the group's transaction has returned and thrown away when it has not. So a job sees what the
 * jobs before it in its group did, and nobody outside the group sees anything that might still be undone.
 */
export interface GroupMemory<Draft> {
  /** A draft that stands where memory stands now. It is given to one group and then adopted or dropped. */
  draft(): Draft;
  /** Remembers where the draft stands and answers what brings it back there: called before each nested job. */
  savepoint(draft: Draft): () => void;
  /** Writes what has to be there before the first job, inside the group's transaction. */
  beforeJobs?(draft: Draft): void;
  /**
   * Writes what the group as a whole calls for, after its last job and inside its transaction. A throw undoes the
   * whole group.
   */
  beforeCommit?(draft: Draft): void;
  /** Makes the draft the object's memory. Called in the same turn as the transaction; must not throw. */
  adopt(draft: Draft): void;
}

interface QueuedJob<Draft> {
  run: (draft: Draft) => Settle;
  reject: (error: unknown) => void;
}

/** Tells a caller how its job went; called only once the whole group's fate is known. */
type Settle = () => void;

/**
 * Gathers the calls that reach a Durable Object in one turn into one storage transaction: the disk is waited for
 * once for all of them. A job that throws is undone and rejected alone. When the outer transaction fails, every job
 * of the group is rejected, nothing is stored and memory stays as it was.
 *
 * Nesting costs a copy of each page that is written, and jobs hardly ever throw. So a group first runs without, and
 * only where one of its jobs has thrown is it undone as a whole and run again with each job in a nested transaction.
 * A job may therefore run twice; what it touches besides storage and its draft must be made anew by each run.
 *
 * Jobs are synchronous. A promise is answered like a throw, because what runs after an `await` would be outside the
 * transaction.
 */
export class GroupCommit<Draft> {
  readonly #storage: Pick<DurableObjectStorage, "transactionSync">;
  readonly #memory: GroupMemory<Draft>;
  #queue: QueuedJob<Draft>[] = [];

  constructor(storage: Pick<DurableObjectStorage, "transactionSync">, memory: GroupMemory<Draft>) {
    this.#storage = storage;
    this.#memory = memory;
  }

  /**
   * Runs the job with the next group. Resolves with what it returned after its group is committed and adopted
   * (the object's output gate still waits for the disk); rejects with what it threw, or with the group's failure.
   */
  run<Value>(job: (draft: Draft) => Value): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.#queue.push({
        run: (draft) => {
          const value = job(draft);
          if (value instanceof Promise) throw new TypeError("a job of a group must not be asynchronous");
          return () => resolve(value);
        },
        reject,
      });
      // A timer, not a microtask: calls that arrived in the same turn are delivered one microtask after the other.
      if (this.#queue.length === 1) setTimeout(() => this.#commit(), 0);
    });
  }

  #commit(): void {
    const jobs = this.#queue;
    this.#queue = [];
    let settles: Settle[];
    try {
      settles = this.#runTogether(jobs);
    } catch (error) {
      for (const job of jobs) job.reject(error);
      return;
    }
    for (const settle of settles) settle();
  }

  #runTogether(jobs: readonly QueuedJob<Draft>[]): Settle[] {
    try {
      return this.#transact(jobs, (job, draft) => job.run(draft));
    } catch (error) {
      if (jobs.length === 1) throw error;
      return this.#transact(jobs, (job, draft) => this.#runNested(job, draft));
    }
  }

  #transact(jobs: readonly QueuedJob<Draft>[], run: (job: QueuedJob<Draft>, draft: Draft) => Settle): Settle[] {
    const draft = this.#memory.draft();
    const settles = this.#storage.transactionSync(() => {
      this.#memory.beforeJobs?.(draft);
      const done = jobs.map((job) => run(job, draft));
      this.#memory.beforeCommit?.(draft);
      return done;
    });
    this.#memory.adopt(draft);
    return settles;
  }

  #runNested(job: QueuedJob<Draft>, draft: Draft): Settle {
    const restore = this.#memory.savepoint(draft);
    let failure: { error: unknown } | null = null;
    try {
      return this.#storage.transactionSync(() => {
        try {
          return job.run(draft);
        } catch (error) {
          failure = { error };
          throw error;
        }
      });
    } catch (error) {
      // Not the job but its savepoint failed: SQLite has lost the transaction, and what follows would be stored alone.
      if (!isFailure(failure, error)) throw error;
      restore();
      return () => job.reject(error);
    }
  }
}

function isFailure(failure: { error: unknown } | null, error: unknown): boolean {
  return failure !== null && failure.error === error;
}
