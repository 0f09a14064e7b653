import type pg from 'pg';
import type { Database } from '../database/database.js';
import { retryUntilDone } from './backoff.js';
import { DeafConnectionError, NotificationProof } from './notification-proof.js';

/** How often the connection is probed by default: a dead one looks like one without notifications. */
const PROBE_EVERY_MS = 30_000;
/** How often a listener that is relied on proves that it hears, by default. */
const PROVE_EVERY_MS = 30_000;
/** Until a failure that repeats itself is told again: how the database is reached may be the reason, and stay so. */
const SAME_FAILURE_EVERY_MS = 600_000;

/** What a listener tells. */
export interface ChannelEvents {
  /** What its connection is to hold for as long as it hears; run before `onListening`. One that rejects is made anew. */
  prepare?(client: pg.Client): Promise<void>;
  /** From now on it hears; what was said before is missed. */
  onListening(): void;
  /** All that was said until a moment, in milliseconds of `performance.now()`, has been heard. */
  onHeardUntil?(atMs: number): void;
  onNotification(payload: string): void;
  /** It hears nothing, or late, until it listens again. */
  onSilent?(): void;
  /** Its connection was lost, or does not hear, and is made anew. */
  onLost(error: Error): void;
  /** It cannot listen, and tries again. What fails for the same reason again and again is told every ten minutes. */
  onFailure(error: Error): void;
}

export interface ChannelListenerOptions {
  /** How often the connection is probed, in milliseconds. */
  readonly probeEveryMs?: number;
  /**
   * A probe that has waited so long for its answer, in milliseconds, makes it silent, until one is answered in time. Without it
   * only the loss of the connection does.
   */
  readonly silentAfterMs?: number;
  /** For a listener that is relied on: it listens only where it has proved that notifications come through. */
  readonly isReliedOn?: boolean;
  /** How often such a listener proves it again, in milliseconds. */
  readonly proveEveryMs?: number;
}

/** LISTENs to one of PostgreSQL's channels on a connection of its own, and reconnects when that is lost. */
export class ChannelListener {
  private readonly stopping = new AbortController();
  private readonly proof: NotificationProof | undefined;
  private lastFailure: { readonly message: string; readonly atMs: number } | undefined;
  private client: pg.Client | undefined;
  private isProbing = false;
  private isProving = false;
  private isSilent = false;

  constructor(
    private readonly database: Database,
    private readonly channel: string,
    private readonly events: ChannelEvents,
    private readonly options: ChannelListenerOptions = {},
  ) {
    if (options.isReliedOn) this.proof = new NotificationProof(database);
  }

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
        (error) => this.failed(error),
        signal,
      );
    } catch (error) {
      this.failed(error as Error);
    }
  }

  private failed(error: Error): void {
    if (this.stopping.signal.aborted) return;
    const now = performance.now();
    const last = this.lastFailure;
    if (last?.message === error.message && now - last.atMs < SAME_FAILURE_EVERY_MS) return;
    this.lastFailure = { message: error.message, atMs: now };
    this.events.onFailure(error);
  }

  private async connect(signal: AbortSignal): Promise<void> {
    const client = await this.database.connect();
    this.client = client;
    if (signal.aborted) return client.end();
    client.on('notification', ({ channel, payload }) => {
      // Behind a pooler that shares sessions what others listen to may come as well.
      if (channel === this.channel) this.events.onNotification(payload ?? '');
    });
    client.on('error', (error) => this.events.onLost(error));
    await this.listenOn(client);
    const { probeEveryMs = PROBE_EVERY_MS, proveEveryMs = PROVE_EVERY_MS } = this.options;
    // A probe that is never answered ends the connection.
    const probes = setInterval(() => void this.probe(client).catch(() => undefined), probeEveryMs).unref();
    const proofs = setInterval(() => void this.proveAgain(client), proveEveryMs).unref();
    client.on('end', () => {
      clearInterval(probes);
      clearInterval(proofs);
      this.events.onSilent?.();
      if (!signal.aborted) void this.listen();
    });
    if (signal.aborted) return client.end();
    this.isSilent = false;
    this.lastFailure = undefined;
    this.events.onListening();
  }

  /** @throws DeafConnectionError, and what PostgreSQL, the pool or the network says; the connection is closed then */
  private async listenOn(client: pg.Client): Promise<void> {
    try {
      await this.proof?.prepare(client);
      await this.proof?.prove(client);
      await client.query(`LISTEN ${this.channel}`);
      await this.events.prepare?.(client);
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  /** Where no notification can be sent, as while all connections of the pool are taken, it goes on as before. */
  private async proveAgain(client: pg.Client): Promise<void> {
    if (this.proof === undefined || this.isProving) return;
    this.isProving = true;
    try {
      await this.proof.prove(client);
    } catch (error) {
      if (!(error instanceof DeafConnectionError)) return;
      this.events.onLost(error);
      await client.end();
    } finally {
      this.isProving = false;
    }
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

/**
 * After a failover the name may be another server's, while this one has become a standby, where nobody notifies.
 *
 * @throws Error then, with the connection closed
 */
async function requirePrimary(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ isStandby: boolean }>('SELECT pg_is_in_recovery() AS "isStandby"');
  if (!rows[0]!.isStandby) return;
  await client.end();
  throw new Error('the server has become a standby');
}
