import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Lifecycle } from '../../platform/lifecycle.js';
import { EntryCache } from '../cache/entry-cache.js';
import { type EntryKey, parseStorageKey } from '../model/entry-key.js';
import { RehydrationMessages } from '../producer/rehydration-messages.js';
import { WorkerMetrics } from './worker.metrics.js';

const SEND_EVERY_MS = 1_000;
const MAX_A_SEND = 100;
const MAX_WAITING = 10_000;
/** A key is asked for once in it. */
const SAME_KEY_MS = 60_000;
const SEND_LIMIT_MS = 10_000;

/** Asks the worker to read into Redis what reads have found in PostgreSQL and Redis did not take. */
@Injectable()
export class RehydrationRequests {
  private readonly asked = new LRUCache<string, true>({ max: MAX_WAITING, ttl: SAME_KEY_MS });
  private waiting: EntryKey[] = [];
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private isSending = false;

  constructor(
    cache: EntryCache,
    private readonly messages: RehydrationMessages,
    private readonly metrics: WorkerMetrics,
    lifecycle: Lifecycle,
  ) {
    if (cache.redis === undefined) return;
    cache.onNotFilled = (storageKey) => this.ask(storageKey);
    lifecycle.beforeReady('the requests for rehydration', () => {
      this.timer = setInterval(() => void this.sendSome(), SEND_EVERY_MS).unref();
    });
    lifecycle.onDrain('the requests for rehydration', () => {
      clearInterval(this.timer);
      this.stopping.abort();
    });
  }

  private ask(storageKey: string): void {
    if (this.asked.has(storageKey)) return;
    if (this.waiting.length === MAX_WAITING) return this.metrics.requestsDropped.inc();
    this.asked.set(storageKey, true);
    this.waiting.push(parseStorageKey(storageKey)!);
  }

  /** Never throws. */
  private async sendSome(): Promise<void> {
    if (this.isSending || this.waiting.length === 0) return;
    this.isSending = true;
    const some = this.waiting.slice(0, MAX_A_SEND);
    this.waiting = this.waiting.slice(MAX_A_SEND);
    try {
      await this.messages.send(
        some,
        AbortSignal.any([this.stopping.signal, AbortSignal.timeout(SEND_LIMIT_MS)]),
      );
      this.metrics.requested.inc(some.length);
    } catch {
      // Whoever asks for them again reads them from PostgreSQL again.
      this.metrics.requestsDropped.inc(some.length);
    } finally {
      this.isSending = false;
    }
  }
}
