import { Inject, Injectable } from '@nestjs/common';
import { TooBusyError } from '../../platform/http/too-busy.error.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { UserImportRepository } from '../repository/user-import.repository.js';
import { importUsers, type UserImportResult } from './user-file.js';

const RETRY_AFTER_SECONDS = 10;

/** Files of users that come in over HTTP, one at a time. */
@Injectable()
export class UserImports {
  private readonly stopping = new AbortController();
  private isUnderWay = false;

  constructor(
    private readonly repository: UserImportRepository,
    @Inject(LOGGER) private readonly log: Logger,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onDrain('the imports of users', () =>
      this.stopping.abort(new TooBusyError('the program is stopping; nothing of the file is applied')),
    );
  }

  /**
   * @param body the file, as it comes in
   * @param gone aborts with its reason once nobody waits for the answer
   * @throws TooBusyError while another file is under way in any process, and where this one stops in the middle
   */
  async take(body: AsyncIterable<Buffer>, gone: AbortSignal): Promise<UserImportResult> {
    if (this.isUnderWay) throw new TooBusyError('another file is being imported', RETRY_AFTER_SECONDS);
    this.isUnderWay = true;
    const begunAtMs = performance.now();
    try {
      const signal = AbortSignal.any([this.stopping.signal, gone]);
      const result = await importUsers(this.repository, body, signal);
      const ms = Math.round(performance.now() - begunAtMs);
      if (result.outcome === 'applied')
        this.log.info({ ...result.counts, ms }, 'a file of users was imported');
      return result;
    } finally {
      this.isUnderWay = false;
    }
  }
}
