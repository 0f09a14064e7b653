import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../database/database.js';
import type { Health } from '../../health/health.js';
import { messageForLog } from '../../logging/error-record.js';
import type { Logger } from '../../logging/logger.js';
import { leaseIsHeld } from './relay-lease.js';

export interface RelayWatchTimes {
  /** The interval between checks, and how long the relay may go without the lease before PostgreSQL is asked. */
  readonly checkEveryMs: number;
  /** How long the lease may be free without being taken. Longer than the relay's longest backoff. */
  readonly unheldForMs: number;
}

const TIMES: RelayWatchTimes = { checkEveryMs: 5_000, unheldForMs: 30_000 };

/**
 * Detects a relay that cannot get the lease although no one holds it: the pool is exhausted, or a privilege is missing.
 * Asks on a connection of its own, and only when the relay has not reported lately. A database that does not answer is
 * no evidence against the relay, so the clock starts over.
 */
export class RelayWatch {
  private readonly stopping = new AbortController();
  private seenAtMs = 0;
  private unheldSinceMs: number | undefined;
  private lastFailure = 'it has said nothing';
  private complaint: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly health: Health,
    private readonly log: Logger,
  ) {}

  start(times: RelayWatchTimes = TIMES): void {
    this.leaseSeen();
    this.health.addVital('relay', () => this.complaint);
    void this.run(times);
  }

  stop(): void {
    this.stopping.abort();
    this.complaint = undefined;
  }

  /** The relay has taken the lease, or has seen that another has it. */
  leaseSeen(): void {
    this.seenAtMs = performance.now();
    this.unheldSinceMs = undefined;
    this.complaint = undefined;
  }

  /** Remembers the relay's last failure, for the complaint. */
  relayFailed(error: Error): void {
    this.lastFailure = messageForLog(error);
  }

  private async run(times: RelayWatchTimes): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await sleep(times.checkEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted && performance.now() - this.seenAtMs >= times.checkEveryMs) await this.check(times);
    }
  }

  private async check({ unheldForMs }: RelayWatchTimes): Promise<void> {
    const askedAtMs = performance.now();
    const isHeld = await this.askPostgres();
    if (this.stopping.signal.aborted || this.seenAtMs > askedAtMs) return;
    if (isHeld !== false) {
      this.unheldSinceMs = undefined;
      this.complaint = undefined;
      return;
    }
    this.unheldSinceMs ??= askedAtMs;
    const unheldMs = askedAtMs - this.unheldSinceMs;
    if (unheldMs < unheldForMs) return;
    const before = this.complaint;
    this.complaint = `no lease for ${Math.round(unheldMs / 1_000)} s, though no one has it: ${this.lastFailure}`;
    this.health.report('relay', { up: false, detail: this.complaint });
    if (before === undefined) this.log.error({ reason: this.complaint }, 'the relay does not get its lease');
  }

  /** @returns whether someone holds the lease; undefined when PostgreSQL does not answer */
  private async askPostgres(): Promise<boolean | undefined> {
    try {
      const client = await this.database.connect();
      try {
        return await leaseIsHeld(client);
      } finally {
        await client.end();
      }
    } catch (error) {
      this.log.debug({ err: error }, 'the lease of the relay cannot be looked at');
      return undefined;
    }
  }
}
