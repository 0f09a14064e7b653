import type { Admin, Kafka } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { ConnectionSettings } from '../../src/platform/database/connection-settings.js';
import { postmasterPid } from '../process-figures.js';
import { LagLog, type LagPart, type Look } from './lag-log.js';
import type { ShopContext } from './last-states.js';
import type { ContextTopics, LifeTopics } from './life-topics.js';

const LOOK_EVERY_MS = 500;
/** A look costs the broker some requests, and PostgreSQL all pages of the outbox. */
const LOOK_AT_THE_END_EVERY_MS = 200;
/** Slow is a finding; this long without one more message is a program that has stopped working. */
const STALLED_MS = 120_000;

/** What the database has done so far. */
export interface DatabaseWork {
  readonly commits: number;
  readonly rowsWritten: number;
}

const READ_OUTBOX = `
  SELECT count(*)::int AS messages, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS seconds FROM outbox`;

const READ_WORK = `
  SELECT xact_commit::float8 AS commits, (tup_inserted + tup_updated + tup_deleted)::float8 AS "rowsWritten"
  FROM pg_stat_database WHERE datname = current_database()`;

type Offsets = ReadonlyMap<string, number>;

/** Sees from outside how far each context is behind its topics, and the relay behind the outbox. */
export class LagWatch {
  readonly log = new LagLog();

  private constructor(
    private readonly client: Client,
    private readonly admin: Admin,
    private readonly topics: LifeTopics,
  ) {}

  static async open(database: ConnectionSettings, kafka: Kafka, topics: LifeTopics): Promise<LagWatch> {
    const client = new Client(database);
    // A connection that is lost fails the query that waits on it; without a listener it would end the process.
    client.on('error', () => undefined);
    await client.connect();
    const admin = kafka.admin();
    await admin.connect();
    return new LagWatch(client, admin, topics);
  }

  /** Looks again and again while the work goes on. */
  async during<T>(work: Promise<T>, onLook: () => void): Promise<T> {
    let isOver = false;
    const done = work.finally(() => (isOver = true));
    const looking = (async () => {
      while (!isOver) {
        await this.look();
        onLook();
        await pause(LOOK_EVERY_MS);
      }
    })();
    const [result] = await Promise.all([done, looking]);
    return result;
  }

  /**
   * Waits until nobody is behind anything, and nothing more comes.
   *
   * @param onLook what it throws ends the wait
   * @returns when that was seen first, in milliseconds since the Unix epoch: late by some 200 ms, never early
   * @throws Error when nothing has moved for two minutes
   */
  async untilAllDone(onLook: (consumed: number) => void): Promise<number> {
    let before = -1;
    let doneAtMs: number | undefined;
    let movedAtMs = Date.now();
    for (;;) {
      const { consumed, behind } = await this.look();
      const nowMs = Date.now();
      // What has been consumed may be under way to the outbox's topics, which the look before has seen already.
      if (behind === 0 && consumed === before && doneAtMs !== undefined) return doneAtMs;
      doneAtMs = behind === 0 ? nowMs : undefined;
      onLook(consumed);
      if (consumed !== before) movedAtMs = nowMs;
      if (nowMs - movedAtMs > STALLED_MS) throw new Error(`stalled, ${behind} messages behind`);
      before = consumed;
      await pause(LOOK_AT_THE_END_EVERY_MS);
    }
  }

  /** How many messages are on all topics. */
  async messages(): Promise<number> {
    const ends = await this.ends();
    return [...ends.values()].reduce((sum, end) => sum + end, 0);
  }

  async work(): Promise<DatabaseWork> {
    const { rows } = await this.client.query<DatabaseWork>(READ_WORK);
    return rows[0]!;
  }

  /** Of the server that the database is on; undefined when it cannot be seen from here. */
  async postmasterPid(): Promise<number | undefined> {
    const { rows } = await this.client.query<{ pid: number; port: number }>(
      'SELECT pg_backend_pid() AS pid, inet_client_port() AS port',
    );
    return postmasterPid(rows[0]!.pid, rows[0]!.port);
  }

  /** The states that orders have come to, and how many have come to each. */
  async lastStates(): Promise<Map<string, number>> {
    const { rows } = await this.client.query<{ states: string; orders: number }>(
      `SELECT concat_ws(' ', life, payment_status, shipment_status) AS states, count(*)::int AS orders
       FROM orders GROUP BY 1`,
    );
    return new Map(rows.map(({ states, orders }) => [states, orders]));
  }

  async deadLetters(): Promise<number> {
    const { rows } = await this.client.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM dead_letters',
    );
    return rows[0]!.count;
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.admin.disconnect();
  }

  /** The ends of the topics are looked at last, so that nobody is taken for less behind than they were. */
  private async look(): Promise<Look> {
    const { consumers } = this.topics;
    const outbox = await this.client.query<{ messages: number; seconds: number }>(READ_OUTBOX);
    const committed = await Promise.all(consumers.map((consumer) => this.committedBy(consumer)));
    const ends = await this.ends();
    const parts = consumers.map(({ context }, index): LagPart<ShopContext> => ({
      part: context,
      committed: committed[index]!,
    }));
    return this.log.add({ atMs: Date.now(), ends, parts, outbox: outbox.rows[0]! });
  }

  private async committedBy({ groupId, consumed }: ContextTopics): Promise<Offsets> {
    const offsets = await this.admin.fetchOffsets({ groupId, topics: [...consumed] });
    // -1 stands for a partition that nothing has been committed of.
    return new Map(
      offsets.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Math.max(Number(offset), 0)]),
      ),
    );
  }

  private async ends(): Promise<Offsets> {
    const ofTopics = await Promise.all(
      this.topics.all.map(async (topic) => {
        const partitions = await this.admin.fetchTopicOffsets(topic);
        return partitions.map(({ partition, high }) => [`${topic}/${partition}`, Number(high)] as const);
      }),
    );
    return new Map(ofTopics.flat());
  }
}
