import { BudgetSpentError, type TimeBudget } from '../../platform/cache/time-budget.js';
import type { FoundUser } from '../model/found-user.js';

/** A read that all who ask for an id meanwhile share. It goes on when they hang up, and has a budget of time of its own. */
export class UserRead {
  /** Settles when the budget is spent at the latest. @throws BudgetSpentError then, and what the read throws */
  readonly answer: Promise<FoundUser>;
  private readonly over = new AbortController();
  private outdated = false;

  constructor(
    readonly userId: string,
    budget: TimeBudget,
    run: (read: UserRead) => Promise<FoundUser>,
  ) {
    this.answer = budget.spend(run(this));
    this.answer.catch((error: unknown) => {
      if (error instanceof BudgetSpentError) this.over.abort(error);
    });
  }

  /** Aborted when the budget is spent. */
  get signal(): AbortSignal {
    return this.over.signal;
  }

  /** Whether the user has changed since it began, so that what it finds must not be kept. */
  get isOutdated(): boolean {
    return this.outdated;
  }

  outdate(): void {
    this.outdated = true;
  }
}
