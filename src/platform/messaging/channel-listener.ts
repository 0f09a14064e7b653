import type pg from 'pg';
import type { Database } from '../database/database.js';
import { retryUntilDone } from './backoff.js';

/** How often the connection is probed: a dead one looks like one without notifications. */
const PROBE_MS = 30_000;

/** What a listener tells. */
export interface ChannelEvents {
  /** From now on it hears; what was said before is missed. */
  onListening(): void;
  onNotification(payload: string): void;
  /** It hears nothing until it listens again. */
  onSilent?(): void;
  /** Its connection was lost, and is made anew. */
  onLost(error: Error): void;
  /** It cannot listen, and tries again. */
  onFailure(error: Error): void;
}

/** LISTENs to one of PostgreSQL's channels on a connection of its own, and reconnects when that is lost. */
export class ChannelListener {
  private readonly stopping = new AbortController();
  private client: pg.Client | undefined;

  constructor(
    private readonly database: Database,
    private readonly channel: string,
    private readonly events: ChannelEvents,
  ) {}

  /** Listens in the background, for as long as it takes to connect. */
  start(): void {
    void this.listen();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.client?.end().catch(() => undefined);
  }

  private async listen(): Promise<void> {
    const { signal } = this.stopping;
    try {
      await retryUntilDone(
        () => this.connect(signal),
        (error) => this.events.onFailure(error),
        signal,
      );
    } catch (error) {
      if (!signal.aborted) this.events.onFailure(error as Error);
    }
  }

  private async connect(signal: AbortSignal): Promise<void> {
    const client = await this.database.connect();
    this.client = client;
    client.on('notification', ({ payload }) => this.events.onNotification(payload ?? ''));
    client.on('error', (error) => this.events.onLost(error));
    await listenOn(client, this.channel);
    client.on('end', () => {
      this.events.onSilent?.();
      if (!signal.aborted) void this.listen();
    });
    if (signal.aborted) await client.end();
    else this.events.onListening();
  }
}

/** Throws what PostgreSQL says; the connection is closed then. */
async function listenOn(client: pg.Client, channel: string): Promise<void> {
  try {
    await client.query(`LISTEN ${channel}`);
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
