import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../../platform/config/environment.js';
import { Database } from '../../platform/database/database.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { ChannelListener } from '../../platform/messaging/channel-listener.js';
import { DeafConnectionError } from '../../platform/messaging/notification-proof.js';
import { CHANGES_CHANNEL, EVERY_USER, parseChanges } from '../model/user-changes.js';
import { UserCache } from './user-cache.js';

/** Several within the second that answers from a cache need one to be answered in. A late one has missed nothing. */
const PROBES = { probeEveryMs: 250, isReliedOn: true };

/** Has a process that serves the API hear of each change of users, whoever makes it. */
@Injectable()
export class UserChangesListener {
  constructor(
    database: Database,
    cache: UserCache,
    environment: Environment,
    lifecycle: Lifecycle,
    @Inject(LOGGER) log: Logger,
  ) {
    if (!environment.ROLES.includes('api')) return;
    const listener = new ChannelListener(
      database,
      CHANGES_CHANNEL,
      {
        onListening: () => cache.hold(),
        onHeardUntil: (atMs) => cache.heardUntil(atMs),
        onNotification: (payload) => cache.changed(parseChanges(payload)),
        onSilent: () => cache.distrust(),
        onLost: (error) =>
          log.warn({ err: error }, 'the connection that changes of users are heard on was lost'),
        onFailure: (error) => {
          log.warn({ err: error }, 'the users cannot be listened for; they are read from PostgreSQL');
          // Nobody may have heard of changes for long, and nobody will: what stands in Redis has no bound but its TTL.
          if (error instanceof DeafConnectionError) cache.changed(EVERY_USER);
        },
      },
      PROBES,
    );
    lifecycle.beforeReady('the changes of users', () => listener.start());
    lifecycle.onClose('the changes of users', () => listener.stop());
  }
}
