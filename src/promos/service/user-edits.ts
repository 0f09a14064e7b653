import { Injectable } from '@nestjs/common';
import { Turns } from '../../platform/http/turns.js';
import { UserCache } from '../cache/user-cache.js';
import type { UserCondition } from '../model/user-etag.js';
import type { UserReceipt } from '../model/user-receipt.js';
import type { User } from '../model/user.js';
import { UserRepository } from '../repository/user.repository.js';

/** Changes of callers who wait for their answer; once they have it, this process answers with nothing older. */
@Injectable()
export class UserEdits {
  /** Each holds a connection while it waits for a row, and look-ups need connections too. */
  private readonly turns = new Turns({
    name: 'changes of users',
    atOnce: 3,
    maxWaiting: 500,
    maxWaitMs: 2_000,
  });

  constructor(
    private readonly users: UserRepository,
    private readonly cache: UserCache,
  ) {}

  /** @throws TooBusyError, and what the database says */
  async put(user: User, condition?: UserCondition): Promise<UserReceipt> {
    return this.tell(user.user_id, await this.turns.take(() => this.users.put(user, condition)));
  }

  /** @throws TooBusyError, and what the database says */
  async remove(userId: string, condition?: UserCondition): Promise<UserReceipt> {
    return this.tell(userId, await this.turns.take(() => this.users.remove(userId, condition)));
  }

  /**
   * Also where nothing was changed: what is held may still be older than what the database has said. Who is told that an
   * ETag is an old one would otherwise read that one again.
   */
  private tell(userId: string, receipt: UserReceipt): UserReceipt {
    this.cache.changed([userId]);
    return receipt;
  }
}
