import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../database/database.js';
import type { Health } from '../../health/health.js';
import { messageForLog } from '../../logging/error-record.js';
import type { Logger } from '../../logging/logger.js';
import { leaseIsHeld } from './relay-lease.js';

export interface RelayWatchTimes {
  /** Also how long the relay may be silent about the lease before PostgreSQL is asked. */
  readonly checkEveryMs: number;
  /** How long the lease may lie there, free and not taken. Longer than the relay's pauses between its tries. */
  readonly unheldForMs: number;
}

const TIMES: RelayWatchTimes = { checkEveryMs: 5_000, unheldForMs: 30_000 };

/**
 * Notices a relay that cannot get the lease although no one has it: it waits for a pool that never frees, or lacks a
 * right. Asks on a connection of its own, and only when the relay has not been heard of. A database that does not
 * answer has nothing to say against the relay, and the time begins anew.
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

  /** What hinders the relay. */
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

  /** Undefined: PostgreSQL cannot be asked. */
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
