import { LRUCache } from 'lru-cache';
import { keepFromEmptying } from '../../platform/cache/keep-from-emptying.js';
import { ENTRY_OVERHEAD_BYTES } from '../../platform/cache/memory-tier.js';
import type { HeldUser } from '../model/held-user.js';

/** Some 150 bytes each. */
const MAX_ABSENT = 100_000;
/** An id that comes to be is forgotten at once; this is how long memory is spent on those that nobody asks for again. */
const ABSENT_TTL_MS = 30_000;
/** lru-cache asks for the time at most so often. */
const TTL_RESOLUTION_MS = 1_000;
/** V8 holds a text in Latin-1 or in UTF-16. */
const BYTES_A_CHARACTER = 2;

/** Users that were asked for, and ids that nobody has, in this process. Knows nothing of how new they are. */
export class UsersInMemory {
  private readonly users: LRUCache<string, HeldUser>;
  private readonly absent: LRUCache<string, true>;

  /** @param ttlMs 0: for good */
  constructor({ maxBytes, ttlMs }: { maxBytes: number; ttlMs: number }) {
    const absentTtlMs = ttlMs === 0 ? ABSENT_TTL_MS : Math.min(ttlMs, ABSENT_TTL_MS);
    this.absent = new LRUCache({ max: MAX_ABSENT, ttl: absentTtlMs });
    keepFromEmptying(this.absent, true);
    this.users = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: costBytes,
      ttl: ttlMs,
      ttlResolution: TTL_RESOLUTION_MS,
    });
  }

  /** null: nobody has the id; undefined: not known. */
  get(userId: string): HeldUser | null | undefined {
    return this.users.get(userId) ?? (this.absent.get(userId) ? null : undefined);
  }

  put(userId: string, user: HeldUser): void {
    this.absent.delete(userId);
    this.users.set(userId, user);
  }

  rememberAbsent(userId: string): void {
    this.absent.set(userId, true);
  }

  drop(userId: string): void {
    this.users.delete(userId);
    this.absent.delete(userId);
  }

  clear(): void {
    this.users.clear();
    this.absent.clear();
    keepFromEmptying(this.absent, true);
  }

  stats(): { entries: number; bytes: number } {
    return { entries: this.users.size, bytes: this.users.calculatedSize };
  }
}

function costBytes({ members, etag }: HeldUser, userId: string): number {
  return (members.length + etag.length + userId.length) * BYTES_A_CHARACTER + ENTRY_OVERHEAD_BYTES;
}
