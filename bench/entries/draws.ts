import { seededRandom } from '../../src/platform/seeded-random.js';
import { NUMBER_DIGITS } from './bench-entries.js';
import { KeyDraws } from './key-draws.js';
import type { KeyRange } from './load-task.js';

const MAX_NUMBER = 10 ** NUMBER_DIGITS;
const SEED = 20;

/** What a sender draws by lot. It goes on from task to task, so that no two tasks ask for the same in the same order. */
export class Draws {
  private readonly random = seededRandom(SEED);
  private readonly spread = new Map<number, KeyDraws>();
  private readonly even = new Map<number, KeyDraws>();
  private unknown = 0;
  private writes = 0;

  /** @param exponent of Zipf's law */
  constructor(private readonly exponent: number) {}

  /** Makes ready what will be drawn from a range, which takes a while. */
  prepare({ count, drawn }: KeyRange): void {
    if (drawn === 'spread' && !this.spread.has(count)) {
      this.spread.set(count, KeyDraws.zipf(count, this.exponent, SEED));
    }
    if (!this.even.has(count)) this.even.set(count, KeyDraws.even(count, SEED));
  }

  /** @param share of reads among all requests */
  isRead(share: number): boolean {
    return share === 1 || (share > 0 && this.random() < share);
  }

  keyToRead({ count, drawn }: KeyRange): number {
    if (drawn === 'unknown') return this.unknown++ % MAX_NUMBER;
    return (drawn === 'spread' ? this.spread : this.even).get(count)!.next();
  }

  keyToWrite({ count }: KeyRange): number {
    return this.even.get(count)!.next();
  }

  /** A number that no write before has. */
  nextWrite(): number {
    return this.writes++ % MAX_NUMBER;
  }
}
