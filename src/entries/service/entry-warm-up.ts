import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { atMost } from '../../platform/at-most.js';
import { Environment } from '../../platform/config/environment.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { EntryCache } from '../cache/entry-cache.js';
import { EntriesSettings } from '../entries.settings.js';
import type { StoredEntry } from '../model/stored-entry.js';
import { EntryRepository } from '../repository/entry.repository.js';

/** The program is ready after that, however many entries there are left. */
const LIMIT_MS = 10_000;
const ENTRIES_A_PAGE = 500;
const LOOK_EVERY_MS = 20;

/** Reads the newest entries into memory and Redis before the program is ready. */
@Injectable()
export class EntryWarmUp {
  private readonly stopping = new AbortController();

  constructor(
    private readonly entries: EntryRepository,
    private readonly cache: EntryCache,
    private readonly environment: Environment,
    private readonly settings: EntriesSettings,
    lifecycle: Lifecycle,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    const { ROLES } = environment;
    if (settings.ENTRIES_WARM === 0 || !(ROLES.includes('api') || ROLES.includes('worker'))) return;
    lifecycle.beforeReady('the newest cache entries', () => this.warmInTime());
    lifecycle.onDrain('the newest cache entries', () => this.stopping.abort());
  }

  private async warmInTime(): Promise<void> {
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(LIMIT_MS)]);
    const warmed = this.warm(signal).catch((error: unknown) => {
      if (!signal.aborted) this.log.warn({ err: error }, 'the newest cache entries could not be read');
    });
    await atMost(LIMIT_MS, warmed);
  }

  private async warm(signal: AbortSignal): Promise<void> {
    // What is read before changes are heard could not be believed.
    while (!this.cache.hearsChanges) await sleep(LOOK_EVERY_MS, undefined, { signal });
    const inMemory = this.environment.ROLES.includes('api');
    let last: StoredEntry | undefined;
    for (let left = this.settings.ENTRIES_WARM; left > 0 && !signal.aborted;) {
      const epoch = this.cache.redis?.epoch;
      const sinceMs = performance.now();
      const page = await this.entries.newest(Math.min(left, ENTRIES_A_PAGE), last);
      if (page.length === 0 || !this.cache.warm(page, epoch, sinceMs, inMemory)) return;
      left -= page.length;
      last = page.at(-1);
    }
  }
}
