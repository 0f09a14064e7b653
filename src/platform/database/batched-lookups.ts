import { setImmediate } from 'node:timers/promises';

export interface BatchedLookupsOptions<Found> {
  readonly query: (keys: readonly string[]) => Promise<FoundValues<Found>>;
  /** Queries under way at the same time. */
  readonly maxQueries: number;
  /** Keys of one query. */
  readonly maxKeys: number;
  /** Whether a query waits for the look-ups that come in the same turn of the event loop; by default it does not. */
  readonly gathers?: boolean;
  /** Whether those who still wait for a query that failed are asked for again, once each; by default they are not. */
  readonly asksAgain?: (error: unknown) => boolean;
}

/** What a query has found. */
export interface FoundValues<Found> {
  /** What is not there is not in it. */
  readonly values: ReadonlyMap<string, Found>;
  /** How many of the keys, from the first on, it was for; at least one. The others wait for the next query. */
  readonly keys: number;
}

interface Lookup<Found> {
  readonly key: string;
  readonly signal: AbortSignal;
  /** Whichever is first counts; the signal is heard no more then, since it may outlive what was found by long. */
  readonly resolve: (found: Found | undefined) => void;
  readonly reject: (error: Error) => void;
  isAskedAgain: boolean;
}

/**
 * Look-ups by key that share queries. One that comes alone is sent at once, or with those of its turn of the event loop. Those
 * that come while as many queries are under way as may be go together in the next one, first come first. No query begins
 * before the look-ups that it answers, so what it finds is not older than they are.
 */
export class BatchedLookups<Found> {
  private waiting = new Set<Lookup<Found>>();
  private queriesUnderWay = 0;

  constructor(private readonly options: BatchedLookupsOptions<Found>) {}

  /**
   * @param signal gives the look-up up; while it waits, it is not asked for any more
   * @returns undefined when there is no such key
   * @throws the signal's reason, and what the query throws, which fails all look-ups that share it and are not asked for again
   */
  find(key: string, signal: AbortSignal): Promise<Found | undefined> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const giveUp = (): void => this.giveUp(lookup, signal);
      const lookup: Lookup<Found> = {
        key,
        signal,
        resolve: (found) => {
          signal.removeEventListener('abort', giveUp);
          resolve(found);
        },
        reject: (error) => {
          signal.removeEventListener('abort', giveUp);
          reject(error);
        },
        isAskedAgain: false,
      };
      this.waiting.add(lookup);
      signal.addEventListener('abort', giveUp, { once: true });
      if (this.queriesUnderWay < this.options.maxQueries) void this.queryAll();
    });
  }

  private giveUp(lookup: Lookup<Found>, signal: AbortSignal): void {
    this.waiting.delete(lookup);
    lookup.reject(signal.reason as Error);
  }

  private async queryAll(): Promise<void> {
    this.queriesUnderWay++;
    if (this.options.gathers) await setImmediate();
    while (this.waiting.size > 0) await this.query(this.take());
    this.queriesUnderWay--;
  }

  private async query(lookups: readonly Lookup<Found>[]): Promise<void> {
    try {
      const { values, keys } = await this.options.query(lookups.map(({ key }) => key));
      for (const { key, resolve } of lookups.slice(0, keys)) resolve(values.get(key));
      if (keys < lookups.length) this.waitAgain(lookups.slice(keys));
    } catch (error) {
      this.failed(lookups, error as Error);
    }
  }

  private failed(lookups: readonly Lookup<Found>[], error: Error): void {
    const again: Lookup<Found>[] = [];
    const asksAgain = this.options.asksAgain?.(error) ?? false;
    for (const lookup of lookups) {
      if (asksAgain && !lookup.isAskedAgain) again.push(lookup);
      else lookup.reject(error);
      lookup.isAskedAgain = true;
    }
    this.waitAgain(again);
  }

  /** Before those that came later. */
  private waitAgain(lookups: readonly Lookup<Found>[]): void {
    this.waiting = new Set([...lookups.filter(({ signal }) => !signal.aborted), ...this.waiting]);
  }

  private take(): Lookup<Found>[] {
    const lookups: Lookup<Found>[] = [];
    for (const lookup of this.waiting) {
      if (lookups.length === this.options.maxKeys) break;
      lookups.push(lookup);
      this.waiting.delete(lookup);
    }
    return lookups;
  }
}
