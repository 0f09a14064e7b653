import type { Message, Producer } from 'kafkajs';
import type { Compression } from '../../config/environment.js';
import type { Logger } from '../../logging/logger.js';
import { DEAD_LETTER_ID_HEADER } from '../refused-events.js';
import type { Failures } from '../../failures/failures.js';
import { messagesByTopic } from '../messages-by-topic.js';
import type { OutboxMessage, OutgoingMessage, Publisher } from '../outgoing-message.js';
import { type KafkaClient, METADATA_MAX_AGE_MS } from './kafka-client.js';
import { CompressionTypes, Partitioners } from './kafkajs.js';
import type { RecordToEncode } from './record-encoding.js';

/**
 * All messages of one send may fall into one partition and so into one record batch, which a broker refuses when
 * it is larger than its `message.max.bytes`, 1 MiB and 12 bytes by default.
 */
const MAX_SEND_BYTES = 900_000;
/** What a record adds to its key, value and headers, generously. */
const RECORD_OVERHEAD_BYTES = 100;
/** Sent in place of a value that the broker refuses as too large; the dead letters' table keeps the value. */
const OMITTED_HEADER = 'value_omitted';

/** Of messages that never were in the outbox, whose ids begin with 1; Kafka gives them their places. */
const NO_OUTBOX_ID = 0;

/** As the settings name it, and as kafkajs does. */
const COMPRESSION_TYPES: Readonly<Record<Compression, number>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

export interface PublisherParts {
  readonly kafka: KafkaClient;
  readonly compression: Compression;
  /** Creates topics again that were deleted. */
  readonly createMissingTopics: () => Promise<void>;
  readonly failures: Failures;
  readonly log: Logger;
}

/** A producer and its sends under way. A failed one is disconnected once its other sends have ended. */
interface SharedProducer {
  readonly producer: Producer;
  uses: number;
  isRetired: boolean;
}

/**
 * Publishes to Kafka: acknowledged by all replicas, in order per key. Topics that failed lately share a second producer,
 * since a failure costs a producer and the others' sends would lose theirs again and again.
 */
export class KafkaPublisher implements Publisher {
  readonly isolatesTopics = true;
  private readonly failing = new Set<string>();
  /** By whether it is for topics that have failed. */
  private readonly producers = new Map<boolean, Promise<SharedProducer>>();

  constructor(private readonly parts: PublisherParts) {}

  async prepare(): Promise<void> {
    await this.shared(false);
  }

  publishNow(messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<void> {
    const createdAtMs = Date.now();
    return this.publish(
      messages.map((message) => ({ ...message, id: NO_OUTBOX_ID, createdAtMs })),
      signal,
    );
  }

  async publish(messages: readonly OutboxMessage[], signal: AbortSignal): Promise<void> {
    for (const send of inSends(messages)) {
      signal.throwIfAborted();
      await this.send(send);
    }
  }

  async close(): Promise<void> {
    const all = [...this.producers.values()];
    this.producers.clear();
    await Promise.all(all.map(async (one) => (await one.catch(() => undefined))?.producer.disconnect()));
  }

  private async send(messages: readonly OutboxMessage[]): Promise<void> {
    const byTopic = messagesByTopic(messages);
    const topics = [...byTopic.keys()];
    const isFailing = topics.some((topic) => this.failing.has(topic));
    const shared = await this.shared(isFailing);
    shared.uses++;
    try {
      await shared.producer.sendBatch({
        acks: -1,
        compression: COMPRESSION_TYPES[this.parts.compression],
        topicMessages: [...byTopic].map(([topic, ofTopic]) => ({ topic, messages: ofTopic.map(recordOf) })),
      });
      for (const topic of topics) this.failing.delete(topic);
    } catch (error) {
      if (this.parts.failures.kindOf(error) === 'permanent') {
        await this.sendOneByOne(messages, error as Error);
        return;
      }
      for (const topic of topics) this.failing.add(topic);
      this.retire(isFailing, shared);
      if (isMissingTopic(error)) await this.parts.createMissingTopics().catch(() => undefined);
      throw this.explained(error, topics);
    } finally {
      shared.uses--;
      this.letGoOf(shared);
    }
  }

  private explained(error: unknown, topics: readonly string[]): Error {
    return this.parts.kafka.connections.explain(error, { operation: 'WRITE', topics });
  }

  /** An idempotent producer that has failed may have lost count of its sequence numbers; a new one starts afresh. */
  private retire(isFailing: boolean, shared: SharedProducer): void {
    if (shared.isRetired) return;
    shared.isRetired = true;
    this.producers.delete(isFailing);
  }

  private letGoOf({ producer, uses, isRetired }: SharedProducer): void {
    if (isRetired && uses === 0) void producer.disconnect().catch(() => undefined);
  }

  /** Replaces a message that no broker will ever accept, since it would block all messages after it. */
  private async sendOneByOne(messages: readonly OutboxMessage[], error: Error): Promise<void> {
    if (messages.length > 1) {
      for (const message of messages) await this.send([message]);
      return;
    }
    const message = messages[0]!;
    // Whoever sends one that is in no outbox hears of it, and it holds up no other.
    if (message.id === NO_OUTBOX_ID) throw error;
    const letter = letterOf(message);
    if (letter === undefined && OMITTED_HEADER in message.headers) throw error;
    const { topic, headers: sent, value } = message;
    // The log names the message by its ce_id or position, not by its key, which may be a phone number.
    const { ce_id: event, origin_partition: partition, origin_offset: offset } = sent;
    const facts = { topic, bytes: value?.length, letter, event, partition, offset };
    this.parts.log.error({ err: error, ...facts }, 'a message is too large for its topic');
    // A replay without its value would be a different event, and its dead letter still has the value.
    if (letter !== undefined) return;
    const headers = { ...message.headers, [OMITTED_HEADER]: error.message };
    await this.send([{ ...message, value: Buffer.alloc(0), headers }]);
  }

  /** The producer, connected by whoever asks first. */
  private shared(isFailing: boolean): Promise<SharedProducer> {
    const known = this.producers.get(isFailing);
    if (known !== undefined) return known;
    const connecting = this.connect();
    this.producers.set(isFailing, connecting);
    connecting.catch(() => {
      if (this.producers.get(isFailing) === connecting) this.producers.delete(isFailing);
    });
    return connecting;
  }

  private async connect(): Promise<SharedProducer> {
    const producer = this.parts.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: true,
      metadataMaxAge: METADATA_MAX_AGE_MS,
    });
    try {
      await producer.connect();
    } catch (error) {
      void producer.disconnect().catch(() => undefined);
      throw this.explained(error, []);
    }
    return { producer, uses: 0, isRetired: false };
  }
}

/** kafkajs tries again by itself, and wraps the last failure. */
function isMissingTopic(error: unknown): boolean {
  const { type, cause } = error as { type?: string; cause?: unknown };
  return type === 'UNKNOWN_TOPIC_OR_PARTITION' || (cause !== undefined && isMissingTopic(cause));
}

/** The dead letter that a message is a replay of. */
function letterOf({ headers }: OutboxMessage): string | undefined {
  return headers[DEAD_LETTER_ID_HEADER];
}

function bytesOf({ key, value, headers, originalHeaders = [] }: OutboxMessage): number {
  let bytes = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) * 3 + (value?.length ?? 0);
  for (const name in headers) bytes += name.length + headers[name]!.length * 3;
  for (const { name, value: content } of originalHeaders) bytes += name.length * 3 + (content?.length ?? 0);
  return bytes;
}

function* inSends(messages: readonly OutboxMessage[]): Generator<OutboxMessage[]> {
  let send: OutboxMessage[] = [];
  let sendBytes = 0;
  for (const message of messages) {
    const bytes = bytesOf(message);
    if (send.length > 0 && sendBytes + bytes > MAX_SEND_BYTES) {
      yield send;
      send = [];
      sendBytes = 0;
    }
    send.push(message);
    sendBytes += bytes;
  }
  if (send.length > 0) yield send;
}

function headersToSend({ headers, originalHeaders }: OutboxMessage): RecordToEncode['headers'] {
  if (originalHeaders === undefined) return headers;
  return [...originalHeaders, ...Object.entries(headers).map(([name, value]) => ({ name, value }))];
}

function recordOf(message: OutboxMessage): Message {
  const { key, value } = message;
  // Our encoder of records takes a list as well, which kafkajs's types do not know.
  return { key, value, headers: headersToSend(message) as Message['headers'] };
}
