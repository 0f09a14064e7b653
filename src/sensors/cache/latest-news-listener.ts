import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../../platform/config/environment.js';
import { Database } from '../../platform/database/database.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { type ChannelEvents, ChannelListener } from '../../platform/messaging/channel-listener.js';
import { HeardCommits } from './heard-commits.js';
import { LATEST_CHANNEL, type LatestNews, parseNews } from './latest-news.js';
import { LatestReadings } from './latest-readings.js';

/** Together less than a second, which is how old at most an answer from memory may be. */
const PROBES = { probeEveryMs: 250, silentAfterMs: 500, isReliedOn: true };

/** @returns undefined for what another version of the program, or anybody else, has sent */
function newsOf(payload: string): LatestNews | undefined {
  try {
    return parseNews(payload);
  } catch {
    return undefined;
  }
}

/**
 * Keeps what a process that serves the API holds in memory as new as what others commit. While it cannot listen, nothing
 * is held, and each look-up goes to PostgreSQL.
 */
@Injectable()
export class LatestNewsListener {
  constructor(
    database: Database,
    latest: LatestReadings,
    heard: HeardCommits,
    environment: Environment,
    lifecycle: Lifecycle,
    @Inject(LOGGER) log: Logger,
  ) {
    if (!environment.ROLES.includes('api')) return;
    const events: ChannelEvents = {
      onListening: () => {
        latest.hold();
        heard.listen();
      },
      onHeardUntil: (atMs) => latest.heardUntil(atMs),
      onNotification: (payload) => {
        const news = newsOf(payload);
        if (news === undefined) {
          log.warn(
            `a notification on ${LATEST_CHANNEL} is not one of ours; the latest readings are looked up anew`,
          );
          latest.startOver();
          heard.startOver();
          return;
        }
        for (const sensor of news.forgotten) latest.forget(sensor);
        latest.put(news.latest);
        if (news.commit) heard.hear(news.commit);
      },
      onSilent: () => {
        latest.holdNothing();
        heard.beSilent();
      },
      onLost: (error) =>
        log.warn({ err: error }, 'the latest readings lost the connection that they are heard on'),
      onFailure: (error) =>
        log.warn({ err: error }, 'the latest readings cannot be listened for; they are read from PostgreSQL'),
    };
    const listener = new ChannelListener(database, LATEST_CHANNEL, events, PROBES);
    lifecycle.beforeReady('the latest readings', () => listener.start());
    lifecycle.onClose('the latest readings', () => listener.stop());
  }
}
