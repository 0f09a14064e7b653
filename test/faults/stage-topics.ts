import type { Admin, Kafka } from 'kafkajs';
import { eventually } from '../support/eventually.js';
import type { LifeTopics } from './life/life-shop.js';
import { type Owner, OWNERS } from './life/kept-life.js';
import { readOnTogether, TopicReader, type TopicRecord } from './topic-reader.js';

export const PARTITIONS = 4;
/** Room for a message that is one byte too large for the program. */
const TOPIC_MAX_BYTES = 3 * 1_048_576;

const CREATION_TIMEOUT_MS = 60_000;

const ANNOUNCED_ON: Readonly<Record<Owner, string>> = {
  payments: 'payment-status',
  tracking: 'shipment-status',
  inventory: 'stock-status',
};

/** The topics of a stage, the groups that consume them, and all that stands in them. */
export class StageTopics {
  readonly orders: TopicReader;
  readonly status: TopicReader;
  readonly payments: TopicReader;
  readonly deliveryEvents: TopicReader;
  readonly groupId: string;
  private readonly announcements: Readonly<Record<Owner, TopicReader>>;
  private readonly deadLetters: readonly (readonly [topic: string, reader: TopicReader])[];

  constructor(
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    private readonly id: string,
    private readonly ordersAlone: boolean,
  ) {
    const readerOf = (topic: string): TopicReader => new TopicReader(kafka, admin, topic);
    this.groupId = `orders-group-${id}`;
    this.orders = readerOf(`orders-${id}`);
    this.status = readerOf(`order-status-${id}`);
    this.payments = readerOf(`payments-${id}`);
    this.deliveryEvents = readerOf(`delivery-events-${id}`);
    const announced = OWNERS.map((owner) => [owner, readerOf(`${ANNOUNCED_ON[owner]}-${id}`)]);
    this.announcements = Object.fromEntries(announced) as Record<Owner, TopicReader>;
    this.deadLetters = (ordersAlone ? [this.orders] : this.incoming()).map(({ topic }) => [
      topic,
      readerOf(`${topic}.dead-letter`),
    ]);
  }

  /** As the program's settings have them. */
  settings(): Record<string, string> {
    const { id } = this;
    return {
      KAFKA_TOPIC: this.orders.topic,
      KAFKA_STATUS_TOPIC: this.status.topic,
      KAFKA_DEAD_LETTER_TOPIC: `${this.orders.topic}.dead-letter`,
      KAFKA_GROUP_ID: this.groupId,
      KAFKA_PARTITIONS: String(PARTITIONS),
      PAYMENTS_TOPIC: this.payments.topic,
      PAYMENT_STATUS_TOPIC: `${ANNOUNCED_ON.payments}-${id}`,
      DELIVERY_EVENTS_TOPIC: this.deliveryEvents.topic,
      SHIPMENT_STATUS_TOPIC: `${ANNOUNCED_ON.tracking}-${id}`,
      STOCK_STATUS_TOPIC: `${ANNOUNCED_ON.inventory}-${id}`,
    };
  }

  /** Those that the suite sends to. */
  names(): LifeTopics {
    const [orders, payments, deliveryEvents] = this.incoming().map(({ topic }) => topic);
    return { orders: orders!, payments: payments!, deliveryEvents: deliveryEvents! };
  }

  /**
   * kafkajs itself, asked to wait, fails while the broker does not know a topic that it has just made, as a busy one does for
   * a moment.
   */
  async create(): Promise<void> {
    const configEntries = [{ name: 'max.message.bytes', value: String(TOPIC_MAX_BYTES) }];
    const topics = this.incoming().map(({ topic }) => ({
      topic,
      numPartitions: PARTITIONS,
      configEntries,
    }));
    await this.admin.createTopics({ waitForLeaders: false, topics });
    await eventually(
      async () => {
        for (const { topic } of topics) await this.admin.fetchTopicOffsets(topic);
      },
      { timeoutMs: CREATION_TIMEOUT_MS },
    );
  }

  /** Reads all of them on to where they end now. */
  async readOn(): Promise<void> {
    const { kafka, admin, orders, status } = this;
    const deadLetters = this.deadLetters.map(([, reader]) => reader);
    const ofShop = [this.payments, this.deliveryEvents, ...Object.values(this.announcements)];
    const readers = [orders, status, ...deadLetters, ...(this.ordersAlone ? [] : ofShop)];
    await readOnTogether(kafka, admin, readers);
  }

  announced(): Record<Owner, readonly TopicRecord[]> {
    const records = OWNERS.map((owner) => [owner, this.announcements[owner].records]);
    return Object.fromEntries(records) as Record<Owner, readonly TopicRecord[]>;
  }

  /** By the topic whose events they are of. */
  deadLetterCopies(): Map<string, readonly TopicRecord[]> {
    return new Map(this.deadLetters.map(([topic, { records }]) => [topic, records]));
  }

  /** Whether all that stood in the topics at these ends has been consumed by everybody. */
  async areConsumed(ends: ReadonlyMap<string, number>): Promise<boolean> {
    const lags = await Promise.all(
      this.groups().map(([group, topics]) => this.isBehind(group, topics, ends)),
    );
    return !lags.some(Boolean);
  }

  private incoming(): TopicReader[] {
    return [this.orders, this.payments, this.deliveryEvents];
  }

  /** The consumer groups, each with the topics that it reads. */
  private groups(): [group: string, topics: string[]][] {
    const { groupId } = this;
    const [orders, status, payments, deliveryEvents] = [
      this.orders,
      this.status,
      this.payments,
      this.deliveryEvents,
    ].map(({ topic }) => topic);
    if (this.ordersAlone) return [[groupId, [orders!]]];
    return [
      [groupId, [orders!, ...Object.values(this.announcements).map(({ topic }) => topic)]],
      [`${groupId}.payments`, [payments!, status!]],
      [`${groupId}.tracking`, [deliveryEvents!, status!]],
      [`${groupId}.inventory`, [status!]],
    ];
  }

  /** Where the topics end that are consumed, by `topic/partition`. */
  async ends(): Promise<Map<string, number>> {
    const topics = [...new Set(this.groups().flatMap(([, read]) => read))];
    const ends = await Promise.all(
      topics.map(async (topic) => {
        const offsets = await this.admin.fetchTopicOffsets(topic);
        return offsets.map(({ partition, high }): [string, number] => [
          `${topic}/${partition}`,
          Number(high),
        ]);
      }),
    );
    return new Map(ends.flat());
  }

  private async isBehind(
    groupId: string,
    topics: string[],
    ends: ReadonlyMap<string, number>,
  ): Promise<boolean> {
    const offsets = await this.admin.fetchOffsets({ groupId, topics });
    return offsets.some(({ topic, partitions }) =>
      partitions.some(({ partition, offset }) => {
        return Math.max(Number(offset), 0) < (ends.get(`${topic}/${partition}`) ?? 0);
      }),
    );
  }
}
