import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { TooBusyError } from '../../platform/http/too-busy.error.js';
import { StagedUsers } from './staged-users.js';

const RETRY_AFTER_SECONDS = 10;

@Injectable()
export class UserImportRepository {
  constructor(private readonly database: Database) {}

  /**
   * Runs `work` in one transaction: all that it merges is committed, or none.
   *
   * @throws TooBusyError while another file is under way, and what PostgreSQL or the network says
   */
  import<Result>(work: (staged: StagedUsers) => Promise<Result>): Promise<Result> {
    return this.database.transaction(async (tx) => {
      const staged = await StagedUsers.open(tx);
      if (staged === undefined) throw new TooBusyError('another file is being imported', RETRY_AFTER_SECONDS);
      return work(staged);
    });
  }
}
