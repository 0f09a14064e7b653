import type { Consumer } from 'kafkajs';
import type { Health, PartState } from '../../health/health.js';
import type { Logger } from '../../logging/logger.js';
import type { Bearing } from '../context-names.js';

/** Fetches are answered twice a second, and heartbeats every three seconds while a batch is under way. */
const SILENT_MS = 8_000;

/**
 * Derives a consumer's health from the events that it emits. kafkajs retries silently while a broker is away, and it can
 * leave a live process with a dead consumer.
 */
export class ConsumerHealth {
  private trouble: string | undefined = 'joining its group';
  private lastSignAtMs = performance.now();

  constructor(
    consumer: Consumer,
    part: string,
    { isRequired, isVital }: Bearing,
    health: Health,
    log: Logger,
  ) {
    const { GROUP_JOIN, FETCH, HEARTBEAT, CRASH, DISCONNECT } = consumer.events;
    const sign = (): void => void (this.lastSignAtMs = performance.now());
    consumer.on(FETCH, sign);
    consumer.on(HEARTBEAT, sign);
    consumer.on(GROUP_JOIN, ({ payload }) => {
      sign();
      this.trouble = undefined;
      log.info({ part, assignment: payload.memberAssignment }, 'joined the consumer group');
    });
    consumer.on(DISCONNECT, () => (this.trouble = 'disconnected'));
    consumer.on(CRASH, ({ payload: { error, restart } }) => {
      this.trouble = error.message;
      // kafkajs lets it in again by itself, as behind a broker that is new or was started again: no stack for that.
      if (restart) log.warn({ part, restart, reason: error.message }, 'a consumer crashed');
      else {
        log.error({ err: error, part, restart }, 'a consumer crashed');
        this.trouble = `crashed and will not come back: ${error.message}`;
        // Not every consumer is worth a restart of the whole process.
        if (isVital) health.reportDeath(part, this.trouble);
      }
    });
    health.addCheck(part, () => this.state(), { isOptional: !isRequired });
  }

  /** Milliseconds since the consumer was last seen to do something. */
  silentMs(): number {
    return performance.now() - this.lastSignAtMs;
  }

  private state(): PartState {
    if (this.trouble !== undefined) return { up: false, detail: this.trouble };
    const silentMs = this.silentMs();
    if (silentMs < SILENT_MS) return { up: true };
    return { up: false, detail: `no answer from Kafka for ${Math.round(silentMs / 1_000)} s` };
  }
}
