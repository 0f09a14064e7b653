import { Injectable } from '@nestjs/common';
import { Turns } from './turns.js';

/** A count is as old as this at most. Pages that stay open ask for theirs every few seconds, all of them for the same. */
const KEPT_MS = 5_000;
const MAX_KEPT = 200;

interface Kept {
  readonly answer: Promise<unknown>;
  /** Of performance.now(); while it is being counted it is as good as new. */
  until: number;
}

/**
 * Counts, which read far more rows than they answer with: few at a time and apart from pages, so that they hold up nothing
 * else, and once for all who ask for the same within a few seconds.
 */
@Injectable()
export class CountsUnderWay {
  private readonly turns = new Turns({ name: 'counts', atOnce: 2, maxWaiting: 100, maxWaitMs: 3_000 });
  /** The oldest first. */
  private readonly kept = new Map<string, Kept>();

  /**
   * A count, which may be a few seconds old.
   *
   * @param what is counted, with its filter: the same text, the same count
   * @throws TooBusyError when too many wait already, or for too long; and what `count` throws
   */
  shared<Count>(what: string, count: () => Promise<Count>): Promise<Count> {
    const kept = this.kept.get(what);
    if (kept !== undefined && performance.now() < kept.until) return kept.answer as Promise<Count>;
    const answer = this.turns.take(count);
    const fresh: Kept = { answer, until: Infinity };
    this.keep(what, fresh);
    answer.then(
      () => (fresh.until = performance.now() + KEPT_MS),
      () => this.forget(what, fresh),
    );
    return answer;
  }

  /** A count as of now, when it is its turn. @throws TooBusyError, and what `count` throws */
  fresh<Count>(count: () => Promise<Count>): Promise<Count> {
    return this.turns.take(count);
  }

  private keep(what: string, fresh: Kept): void {
    this.kept.delete(what);
    this.kept.set(what, fresh);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT) this.kept.delete(oldest!);
  }

  private forget(what: string, failed: Kept): void {
    if (this.kept.get(what) === failed) this.kept.delete(what);
  }
}
