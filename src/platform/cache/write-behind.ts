import { mergeChanges, withoutEntry } from './key-change.js';
import type { KeyChange } from './key-change.js';

export interface WriteBehindOptions {
  /** Carries one change out. A rejection means that it may not have happened. */
  send: (key: string, change: KeyChange) => Promise<unknown>;
  /** How many changes are on their way at once: enough to fill the pipe, few enough that no read waits long behind them. */
  maxInFlight: number;
  /** How many keys may wait. Beyond it the outdated keys are no longer known: see `overflowed`. */
  maxWaiting: number;
  /** When a failed change is tried again. */
  retryAfterMs: number;
  /** Told when the bound is passed. */
  onOverflow: () => void;
}

interface Queued {
  change: KeyChange;
  readonly done: Promise<void>;
  readonly resolve: () => void;
}

const DONE = Promise.resolve();

/**
 * The changes that a remote tier has yet to learn, at most one a key: a later one is merged into an earlier one.
 *
 * A failed change is kept for a retry, or the remote tier would go on serving an entry that was replaced here. Only its
 * version is kept, below which everything there is outdated; the entry itself can be loaded again.
 */
export class WriteBehind {
  /** To be carried out as soon as there is room. */
  private readonly queue = new Map<string, Queued>();
  /** Failed, or noted while paused: to be carried out later, without their entries. */
  private readonly deferred = new Map<string, KeyChange>();
  private readonly idleWaiters: (() => void)[] = [];
  private inFlight = 0;
  private paused = true;
  private lostTrack = false;
  private retryTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: WriteBehindOptions) {}

  /** Changes not yet carried out. */
  get size(): number {
    return this.queue.size + this.deferred.size + this.inFlight;
  }

  /** Changes were dropped: anything there may be out of date, until all of it is deleted after a call of `forget`. */
  get overflowed(): boolean {
    return this.lostTrack;
  }

  /** Resolves when the change has been carried out or noted for later. Never rejects. */
  add(key: string, change: KeyChange): Promise<void> {
    if (this.lostTrack) return DONE;
    if (this.paused) {
      this.defer(key, change);
      return DONE;
    }
    let queued = this.queue.get(key);
    if (queued === undefined) {
      const { promise, resolve } = deferredPromise();
      queued = { change, done: promise, resolve };
      this.queue.set(key, queued);
      this.checkBound();
    } else {
      queued.change = mergeChanges(queued.change, change);
    }
    this.pump();
    return queued.done;
  }

  /** What waits to be done to this key. A change on its way is not counted: a read sent later comes after it. */
  pending(key: string): KeyChange | undefined {
    const later = this.queue.get(key)?.change;
    const earlier = this.deferred.get(key);
    return earlier !== undefined && later !== undefined ? mergeChanges(earlier, later) : (later ?? earlier);
  }

  /** Nothing can be carried out for now. */
  pause(): void {
    this.paused = true;
    for (const [key, { change, resolve }] of this.queue) {
      this.defer(key, change);
      resolve();
    }
    this.queue.clear();
    this.settleIdle();
  }

  resume(): void {
    this.paused = false;
    this.retry();
  }

  /** To be called before everything there is deleted: after that, nothing noted until now matters. */
  forget(): void {
    this.lostTrack = false;
    this.deferred.clear();
  }

  /** Resolves when nothing is queued or on its way any more, or when paused. */
  idle(): Promise<void> {
    if (this.isIdle) return DONE;
    const { promise, resolve } = deferredPromise();
    this.idleWaiters.push(resolve);
    return promise;
  }

  private get isIdle(): boolean {
    return this.paused || (this.queue.size === 0 && this.inFlight === 0);
  }

  private pump(): void {
    while (!this.paused && this.inFlight < this.options.maxInFlight) {
      const next = this.queue.entries().next();
      if (next.done) return;
      const [key, queued] = next.value;
      void this.carryOut(key, queued);
    }
  }

  private async carryOut(key: string, queued: Queued): Promise<void> {
    const change = this.pending(key) ?? queued.change;
    this.queue.delete(key);
    this.deferred.delete(key);
    this.inFlight++;
    try {
      await this.options.send(key, change);
    } catch {
      this.defer(key, change);
      if (!this.paused) this.scheduleRetry();
    }
    this.inFlight--;
    queued.resolve();
    this.pump();
    this.settleIdle();
  }

  private defer(key: string, change: KeyChange): void {
    const rest = withoutEntry(change);
    if (rest === undefined || this.lostTrack) return;
    const earlier = this.deferred.get(key);
    this.deferred.set(key, earlier === undefined ? rest : mergeChanges(earlier, rest));
    this.checkBound();
  }

  /** Not at once: a Redis that refuses writes but answers reads would be asked again without a pause. */
  private scheduleRetry(): void {
    this.retryTimer ??= setTimeout(() => this.retry(), this.options.retryAfterMs).unref();
  }

  private retry(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    if (this.paused) return;
    for (const [key, change] of [...this.deferred]) void this.add(key, change);
  }

  private checkBound(): void {
    if (this.queue.size + this.deferred.size <= this.options.maxWaiting) return;
    this.loseTrack();
    this.options.onOverflow();
  }

  /** Drops all changes, those to come included, until `forget`. */
  loseTrack(): void {
    this.lostTrack = true;
    for (const { resolve } of this.queue.values()) resolve();
    this.queue.clear();
    this.deferred.clear();
  }

  private settleIdle(): void {
    if (!this.isIdle) return;
    for (const resolve of this.idleWaiters.splice(0)) resolve();
  }
}

function deferredPromise(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
