import type pg from 'pg';
import type { Logger } from '../../logging/logger.js';
import type { Database } from '../../database/database.js';
import { untilItWorks } from '../patience.js';
import { OUTBOX_CHANNEL } from './outbox.js';

/**
 * Tells the relay that there may be something to send. It listens on a connection of its own and connects anew
 * when that is lost; what is said meanwhile is missed, which is why the relay also looks by itself.
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
      await untilItWorks(
        async () => {
          const client = await this.database.connect();
          client.on('notification', () => this.raise());
          client.on('error', (error) =>
            this.log.warn({ err: error }, 'the outbox signal lost its connection'),
          );
          client.on('end', () => {
            if (!signal.aborted) void this.listen();
          });
          this.client = client;
          await client.query(`LISTEN ${OUTBOX_CHANNEL}`);
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
