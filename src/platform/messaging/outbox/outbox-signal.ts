import type { Logger } from '../../logging/logger.js';
import type { Database } from '../../database/database.js';
import { ChannelListener } from '../channel-listener.js';
import { OUTBOX_CHANNEL } from './outbox.js';

/**
 * Wakes the relay when the outbox may have messages. Notifications that are sent while it has no connection are missed,
 * which is why the relay also polls.
 */
export class OutboxSignal {
  private readonly listener: ChannelListener;
  private isStopped = false;
  private raised = false;
  private wake: () => void = () => undefined;

  constructor(database: Database, log: Logger) {
    this.listener = new ChannelListener(database, OUTBOX_CHANNEL, {
      onListening: () => this.raise(),
      onNotification: () => this.raise(),
      onLost: (error) => log.warn({ err: error }, 'the outbox signal lost its connection'),
      onFailure: (error) =>
        log.warn({ err: error }, 'the outbox signal cannot listen; the relay polls meanwhile'),
    });
  }

  start(): void {
    this.listener.start();
  }

  /** Also used by the relay itself when it knows that there is more. */
  raise(): void {
    this.raised = true;
    this.wake();
  }

  /** Resolves at the next signal, or at once when one came since the last wait; else after `timeoutMs`. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.raised && !this.isStopped) {
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
    this.isStopped = true;
    this.raise();
    await this.listener.stop();
  }
}
