import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { BatchRunner } from '../batch-runner.js';
import type { EventHeaders } from '../event-headers.js';
import type { BatchHandler, ReceivedEvent } from '../received-event.js';
import type { DecodedRecord } from './record-decoding.js';

/** A fetch that brought fewer events than this is followed by a pause. */
const FEW_EVENTS = 200;
/**
 * How long, so that what comes meanwhile is fetched, written and committed together. The first events after a silence
 * are taken at once, and a backlog is not held up. Each batch costs a transaction and a commit of its offset, however
 * small it is, and news at least a fetch.
 */
const LINGER_MS = 20;

/** kafkajs itself keeps to the heartbeat interval, however often it is asked. */
const HEARTBEAT_CHECK_MS = 1_000;

/**
 * Takes what kafkajs has fetched through the runners, a part at a time, and commits each part's offset once all of
 * its events are done. What is not done when the partition is taken away, or the process stops, is not committed.
 */
export class KafkaBatchReader {
  private readonly runners = new Map<string, BatchRunner>();
  private readonly newsHandlers = new Map<string, BatchHandler>();

  constructor(
    private readonly maxEvents: number,
    private readonly stopping: AbortSignal,
  ) {}

  add(topic: string, runner: BatchRunner): void {
    this.runners.set(topic, runner);
  }

  addNews(topic: string, handler: BatchHandler): void {
    this.newsHandlers.set(topic, handler);
  }

  topics(): string[] {
    return [...this.runners.keys(), ...this.newsHandlers.keys()];
  }

  async read(payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, isRunning, isStale, resolveOffset, commitOffsetsIfNecessary } = payload;
    const { topic, partition } = batch;
    const runner = this.runners.get(topic)!;
    for (let start = 0; start < batch.messages.length; start += this.maxEvents) {
      if (!isRunning() || isStale() || this.stopping.aborted) return;
      const messages = batch.messages.slice(start, start + this.maxEvents);
      const events = messages.map((message) => eventOf(topic, partition, message));
      try {
        await whileBeating(heartbeat, runner.run(events, this.stopping, heartbeat));
      } catch (error) {
        if (this.stopping.aborted) return;
        throw error;
      }
      const last = messages.at(-1)!.offset;
      resolveOffset(last);
      const offset = (BigInt(last) + 1n).toString();
      await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
      await heartbeat();
    }
    await this.lingerAfter(batch.messages.length);
  }

  /** Tells all handlers of news that they may have missed some. */
  async resumeNews(): Promise<void> {
    for (const handler of this.newsHandlers.values()) await handler([]);
  }

  async readNews({ batch, heartbeat }: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = batch;
    await this.newsHandlers.get(topic)!(messages.map((message) => eventOf(topic, partition, message)));
    await heartbeat();
    await this.lingerAfter(messages.length);
  }

  private async lingerAfter(events: number): Promise<void> {
    if (events < FEW_EVENTS && !this.stopping.aborted) await sleep(LINGER_MS);
  }
}

/**
 * Keeps the group membership alive during a write that takes long. A heartbeat that fails, since the group is being
 * rebalanced, is of no consequence here: the next one that is awaited fails as well, and the commit would.
 */
async function whileBeating(heartbeat: () => Promise<void>, work: Promise<void>): Promise<void> {
  const timer = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_CHECK_MS);
  try {
    await work;
  } finally {
    clearInterval(timer);
  }
}

/** As our decoder of records makes it. */
type DecodedMessage = KafkaMessage & Partial<Pick<DecodedRecord, 'headerList'>>;

function eventOf(topic: string, partition: number, message: DecodedMessage): ReceivedEvent {
  const timestampMs = Number(message.timestamp);
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestampMs,
    exactTimestamp: Number.isSafeInteger(timestampMs) ? undefined : BigInt(message.timestamp),
    key: message.key,
    value: message.value,
    headers: message.headerList ?? NO_HEADERS,
  };
}

/** Of a message in the format of before Kafka 0.11, which has no headers. */
const NO_HEADERS: EventHeaders = [];
