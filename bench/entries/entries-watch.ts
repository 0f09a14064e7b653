import type { Admin, Kafka } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import { postmasterPid } from '../process-figures.js';

const LOOK_EVERY_MS = 50;
/** Slow is a finding; this long without one more message is a program that has stopped working. */
const STALLED_MS = 120_000;

const WAITING = 'SELECT count(*)::int AS waiting FROM outbox';
const VERSIONS = 'SELECT coalesce(sum(version), 0)::float8 AS versions FROM entries.cache_entries';
const LETTERS = 'SELECT count(*)::int AS letters FROM dead_letters';
const SELF = 'SELECT pg_backend_pid() AS pid, inet_client_port() AS port';

/** Where the program's worker reads what was written. */
export interface WorkerTopic {
  readonly client: Kafka;
  readonly topic: string;
  /** Of the worker's consumers. */
  readonly groupId: string;
}

/** Sees from outside what has become of the writes. */
export class EntriesWatch {
  private constructor(
    private readonly client: Client,
    private readonly topic: WorkerTopic | undefined,
    private readonly admin: Admin | undefined,
  ) {}

  /** @param topic undefined: the program does without Kafka */
  static async open(database: ConnectionSettings, topic: WorkerTopic | undefined): Promise<EntriesWatch> {
    const client = new Client(database);
    // A connection that is lost fails the query that waits on it; without a listener it would end the process.
    client.on('error', () => undefined);
    await client.connect();
    const admin = topic?.client.admin();
    await admin?.connect();
    return new EntriesWatch(client, topic, admin);
  }

  /** Messages that the worker is not done with, on their way to the topic or on it. */
  async behind(): Promise<number> {
    const { rows } = await this.client.query<{ waiting: number }>(WAITING);
    return rows[0]!.waiting + (await this.behindOnTopic());
  }

  /**
   * Waits until the worker is behind nothing. Returns when that was seen, in milliseconds since the Unix epoch: late by
   * some 50 ms, never early.
   *
   * @throws Error when nothing has moved for two minutes
   */
  async untilCaughtUp(checkAlive: () => void): Promise<number> {
    let least = Infinity;
    let movedAtMs = Date.now();
    for (;;) {
      const behind = await this.behind();
      const nowMs = Date.now();
      if (behind === 0) return nowMs;
      checkAlive();
      if (behind < least) [least, movedAtMs] = [behind, nowMs];
      if (nowMs - movedAtMs > STALLED_MS) throw new Error(`stalled, ${behind} messages behind`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** One for each write that was ever stored. */
  async versions(): Promise<number> {
    const { rows } = await this.client.query<{ versions: number }>(VERSIONS);
    return rows[0]!.versions;
  }

  async deadLetters(): Promise<number> {
    const { rows } = await this.client.query<{ letters: number }>(LETTERS);
    return rows[0]!.letters;
  }

  /** Of the server that the database is on; undefined when it cannot be seen from here. */
  async postmasterPid(): Promise<number | undefined> {
    const { rows } = await this.client.query<{ pid: number; port: number }>(SELF);
    return postmasterPid(rows[0]!.pid, rows[0]!.port);
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.admin?.disconnect();
  }

  /** The end is looked at last, so that nobody is taken for less behind than they are. */
  private async behindOnTopic(): Promise<number> {
    if (this.admin === undefined || this.topic === undefined) return 0;
    const { groupId, topic } = this.topic;
    const committed = await this.admin.fetchOffsets({ groupId, topics: [topic] });
    const ends = await this.admin.fetchTopicOffsets(topic);
    const sum = (partitions: readonly { readonly offset: string }[]): number =>
      // -1 stands for a partition that nothing has been committed of.
      partitions.reduce((total, { offset }) => total + Math.max(Number(offset), 0), 0);
    return sum(ends.map(({ high }) => ({ offset: high }))) - sum(committed[0]!.partitions);
  }
}
