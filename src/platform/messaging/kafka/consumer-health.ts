import type { Consumer } from 'kafkajs';
import type { Health, PartState } from '../../health/health.js';
import { messageForLog } from '../../logging/error-record.js';
import type { Logger } from '../../logging/logger.js';
import type { Bearing } from '../context-names.js';
import type { KafkaConnections } from './connections/kafka-connections.js';
import type { Attempt } from './connections/refusals.js';
import { RepeatedLines } from './connections/repeated-lines.js';

/** Fetches are answered twice a second, and heartbeats every three seconds while a batch is under way. */
const SILENT_MS = 8_000;

export interface ConsumerHealthParts {
  readonly consumer: Consumer;
  readonly part: string;
  readonly bearing: Bearing;
  /** What the consumer needs a right to, for the line that says that it has none. */
  readonly attempt: Attempt;
  readonly connections: KafkaConnections;
  readonly health: Health;
  readonly log: Logger;
}

/**
 * Derives a consumer's health from the events that it emits. kafkajs retries silently while a broker is away, and it can
 * leave a live process with a dead consumer.
 */
export class ConsumerHealth {
  private isJoining = true;
  /** Why it crashed; it has to fetch something again before that is over. */
  private crash: string | undefined;
  private waiting: string | undefined;
  private lastSignAtMs = performance.now();
  private readonly lines = new RepeatedLines();

  constructor(private readonly parts: ConsumerHealthParts) {
    const { consumer, part, bearing, health, log } = parts;
    const { GROUP_JOIN, FETCH, HEARTBEAT, CRASH, DISCONNECT } = consumer.events;
    const sign = (): void => void (this.lastSignAtMs = performance.now());
    consumer.on(FETCH, () => {
      sign();
      this.crash = undefined;
    });
    consumer.on(HEARTBEAT, sign);
    consumer.on(GROUP_JOIN, ({ payload }) => {
      sign();
      this.isJoining = false;
      log.info({ part, assignment: payload.memberAssignment }, 'joined the consumer group');
    });
    consumer.on(DISCONNECT, () => (this.crash = 'disconnected'));
    consumer.on(CRASH, ({ payload: { error, restart } }) => this.crashed(error, restart));
    health.addCheck(part, () => this.state(), { isOptional: !bearing.isRequired });
  }

  /** Milliseconds since the consumer was last seen to do something. */
  silentMs(): number {
    return performance.now() - this.lastSignAtMs;
  }

  /** @param reason why it cannot begin, or go on, yet; undefined once it can */
  waits(reason: string | undefined): void {
    this.waiting = reason;
  }

  private crashed(thrown: Error, restart: boolean): void {
    const { part, bearing, attempt, connections, health, log } = this.parts;
    const error = connections.explain(thrown, attempt);
    const reason = messageForLog(error);
    this.crash = reason;
    if (restart) {
      // It comes back by itself, as behind a broker that is new or was started again: no stack for that.
      const level = this.lines.isWorthTelling(part, reason) ? 'warn' : 'debug';
      log[level]({ part, restart, reason }, 'a consumer crashed');
      return;
    }
    log.error({ err: error, part, restart }, 'a consumer crashed');
    this.crash = `crashed and will not come back: ${reason}`;
    // Not every consumer is worth a restart of the whole process.
    if (bearing.isVital) health.reportDeath(part, this.crash);
  }

  private state(): PartState {
    const detail = this.trouble();
    return detail === undefined ? { up: true } : { up: false, detail };
  }

  private trouble(): string | undefined {
    const trouble = this.waiting ?? this.crash;
    if (trouble !== undefined && trouble !== 'disconnected') return trouble;
    const silentMs = this.silentMs();
    const { attempt, connections } = this.parts;
    if (trouble === undefined && !this.isJoining && silentMs < SILENT_MS) {
      return connections.refusal(attempt.topics ?? [])?.message;
    }
    const fault = connections.fault();
    if (fault !== undefined) return fault.message;
    if (trouble !== undefined) return trouble;
    return this.isJoining
      ? 'joining its group'
      : `no answer from Kafka for ${Math.round(silentMs / 1_000)} s`;
  }
}
