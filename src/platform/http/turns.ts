import { TooBusyError } from './too-busy.error.js';

export interface TurnsOptions {
  /** What is done in turns, for errors: 'pages'. */
  readonly name: string;
  readonly atOnce: number;
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
}

interface Waiting {
  begin(): void;
}

/** Has work that is costly done a few pieces at a time; the others wait for their turn, so many and for so long. */
export class Turns {
  private underWay = 0;
  private readonly waiting = new Set<Waiting>();

  constructor(private readonly options: TurnsOptions) {}

  /**
   * Does a piece of work when it is its turn.
   *
   * @throws TooBusyError when too many wait already, or for too long
   */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.underWay >= this.options.atOnce) await this.turn();
    else this.underWay++;
    try {
      return await work();
    } finally {
      this.passOn();
    }
  }

  private turn(): Promise<void> {
    const { name, maxWaiting, maxWaitMs } = this.options;
    if (this.waiting.size >= maxWaiting) throw new TooBusyError(`too many ${name} are under way`);
    return new Promise((resolve, reject) => {
      const waiting = {
        begin: () => {
          clearTimeout(tooLate);
          resolve();
        },
      };
      const tooLate = setTimeout(() => {
        this.waiting.delete(waiting);
        reject(new TooBusyError(`other ${name} took too long`));
      }, maxWaitMs);
      this.waiting.add(waiting);
    });
  }

  private passOn(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.underWay--;
      return;
    }
    this.waiting.delete(next);
    next.begin();
  }
}
