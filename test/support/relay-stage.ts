import { pino } from 'pino';
import { Environment } from '../../src/platform/config/environment.js';
import { Health } from '../../src/platform/health/health.js';
import type { OutboxMessage, Publisher } from '../../src/platform/messaging/outgoing-message.js';
import { Outbox } from '../../src/platform/messaging/outbox/outbox.js';
import { OutboxRelay } from '../../src/platform/messaging/outbox/outbox-relay.js';
import { type ContextTopics, Topics } from '../../src/platform/messaging/topics.js';
import { RecentMessages } from '../../src/platform/messaging/outbox/recent-messages.js';
import { unregisteredRelayMetrics } from './messaging-metrics.js';
import { openWaybillDatabase, type WaybillDatabase } from './waybill-database.js';

export const FLUSH_MS = 2_000;

/** Keeps what it is given; `before` stands for what may go wrong on the way. */
export class RecordingPublisher implements Publisher {
  readonly sent: OutboxMessage[] = [];
  readonly batches: number[] = [];
  before: (messages: readonly OutboxMessage[], signal: AbortSignal) => Promise<void> = () =>
    Promise.resolve();

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  async publish(messages: readonly OutboxMessage[], signal: AbortSignal): Promise<void> {
    await this.before(messages, signal);
    this.batches.push(messages.length);
    this.sent.push(...messages);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  values(): string[] {
    return this.sent.map(({ value }) => value!.toString());
  }
}

/** Letters are the main context's. */
const TOPICS: readonly ContextTopics[] = [
  { context: 'letters', isMain: true, own: { letters: 'letters', others: 'others' }, consumes: [] },
  { context: 'side', isMain: false, own: { side: 'side' }, consumes: [] },
];

export const message = (value: string | Buffer, key = 'a'): Parameters<Outbox['append']>[1][number] => ({
  topic: 'letters',
  aggregateType: 'letter',
  aggregateId: key,
  type: 'letter.sent',
  headers: { 'content-type': 'text/plain' },
  payload: value,
});

/** An outbox of a process, in a database of its own, and the relays that a test starts on it. */
export class RelayStage {
  readonly recent = new RecentMessages(new Environment());
  readonly outbox = new Outbox(this.recent);
  private readonly relays: OutboxRelay[] = [];

  private constructor(readonly house: WaybillDatabase) {}

  static async open(): Promise<RelayStage> {
    return new RelayStage(await openWaybillDatabase());
  }

  async close(): Promise<void> {
    for (const relay of this.relays) await relay.stop(FLUSH_MS);
    await this.house.drop();
  }

  /** @param remembered of another process, when it is given */
  startRelay(
    publisher: Publisher,
    { batchMessages = 1_000, health = new Health(), remembered = this.recent } = {},
  ): OutboxRelay {
    const environment = Object.assign(new Environment(), { RELAY_BATCH_MAX_MESSAGES: batchMessages });
    const log = pino({ level: 'silent' });
    const metrics = unregisteredRelayMetrics();
    const { database } = this.house;
    const relay = new OutboxRelay(
      database,
      environment,
      publisher,
      log,
      metrics,
      health,
      remembered,
      new Topics(TOPICS),
    );
    this.relays.push(relay);
    relay.start();
    return relay;
  }

  send(...values: string[]): Promise<void> {
    return this.house.database.transaction((tx) =>
      this.outbox.append(
        tx,
        values.map((value) => message(value)),
      ),
    );
  }

  /** Backends of this test's database, by what they do. */
  backends(condition: string): Promise<{ pid: number }[]> {
    return this.house.rows(
      `SELECT pid FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${condition}`,
    );
  }
}
