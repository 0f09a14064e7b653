import type { Admin } from 'kafkajs';
import type { Logger } from '../../logging/logger.js';
import type { ConsumerLag } from '../consumer-lag.js';
import type { KafkaClient } from './kafka-client.js';
import { PartitionWait } from './partition-wait.js';

/** Prometheus gives a scrape ten seconds; kafkajs tries for longer while Kafka is away. */
const READING_LIMIT_MS = 2_000;

/** What a group of consumers reads. */
export interface ReadGroup {
  readonly context: string;
  readonly groupId: string;
  /** Deployed names. */
  readonly topics: readonly string[];
}

interface PartitionEnds {
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}

/**
 * What groups have committed, against where their topics end. That tells the lag whoever consumes: of a partition that is
 * paused, of a consumer that is stuck, and where no process consumes. Offsets are counted, so markers of transactions and
 * records that were compacted away count as messages until they are passed.
 */
export class GroupLags {
  private readonly admin: Admin;
  private readonly waits = new Map<string, PartitionWait>();
  private connected: Promise<void> | undefined;
  private underWay: Promise<readonly ConsumerLag[]> | undefined;
  private isTold = false;
  private isClosed = false;

  constructor(
    private readonly kafka: Pick<KafkaClient, 'admin' | 'connections'>,
    private readonly groups: readonly ReadGroup[],
    private readonly log: Logger,
  ) {
    this.admin = kafka.admin();
  }

  /** None of what Kafka does not tell of in time. */
  async read(): Promise<readonly ConsumerLag[]> {
    if (this.isClosed) return [];
    this.underWay ??= this.readAll().finally(() => (this.underWay = undefined));
    return inTime(this.underWay);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.admin.disconnect();
  }

  private async readAll(): Promise<readonly ConsumerLag[]> {
    try {
      this.connected ??= this.admin.connect();
      await this.connected;
    } catch (error) {
      this.connected = undefined;
      this.failed(error);
      return [];
    }
    const ends = new Map<string, Promise<readonly PartitionEnds[]>>();
    const lags = await Promise.allSettled(this.groups.map((group) => this.lagsOf(group, ends)));
    const failure = lags.find((one) => one.status === 'rejected');
    if (failure === undefined) this.isTold = false;
    else this.failed(failure.reason);
    return lags.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  }

  /** What is committed is asked first, so that the ends are not before it. */
  private async lagsOf(
    { context, groupId, topics }: ReadGroup,
    ends: Map<string, Promise<readonly PartitionEnds[]>>,
  ): Promise<ConsumerLag[]> {
    const committed = await this.admin.fetchOffsets({ groupId, topics: [...topics] });
    return Promise.all(
      topics.map(async (topic) => {
        if (!ends.has(topic)) ends.set(topic, this.endsOf(topic));
        const offsets = committed.find((one) => one.topic === topic)?.partitions ?? [];
        const next = new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]));
        return { context, topic, ...this.lagOf(`${context} ${topic}`, next, await ends.get(topic)!) };
      }),
    );
  }

  private async endsOf(topic: string): Promise<PartitionEnds[]> {
    const offsets = await this.admin.fetchTopicOffsets(topic);
    return offsets.map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }));
  }

  private lagOf(
    name: string,
    committed: ReadonlyMap<number, number>,
    ends: readonly PartitionEnds[],
  ): Pick<ConsumerLag, 'messages' | 'seconds'> {
    const nowMs = performance.now();
    let messages = 0;
    let longestMs: number | undefined = 0;
    for (const { partition, low, high } of ends) {
      // Without an offset that the partition has, a group begins at the beginning.
      const next = committed.get(partition) ?? low;
      const position = next < low || next > high ? low : next;
      messages += high - position;
      const waitMs = this.waitOf(`${name} ${partition}`).look(position, high, nowMs);
      longestMs = waitMs === undefined || longestMs === undefined ? undefined : Math.max(longestMs, waitMs);
    }
    return { messages, seconds: longestMs === undefined ? undefined : longestMs / 1_000 };
  }

  private waitOf(key: string): PartitionWait {
    const known = this.waits.get(key);
    if (known !== undefined) return known;
    const wait = new PartitionWait();
    this.waits.set(key, wait);
    return wait;
  }

  private failed(error: unknown): void {
    if (this.isTold || this.isClosed) return;
    this.isTold = true;
    const topics = this.groups.flatMap((one) => one.topics);
    const err = this.kafka.connections.explain(error, { operation: 'DESCRIBE', topics });
    this.log.warn({ err }, 'the lag of consumers cannot be read');
  }
}

async function inTime(reading: Promise<readonly ConsumerLag[]>): Promise<readonly ConsumerLag[]> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<readonly ConsumerLag[]>((resolve) => {
    timer = setTimeout(resolve, READING_LIMIT_MS, []);
  });
  try {
    return await Promise.race([reading, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
