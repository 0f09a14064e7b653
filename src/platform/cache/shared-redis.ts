import type { RedisCaches } from './redis-caches.js';

/** The connection to Redis that all contexts share, for those that keep values of their own kind there. */
export class SharedRedis {
  /** @param redis undefined where there is none */
  constructor(readonly redis: RedisCaches | undefined) {}
}
