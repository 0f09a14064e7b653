import { TransientError } from '../../platform/failures/classified-errors.js';
import type { FoundUser } from '../model/found-user.js';

/** Neither store has answered in time. */
export class LookupTimeoutError extends TransientError {
  override readonly name = 'LookupTimeoutError';

  constructor(budgetMs: number) {
    super(`no answer within ${budgetMs} ms`);
  }
}

/** A read that all who ask for an id meanwhile share. It goes on when they hang up, and has a deadline of its own. */
export class UserRead {
  /** Settles at the deadline at the latest. */
  readonly answer: Promise<FoundUser>;
  private readonly startedAtMs = performance.now();
  private readonly deadline = new AbortController();
  private outdated = false;

  constructor(
    readonly userId: string,
    private readonly budgetMs: number,
    run: (read: UserRead) => Promise<FoundUser>,
  ) {
    this.answer = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const error = new LookupTimeoutError(budgetMs);
        this.deadline.abort(error);
        reject(error);
      }, budgetMs);
      run(this)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }

  /** Aborted at the deadline. */
  get signal(): AbortSignal {
    return this.deadline.signal;
  }

  /** Milliseconds until the deadline. */
  get leftMs(): number {
    return this.startedAtMs + this.budgetMs - performance.now();
  }

  /** Whether the user has changed since it began, so that what it finds must not be kept. */
  get isOutdated(): boolean {
    return this.outdated;
  }

  outdate(): void {
    this.outdated = true;
  }
}
