import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Admin, Message } from 'kafkajs';
import { headerIn, KeptGets } from '../../../src/customers/load-test/kept-gets.js';
import { murmur2 } from '../../../src/platform/messaging/kafka/murmur2.js';
import { eventually } from '../../support/eventually.js';
import { tellSweeper } from '../../support/left-behind.js';
import { runWaybill } from '../../support/waybill-process.js';
import type { Dice } from '../dice.js';
import type { FaultyKafka } from '../faulty-kafka.js';
import type { FaultyPostgres } from '../faulty-postgres.js';
import { KafkaSender } from '../kafka-sender.js';
import { type Change, CustomerBook } from './customer-book.js';
import { pathOf } from './customer-readers.js';
import { CustomerReplica, type ReplicaRun } from './customer-replica.js';
import { CustomerWriter } from './customer-writer.js';
import type { FaultyRegistry } from './faulty-registry.js';
import { laterRecordValue, recordValue } from './record-value.js';

export const PARTITIONS = 4;
const CREATION_TIMEOUT_MS = 60_000;
const CAUGHT_UP_TIMEOUT_MS = 60_000;
/** So that a restart finds one that is behind by some seconds. */
const SNAPSHOT_SECONDS = '2';

export interface CustomersServices {
  readonly postgres: FaultyPostgres;
  readonly kafka: FaultyKafka;
  readonly registry: FaultyRegistry;
}

/** A topic of customers, what was written to it, and replicas of the program that read it. */
export class CustomersStage {
  readonly book = new CustomerBook();
  readonly writer: CustomerWriter;
  readonly replicas: CustomerReplica[] = [];
  /** What records are written with. */
  schemaId = 0;
  private readonly directories: string[] = [];
  private readonly sender: KafkaSender;

  private constructor(
    readonly services: CustomersServices,
    readonly dice: Dice,
    readonly topic: string,
    private readonly admin: Admin,
    private readonly env: Readonly<Record<string, string>>,
  ) {
    this.sender = new KafkaSender(services.kafka.client);
    this.writer = new CustomerWriter({
      sender: this.sender,
      topic,
      book: this.book,
      dice,
      messageOf: (change) => this.messageOf(change),
    });
  }

  /**
   * @param customers how many are in the topic
   * @param more settings of the program
   */
  static async open(
    services: CustomersServices,
    dice: Dice,
    customers: number,
    more: Readonly<Record<string, string>> = {},
  ): Promise<CustomersStage> {
    const { postgres, kafka, registry } = services;
    const id = randomUUID().slice(0, 8);
    const topic = `users-${id}`;
    const admin = kafka.client.admin();
    await admin.connect();
    const env = {
      CONTEXTS: 'customers',
      KAFKA_BROKERS: kafka.brokers,
      KAFKA_GROUP_ID: `customers-${id}`,
      KAFKA_PARTITIONS: String(PARTITIONS),
      CUSTOMERS_TOPIC: topic,
      CUSTOMERS_SCHEMA_REGISTRY_URL: registry.url,
      CUSTOMERS_SNAPSHOT_SECONDS: SNAPSHOT_SECONDS,
      ...postgres.settings(await postgres.createDatabase()),
    };
    const migrated = await runWaybill({ env, command: ['migrate'] });
    if (migrated.code !== 0) throw new Error(`the tables were not made:\n${migrated.stderr}`);
    const stage = new CustomersStage(services, dice, topic, admin, { ...env, ...more });
    await stage.createTopic();
    stage.schemaId = await registry.firstSchema(`${topic}-value`);
    await stage.writer.fill(customers);
    return stage;
  }

  async createTopic(): Promise<void> {
    const { admin, topic } = this;
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
    await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions: PARTITIONS, configEntries }],
    });
    await eventually(() => admin.fetchTopicOffsets(topic), { timeoutMs: CREATION_TIMEOUT_MS });
  }

  /** All that was written is gone with it. */
  async deleteTopic(): Promise<void> {
    const { admin, topic } = this;
    await admin.deleteTopics({ topics: [topic] });
    await eventually(
      async () => {
        if ((await admin.listTopics()).includes(topic)) throw new Error(`${topic} is still there`);
      },
      { timeoutMs: CREATION_TIMEOUT_MS },
    );
    this.book.forgetAll();
  }

  /** One more replica, with a directory of its own; not started. */
  async addReplica(): Promise<CustomerReplica> {
    const directory = await mkdtemp(join(tmpdir(), 'waybill-faults-customers-'));
    tellSweeper('directory', directory);
    this.directories.push(directory);
    const name = `replica ${this.replicas.length + 1}`;
    const replica = await CustomerReplica.of(name, { ...this.env, DATA_DIR: directory });
    this.replicas.push(replica);
    return replica;
  }

  /** Changes customers by records of {@link FaultyRegistry.laterSchema}. */
  async writeLater(schemaId: number, accountIds: readonly string[]): Promise<void> {
    const changes = accountIds.map((id) => this.book.change(id));
    const messages = changes.map(({ accountId, version }) => ({
      key: accountId,
      value: laterRecordValue(schemaId, accountId, version!),
    }));
    await this.sender.send(this.topic, messages);
    const atMs = performance.now();
    for (const { acknowledged } of changes) acknowledged(atMs);
  }

  partitionOf(accountId: string): number {
    return (murmur2(accountId) & 0x7fffffff) % PARTITIONS;
  }

  /** Resolves once a replica shows all that was written before, in each of these partitions. */
  async caughtUp({ url }: ReplicaRun, partitions = [...Array(PARTITIONS).keys()]): Promise<void> {
    const markers = partitions.map((partition) =>
      this.book.change(
        this.book.all().find((id) => this.partitionOf(id) === partition) ?? this.newIdIn(partition),
      ),
    );
    await this.writer.write(markers);
    const connection = await KeptGets.open(url);
    try {
      for (const { accountId, version } of markers) {
        await eventually(
          async () => {
            const { status, head } = await connection.get(pathOf(accountId));
            const etag = headerIn(head, 'etag');
            if (etag !== `"${version}"`) throw new Error(`${accountId}: ${status} ${etag}, not ${version}`);
          },
          { timeoutMs: CAUGHT_UP_TIMEOUT_MS },
        );
      }
    } finally {
      connection.close();
    }
  }

  async close(): Promise<void> {
    this.sender.close();
    await this.writer.rest();
    await Promise.all(this.replicas.map((replica) => replica.kill()));
    await this.sender.disconnect();
    await this.admin.disconnect().catch(() => undefined);
    for (const directory of this.directories) {
      await rm(directory, { recursive: true, force: true });
      tellSweeper('removed', directory);
    }
  }

  private newIdIn(partition: number): string {
    for (let number = 0; ; number++) {
      const id = `marker-${number}`;
      if (this.partitionOf(id) === partition) return id;
    }
  }

  private messageOf({ accountId, version }: Change): Message {
    return {
      key: accountId,
      value: version === undefined ? null : recordValue(this.schemaId, accountId, version),
    };
  }
}
