import { Injectable } from '@nestjs/common';
import { Health, type PartState } from '../../platform/health/health.js';
import { EntryCache } from '../cache/entry-cache.js';

/** What the entries' parts say of themselves, besides the database, Redis and their consumer. */
@Injectable()
export class EntriesHealth {
  constructor(
    health: Health,
    private readonly cache: EntryCache,
  ) {
    health.addCheck('entries.changes', () => this.changes(), { isOptional: true });
    if (cache.redis !== undefined) health.addCheck('entries.redis', () => this.redis(), { isOptional: true });
  }

  private changes(): PartState {
    if (this.cache.hearsChanges) return { up: true };
    return { up: false, detail: 'changes are not heard: entries are read from PostgreSQL' };
  }

  private redis(): PartState {
    if (this.cache.redis!.epoch !== undefined) return { up: true };
    return { up: false, detail: 'Redis is not used for entries: they are read from PostgreSQL' };
  }
}
