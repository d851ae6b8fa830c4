/** What one check came to. */
export interface Finding {
  /** The invariant's number in the design of the domain. */
  invariant: string;
  title: string;
  /** Rows looked at: 0 means that the run had nothing to check this with. */
  checked: number;
  /** One sentence each. */
  violations: string[];
}

/** Gathers what a check finds. */
export class Checklist {
  readonly violations: string[] = [];
  checked = 0;

  /** One thing that must hold. */
  must(holds: boolean, otherwise: () => string): void {
    this.checked += 1;
    if (!holds) this.violations.push(otherwise());
  }

  finding(invariant: string, title: string): Finding {
    return { invariant, title, checked: this.checked, violations: this.violations };
  }
}
