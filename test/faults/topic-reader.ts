import { randomUUID } from 'node:crypto';
import type { Admin, Kafka } from 'kafkajs';

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
    const ends = new Map<number, number>();
    for (const { partition, high } of await this.admin.fetchTopicOffsets(this.topic)) {
      if (Number(high) > (this.next.get(partition) ?? 0)) ends.set(partition, Number(high));
    }
    if (ends.size > 0) await this.readUpTo(ends);
    return this.records;
  }

  private async readUpTo(ends: Map<number, number>): Promise<void> {
    const groupId = `faults-reader-${randomUUID()}`;
    const consumer = this.kafka.consumer({
      groupId,
      maxWaitTimeInMs: 100,
      maxBytesPerPartition: 4 * 1_048_576,
    });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic: this.topic, fromBeginning: true });
      await new Promise<void>((done, failed) => {
        const tooLate = setTimeout(
          () => failed(new Error(`${this.topic} could not be read`)),
          READ_TIMEOUT_MS,
        );
        consumer
          .run({
            autoCommit: false,
            eachBatch: async ({ batch }) => {
              const { partition } = batch;
              for (const message of batch.messages) {
                const offset = Number(message.offset);
                if (offset < (this.next.get(partition) ?? 0) || offset >= (ends.get(partition) ?? 0))
                  continue;
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
              if (Number(batch.lastOffset()) + 1 >= (ends.get(partition) ?? 0)) {
                this.next.set(partition, Math.max(this.next.get(partition) ?? 0, ends.get(partition) ?? 0));
              }
              if ([...ends].every(([of, end]) => (this.next.get(of) ?? 0) >= end)) {
                clearTimeout(tooLate);
                done();
              }
            },
          })
          .catch(failed);
        for (const partition of ends.keys()) {
          consumer.seek({ topic: this.topic, partition, offset: String(this.next.get(partition) ?? 0) });
        }
      });
    } finally {
      await consumer.disconnect();
      await this.admin.deleteGroups([groupId]).catch(() => undefined);
    }
  }
}

function textsOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
