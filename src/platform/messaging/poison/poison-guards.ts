import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { Database } from '../../database/database.js';
import { LOGGER, type Logger } from '../../logging/logger.js';
import { ContextNames } from '../context-names.js';
import { PartitionClaims } from './partition-claims.js';
import { PoisonGuard } from './poison-guard.js';
import { SharedLock } from './shared-lock.js';

/** The guards of this process. */
@Injectable()
export class PoisonGuards {
  private readonly claims: PartitionClaims;
  private readonly lock = new SharedLock();

  constructor(
    database: Database,
    private readonly environment: Environment,
    private readonly contexts: ContextNames,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.claims = new PartitionClaims(database, randomUUID());
  }

  guardFor(context: string, topic: string): PoisonGuard {
    const { claims, lock, environment, contexts, log } = this;
    return new PoisonGuard({
      context,
      topic,
      isMain: contexts.isMain(context),
      claims,
      lock,
      maxEvents: environment.CONSUMER_BATCH_MAX_EVENTS,
      log,
    });
  }
}
