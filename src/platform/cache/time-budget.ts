import { TransientError } from '../failures/classified-errors.js';

/** No answer within the budget. What was asked for may have happened, or may happen later. */
export class BudgetSpentError extends TransientError {
  override readonly name = 'BudgetSpentError';

  constructor(readonly budgetMs: number) {
    super(`no answer within ${budgetMs} ms`);
  }
}

/** The budget ends between this and one tick less of them: with 25 ms, after 20 to 25 ms. */
const DEFAULT_TICKS = 5;

interface Waiting {
  readonly lastTick: number;
  readonly giveUp: () => void;
}

/**
 * How long answers from outside may take, measured in time during which this process was there to read them.
 *
 * Plain timers do not tell: while the process is busy with a large batch, commands lie unsent and answers unread, and
 * when it comes up for air every timer has run out, as if the other side hung. Here a busy stretch counts as one tick,
 * however long it was. One ticker serves all that wait, and none runs while nobody does.
 */
export class TimeBudget {
  private readonly waiting = new Set<Waiting>();
  private tick = 0;
  private ticker: NodeJS.Timeout | undefined;

  constructor(
    private readonly budgetMs: number,
    private readonly ticks = DEFAULT_TICKS,
  ) {}

  /**
   * The answer, if it comes within the budget. The promise itself goes on, and nobody hears of it any more.
   *
   * @throws BudgetSpentError
   */
  spend<T>(answer: Promise<T>): Promise<T> {
    this.ticker ??= setInterval(() => this.onTick(), this.budgetMs / this.ticks).unref();
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        lastTick: this.tick + this.ticks,
        giveUp: () => reject(new BudgetSpentError(this.budgetMs)),
      };
      this.waiting.add(waiting);
      answer.then(
        (value) => {
          this.waiting.delete(waiting);
          resolve(value);
        },
        (error: Error) => {
          this.waiting.delete(waiting);
          reject(error);
        },
      );
    });
  }

  private onTick(): void {
    this.tick++;
    if (this.waiting.size === 0) {
      clearInterval(this.ticker);
      this.ticker = undefined;
      return;
    }
    // Oldest first, all with the same budget: the first that has time left ends the search.
    for (const waiting of this.waiting) {
      if (waiting.lastTick > this.tick) return;
      this.waiting.delete(waiting);
      waiting.giveUp();
    }
  }
}
