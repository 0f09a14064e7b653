import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { LatestInRedis } from './latest-in-redis.js';
import { type LatestNews, LatestNotices } from './latest-news.js';
import { LatestReadings } from './latest-readings.js';

/** All who have to know what this process commits: its own memory, Redis, and the other processes. */
@Injectable()
export class LatestUpdates {
  constructor(
    private readonly memory: LatestReadings,
    private readonly redis: LatestInRedis,
    private readonly notices: LatestNotices,
  ) {}

  /** Tells the other processes, once the transaction commits. */
  announce(tx: Transaction, news: LatestNews): Promise<void> {
    return this.notices.send(tx, news);
  }

  /** To be called after the commit: nothing is ever newer than what is stored. */
  take({ latest, forgotten }: LatestNews): void {
    for (const sensor of forgotten) {
      this.memory.forget(sensor);
      this.redis.forget(sensor);
    }
    this.memory.put(latest);
    this.redis.put(latest);
  }
}
