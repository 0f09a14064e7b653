import type { Admin, Kafka } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import type { RoundTopics } from '../topics.js';

/** Each look costs the broker some requests, and the program and PostgreSQL nothing. */
const LOOK_EVERY_MS = 200;
const LOOK_AT_THE_END_EVERY_MS = 50;
/** Slow is a finding; this long without one more order is a program that has stopped working. */
const STALLED_MS = 120_000;

/** How many orders have got how far. */
interface Flow {
  readonly in: number;
  /** The program has committed their offsets, which it does after the commit to the database. */
  readonly stored: number;
  /** Their status events are on the topic. */
  readonly out: number;
}

/** Orders that were on their topic and not yet done with. */
export interface Backlog {
  readonly notStored: number;
  readonly notOut: number;
}

/** Sees from outside how far the program is behind its topic of orders. */
export class BacklogWatch {
  private constructor(
    private readonly admin: Admin,
    private readonly topics: RoundTopics,
  ) {}

  static async open(kafka: Kafka, topics: RoundTopics): Promise<BacklogWatch> {
    const admin = kafka.admin();
    await admin.connect();
    return new BacklogWatch(admin, topics);
  }

  /** The largest backlogs that were seen while the work went on; too large by what comes in during a look. */
  async largestDuring(work: Promise<unknown>): Promise<Backlog> {
    let over = false;
    const done = work.finally(() => (over = true));
    const looking = (async () => {
      let largest: Backlog = { notStored: 0, notOut: 0 };
      while (!over) {
        const flow = await this.look();
        largest = {
          notStored: Math.max(largest.notStored, flow.in - flow.stored),
          notOut: Math.max(largest.notOut, flow.in - flow.out),
        };
        await pause(LOOK_EVERY_MS);
      }
      return largest;
    })();
    const [largest] = await Promise.all([looking, done]);
    return largest;
  }

  /**
   * Waits until as many orders are stored and their status events are out. Both times are milliseconds since the Unix
   * epoch, and of the end of the look that saw it: late by some 50 ms, never early.
   *
   * @param onLook what it throws ends the wait
   * @throws Error when nothing has moved for two minutes
   */
  async until(orders: number, onLook: () => void): Promise<{ storedAtMs: number; outAtMs: number }> {
    let storedAtMs: number | undefined;
    let done = -1;
    let movedAtMs = Date.now();
    for (;;) {
      const { stored, out } = await this.look();
      const nowMs = Date.now();
      if (stored >= orders) storedAtMs ??= nowMs;
      if (storedAtMs !== undefined && out >= orders) return { storedAtMs, outAtMs: nowMs };
      onLook();
      if (stored + out !== done) movedAtMs = nowMs;
      if (nowMs - movedAtMs > STALLED_MS) {
        throw new Error(`stalled at ${stored} orders and ${out} status events of ${orders}`);
      }
      done = stored + out;
      await pause(LOOK_AT_THE_END_EVERY_MS);
    }
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }

  /** What came in is looked at last, so that a backlog is never taken for smaller than it was. */
  private async look(): Promise<Flow> {
    const { orders, status, groupId } = this.topics;
    const [committed, out] = await Promise.all([
      this.admin.fetchOffsets({ groupId, topics: [orders] }),
      this.countOn(status),
    ]);
    // -1 stands for a partition that nothing has been committed of.
    const stored = committed[0]!.partitions.reduce((sum, { offset }) => sum + Math.max(Number(offset), 0), 0);
    return { in: await this.countOn(orders), stored, out };
  }

  private async countOn(topic: string): Promise<number> {
    const partitions = await this.admin.fetchTopicOffsets(topic);
    return partitions.reduce((sum, { high }) => sum + Number(high), 0);
  }
}
