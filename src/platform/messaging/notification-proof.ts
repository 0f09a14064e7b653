import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from '../database/database.js';

/** Once it is committed, a notification is there within a millisecond or two. */
const HEARD_WITHIN_MS = 2_000;

/** LISTEN succeeds on the connection, and what others notify does not reach it. */
export class DeafConnectionError extends Error {
  constructor() {
    super('notifications do not come through, as behind a pooler that shares sessions between transactions');
    this.name = 'DeafConnectionError';
  }
}

/**
 * Proves that a connection hears what is notified on another one, by a channel that nobody else uses. The connection
 * listens to it for as long as it lives: so a session that a pooler has put in the place of the first is found out too.
 */
export class NotificationProof {
  /** One for all connections of a listener, since behind a pooler the sessions of others go on listening to it. */
  private readonly channel = `waybill_probe_${randomUUID().replaceAll('-', '')}`;

  constructor(private readonly database: Database) {}

  /** To be done before the first proof of a connection. @throws what PostgreSQL or the network says */
  async prepare(client: pg.Client): Promise<void> {
    await client.query(`LISTEN ${this.channel}`);
  }

  /**
   * Notifies through the pool, and waits until the connection hears it. Each proof wakes all listeners of the database.
   *
   * @throws DeafConnectionError when it was sent and is not heard in time; else what PostgreSQL, the pool or the network says,
   * or that the connection has ended, and then nothing is known
   */
  async prove(client: pg.Client): Promise<void> {
    const text = randomUUID();
    const over = new AbortController();
    const { signal } = over;
    const heard = this.hear(client, text, signal);
    const ended = once(client, 'end', { signal }).then(() => {
      throw new Error('the connection has ended');
    });
    try {
      await Promise.race([this.send(text), ended]);
      await Promise.race([heard, ended, tooLate(signal)]);
    } finally {
      over.abort();
    }
  }

  private hear(client: pg.Client, text: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const hear = ({ channel, payload }: pg.Notification): void => {
        if (channel === this.channel && payload === text) resolve();
      };
      client.on('notification', hear);
      signal.addEventListener('abort', () => client.off('notification', hear));
    });
  }

  private async send(text: string): Promise<void> {
    await this.database.source.query('SELECT pg_notify($1, $2)', [this.channel, text]);
  }
}

async function tooLate(signal: AbortSignal): Promise<never> {
  await sleep(HEARD_WITHIN_MS, undefined, { signal });
  // If this process stood still, it may be in the socket already: that is read before this is decided.
  await nextTurn(undefined, { signal });
  throw new DeafConnectionError();
}
