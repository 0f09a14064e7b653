import type { ContextNames } from '../context-names.js';

/** Partitions whose batches are written side by side; each holds a database connection meanwhile. */
const MAX_PARTITIONS_AT_ONCE = 4;
/** Attempts that slow or failing partitions make in addition to those; one for every three connections of the pool. */
const MAX_LEFT_TRIES = 4;
const CONNECTIONS_PER_LEFT_TRY = 3;
/** Contexts other than the main one share this part of the pool; half of it is for their slow or failing partitions. */
const PART_OF_POOL_BESIDE_MAIN = 1 / 3;
/** What the main one takes at most of the default pool: in a deployment without it, the others may have that. */
const PART_OF_POOL_WITHOUT_MAIN = 2 / 3;

/** A context's concurrent attempts, each of which holds a database connection. */
export interface PoolShare {
  readonly atOnce: number;
  readonly leftTries: number;
}

/** @param pool how many connections it has; only the main context may fill it */
export function shareOfPool(contexts: ContextNames, pool: number, context: string): PoolShare {
  if (contexts.isMain(context)) {
    const leftTries = Math.min(MAX_LEFT_TRIES, Math.floor(pool / CONNECTIONS_PER_LEFT_TRY));
    return { atOnce: MAX_PARTITIONS_AT_ONCE, leftTries };
  }
  const part = contexts.hasMain ? PART_OF_POOL_BESIDE_MAIN : PART_OF_POOL_WITHOUT_MAIN;
  const half = Math.max(1, Math.floor((pool * part) / contexts.othersCount / 2));
  return { atOnce: Math.min(MAX_PARTITIONS_AT_ONCE, half), leftTries: half };
}
