import { Injectable } from '@nestjs/common';
import { UserCache } from '../cache/user-cache.js';
import type { FoundUser } from '../model/found-user.js';
import type { HeldUser } from '../model/held-user.js';

/** Looks users up. */
@Injectable()
export class UserLookup {
  constructor(private readonly cache: UserCache) {}

  /** Where what is held stands. */
  get hotTier(): 'redis' | 'memory' {
    return this.cache.hasRedis ? 'redis' : 'memory';
  }

  /** From memory, at once. null: nobody has the id; undefined: {@link find} has to be asked. */
  peek(userId: string): HeldUser | null | undefined {
    return this.cache.peek(userId);
  }

  /** @throws where neither store has answered in time */
  find(userId: string): Promise<FoundUser> {
    return this.cache.read(userId);
  }
}
