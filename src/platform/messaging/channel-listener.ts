import type pg from 'pg';
import type { Database } from '../database/database.js';
import { retryUntilDone } from './backoff.js';

/** How often the connection is probed by default: a dead one looks like one without notifications. */
const PROBE_EVERY_MS = 30_000;

/** What a listener tells. */
export interface ChannelEvents {
  /** From now on it hears; what was said before is missed. */
  onListening(): void;
  /** All that was said until a moment, in milliseconds of `performance.now()`, has been heard. */
  onHeardUntil?(atMs: number): void;
  onNotification(payload: string): void;
  /** It hears nothing, or late, until it listens again. */
  onSilent?(): void;
  /** Its connection was lost, and is made anew. */
  onLost(error: Error): void;
  /** It cannot listen, and tries again. */
  onFailure(error: Error): void;
}

export interface ChannelListenerOptions {
  /** How often the connection is probed, in milliseconds. */
  readonly probeEveryMs?: number;
  /**
   * A probe that has waited so long for its answer, in milliseconds, makes the listener silent, until one is answered in
   * time. Without it only the loss of the connection does.
   */
  readonly silentAfterMs?: number;
}

/** LISTENs to one of PostgreSQL's channels on a connection of its own, and reconnects when that is lost. */
export class ChannelListener {
  private readonly stopping = new AbortController();
  private client: pg.Client | undefined;
  private isProbing = false;
  private isSilent = false;

  constructor(
    private readonly database: Database,
    private readonly channel: string,
    private readonly events: ChannelEvents,
    private readonly options: ChannelListenerOptions = {},
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
    const { probeEveryMs = PROBE_EVERY_MS } = this.options;
    // A probe that is never answered ends the connection.
    const probes = setInterval(() => void this.probe(client).catch(() => undefined), probeEveryMs).unref();
    client.on('end', () => {
      clearInterval(probes);
      this.events.onSilent?.();
      if (!signal.aborted) void this.listen();
    });
    if (signal.aborted) return client.end();
    this.isSilent = false;
    this.events.onListening();
  }

  /** Notifications come before the answer, so once it is there all is heard that was said before the probe. */
  private async probe(client: pg.Client): Promise<void> {
    if (this.isProbing) return;
    this.isProbing = true;
    const sentAtMs = performance.now();
    let isLate = false;
    const { silentAfterMs } = this.options;
    const timer =
      silentAfterMs &&
      setTimeout(() => {
        // If this process stood still, the answer may be in the socket already: it is read before this is decided.
        setImmediate(() => {
          if (!this.isProbing) return;
          isLate = true;
          if (!this.isSilent) this.events.onSilent?.();
          this.isSilent = true;
        });
      }, silentAfterMs);
    try {
      await requirePrimary(client);
      if (isLate) return;
      if (this.isSilent) this.events.onListening();
      this.isSilent = false;
      this.events.onHeardUntil?.(sentAtMs);
    } finally {
      clearTimeout(timer);
      this.isProbing = false;
    }
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
}

/** After a failover the name may be another server's, while this one has become a standby, where nobody notifies. */
async function requirePrimary(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ isStandby: boolean }>('SELECT pg_is_in_recovery() AS "isStandby"');
  if (rows[0]!.isStandby) await client.end();
}
