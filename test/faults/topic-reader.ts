import { randomUUID } from 'node:crypto';
import type { Admin, Batch, Kafka } from 'kafkajs';

export interface TopicRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

const READ_TIMEOUT_MS = 60_000;

/** All that stands in a topic, read a piece further each time that it is asked for. */
export class TopicReader {
  /** In the order of each partition. */
  readonly records: TopicRecord[] = [];
  private readonly next = new Map<number, number>();

  constructor(
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    readonly topic: string,
  ) {}

  /** Reads on to where the topic ends now. */
  async readOn(): Promise<readonly TopicRecord[]> {
    await readOnTogether(this.kafka, this.admin, [this]);
    return this.records;
  }

  /** How far there is to read, by partition. @throws when Kafka is away */
  async ends(): Promise<Map<number, number>> {
    const ends = new Map<number, number>();
    for (const { partition, high } of await this.admin.fetchTopicOffsets(this.topic)) {
      if (Number(high) > this.placeIn(partition)) ends.set(partition, Number(high));
    }
    return ends;
  }

  placeIn(partition: number): number {
    return this.next.get(partition) ?? 0;
  }

  take(batch: Batch, end: number): void {
    const { partition, messages } = batch;
    for (const message of messages) {
      const offset = Number(message.offset);
      if (offset < this.placeIn(partition) || offset >= end) continue;
      this.next.set(partition, offset + 1);
      this.records.push({
        partition,
        offset,
        key: message.key?.toString() ?? '',
        value: message.value,
        headers: textsOf(message.headers ?? {}),
      });
    }
    // What an idempotent producer leaves of control records, or a topic that was shortened, has no message.
    if (Number(batch.lastOffset()) + 1 >= end)
      this.next.set(partition, Math.max(this.placeIn(partition), end));
  }
}

/** Reads several topics on to where they end now, by one consumer. */
export async function readOnTogether(
  kafka: Kafka,
  admin: Admin,
  readers: readonly TopicReader[],
): Promise<void> {
  const parts = await Promise.all(readers.map(async (reader) => ({ reader, ends: await reader.ends() })));
  const toRead = new Map(parts.filter(({ ends }) => ends.size > 0).map((part) => [part.reader.topic, part]));
  if (toRead.size === 0) return;
  const isRead = (): boolean =>
    [...toRead.values()].every(({ reader, ends }) =>
      [...ends].every(([partition, end]) => reader.placeIn(partition) >= end),
    );
  const groupId = `faults-reader-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, maxBytesPerPartition: 4 * 1_048_576 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [...toRead.keys()], fromBeginning: true });
    await new Promise<void>((done, failed) => {
      const names = [...toRead.keys()].join(', ');
      const tooLate = setTimeout(() => failed(new Error(`${names} could not be read`)), READ_TIMEOUT_MS);
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            const { reader, ends } = toRead.get(batch.topic)!;
            reader.take(batch, ends.get(batch.partition) ?? 0);
            if (!isRead()) return;
            clearTimeout(tooLate);
            done();
          },
        })
        .catch(failed);
      for (const [topic, { reader, ends }] of toRead) {
        for (const partition of ends.keys())
          consumer.seek({ topic, partition, offset: String(reader.placeIn(partition)) });
      }
    });
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
  }
}

function textsOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
