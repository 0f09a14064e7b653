import type pg from 'pg';
import type { Logger } from '../../logging/logger.js';
import type { Database } from '../../database/database.js';
import { retryUntilDone } from '../backoff.js';
import { OUTBOX_CHANNEL } from './outbox.js';

/** How often the connection is probed: a dead one looks like one without notifications. */
const PROBE_MS = 30_000;

/**
 * Wakes the relay when the outbox may have messages. It LISTENs on a connection of its own and reconnects when that is
 * lost; notifications sent meanwhile are missed, which is why the relay also polls.
 */
export class OutboxSignal {
  private readonly stopping = new AbortController();
  private client: pg.Client | undefined;
  private raised = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly database: Database,
    private readonly log: Logger,
  ) {}

  start(): void {
    void this.listen();
  }

  /** Also used by the relay itself when it knows that there is more. */
  raise(): void {
    this.raised = true;
    this.wake();
  }

  /** Resolves at the next signal, or at once when one came since the last wait; else after `timeoutMs`. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.raised && !this.stopping.signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.raised = false;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.raise();
    await this.client?.end().catch(() => undefined);
  }

  private async listen(): Promise<void> {
    const { signal } = this.stopping;
    try {
      await retryUntilDone(
        async () => {
          const client = await this.database.connect();
          this.client = client;
          client.on('notification', () => this.raise());
          client.on('error', (error) =>
            this.log.warn({ err: error }, 'the outbox signal lost its connection'),
          );
          await listenOn(client);
          client.on('end', () => {
            if (!signal.aborted) void this.listen();
          });
          if (signal.aborted) await client.end();
          this.raise();
        },
        (error) =>
          this.log.warn({ err: error }, 'the outbox signal cannot listen; the relay polls meanwhile'),
        signal,
      );
    } catch (error) {
      if (!signal.aborted) this.log.error({ err: error }, 'the outbox signal has ended');
    }
  }
}

/** Throws what PostgreSQL says; the connection is closed then. */
async function listenOn(client: pg.Client): Promise<void> {
  try {
    await client.query(`LISTEN ${OUTBOX_CHANNEL}`);
  } catch (error) {
    await client.end();
    throw error;
  }
  // A probe without an answer ends the connection, and that is what is acted upon.
  const probes = setInterval(() => void probe(client).catch(() => undefined), PROBE_MS).unref();
  client.on('end', () => clearInterval(probes));
}

/** After a failover the name may be another server's, while this one has become a standby, where nobody notifies. */
async function probe(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ isStandby: boolean }>('SELECT pg_is_in_recovery() AS "isStandby"');
  if (rows[0]!.isStandby) await client.end();
}
