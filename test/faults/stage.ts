import { randomUUID } from 'node:crypto';
import type { Admin } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import type { Dice } from './dice.js';
import { Findings } from './findings.js';
import { HttpShop } from './http-shop.js';
import { KafkaShop } from './kafka-shop.js';
import { keptDeadLetters, keptOrders } from './kept.js';
import { OffsetWatch } from './offset-watch.js';
import { Readers } from './readers.js';
import { Replica } from './replica.js';
import type { Services } from './services.js';
import { shopOrder, UNLOVED_CUSTOMER } from './shop.js';
import { expectedOf, type Sources } from './sources.js';
import { TopicReader } from './topic-reader.js';
import { judge } from './verdict.js';

const PARTITIONS = 4;
/** Room for a message that is one byte too large for the program. */
const TOPIC_MAX_BYTES = 3 * 1_048_576;
const LOOK_EVERY_MS = 1_500;
/** Recovery that takes longer is none. Kafka lets go of a killed member after 10 s; a pause between tries is 15 s at most. */
const RECOVERY_MS = 120_000;

/** A refusal by the database itself, which the model cannot foresee. */
const REFUSE_THE_UNLOVED = `
  CREATE FUNCTION refuse_the_unloved() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'the database does not take this one' USING ERRCODE = 'check_violation';
  END $$;
  CREATE TRIGGER refuse_the_unloved BEFORE INSERT ON orders
  FOR EACH ROW WHEN (NEW.customer_id = '${UNLOVED_CUSTOMER}') EXECUTE FUNCTION refuse_the_unloved()`;

export interface StageOptions {
  /** Programs that run from the beginning. */
  readonly replicas?: number;
  /** Programs that are ready to be started besides. */
  readonly spare?: number;
  readonly redis?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** The checkout whose programs run at first; by default this one. */
  readonly root?: string;
}

/** What a stage came to, all its faults together. */
export interface Account {
  readonly ordersIn: number;
  readonly stored: number;
  readonly deadLetters: number;
  readonly reads: number;
}

/** Topics, a group, a database, programs and customers of one kind of fault's own. */
export class Stage {
  readonly findings = new Findings();
  readonly http: HttpShop;
  readonly kafka: KafkaShop;
  readonly readers: Readers;
  private readonly watch: OffsetWatch;
  private readonly orders: TopicReader;
  private readonly status: TopicReader;
  private readonly deadLetters: TopicReader;
  private looking: Promise<void> = Promise.resolve();
  private open = false;
  private canaries = 0;

  private constructor(
    readonly services: Services,
    readonly database: string,
    readonly replicas: readonly Replica[],
    readonly dice: Dice,
    private readonly names: { id: string; topic: string; statusTopic: string; groupId: string },
    private readonly admin: Admin,
  ) {
    const { kafka, postgres } = services;
    const { id, topic, statusTopic, groupId } = names;
    this.orders = new TopicReader(kafka.client, admin, topic);
    this.status = new TopicReader(kafka.client, admin, statusTopic);
    this.deadLetters = new TopicReader(kafka.client, admin, `${topic}.dead-letter`);
    this.http = new HttpShop(id, replicas, dice, this.findings);
    this.kafka = new KafkaShop(id, kafka.client, topic, dice);
    const someOrder = (): string | undefined =>
      dice.roll() < 0.5 ? this.http.someOrder() : this.kafka.someOrder();
    this.readers = new Readers(replicas, someOrder, this.findings);
    this.watch = new OffsetWatch({ admin, groupId, database }, this.orders, postgres, this.findings);
  }

  static async open(services: Services, dice: Dice, options: StageOptions = {}): Promise<Stage> {
    const { replicas: running = 1, spare = 0, redis = false, env = {}, root } = options;
    const id = randomUUID().slice(0, 6);
    const names = {
      id,
      topic: `orders-${id}`,
      statusTopic: `order-status-${id}`,
      groupId: `orders-group-${id}`,
    };
    const admin = services.kafka.client.admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic: names.topic,
          numPartitions: PARTITIONS,
          configEntries: [{ name: 'max.message.bytes', value: String(TOPIC_MAX_BYTES) }],
        },
      ],
    });
    const database = await services.postgres.createDatabase();
    const settings = {
      ...services.postgres.settings(database),
      KAFKA_BROKERS: services.kafka.brokers,
      KAFKA_TOPIC: names.topic,
      KAFKA_STATUS_TOPIC: names.statusTopic,
      KAFKA_DEAD_LETTER_TOPIC: `${names.topic}.dead-letter`,
      KAFKA_GROUP_ID: names.groupId,
      KAFKA_PARTITIONS: String(PARTITIONS),
      ...(redis ? { REDIS_URL: services.redis.url } : {}),
      ...env,
    };
    const replicas: Replica[] = [];
    while (replicas.length < running + spare) {
      replicas.push(await Replica.of(`replica ${replicas.length + 1}`, settings));
    }
    for (const replica of replicas) replica.become(root);
    const stage = new Stage(services, database, replicas, dice, names, admin);
    await Promise.all(replicas.slice(0, running).map((replica) => replica.start()));
    await services.postgres.query(database, REFUSE_THE_UNLOVED);
    return stage;
  }

  startLoad(): void {
    this.open = true;
    this.http.start();
    this.kafka.start();
    this.readers.start();
    this.looking = this.lookAllTheTime();
  }

  /** Ends the load, waits until all is done that was begun, and compares everything. */
  async account(): Promise<Account> {
    await Promise.all([this.http.finish(), this.kafka.finish()]);
    await this.within('is not done with all that came in', () => this.isDrained());
    this.open = false;
    await Promise.all([this.readers.finish(), this.looking]);
    await this.lookAtOffsets();
    const { postgres } = this.services;
    const sources: Sources = {
      records: await this.orders.readOn(),
      accepted: this.http.accepted,
      promised: this.http.promised,
      refused: this.http.refused,
    };
    const expected = expectedOf(sources, this.findings);
    const kept = {
      ...(await keptOrders(postgres, this.database)),
      deadLetters: await keptDeadLetters(postgres, this.database),
      statusEvents: await this.status.readOn(),
      deadLetterCopies: await this.deadLetters.readOn(),
    };
    judge(sources, expected, kept, this.findings);
    return {
      ordersIn: [...expected.orders.values()].reduce((sum, revisions) => sum + revisions.length, 0),
      stored: [...kept.orders.values()].reduce((sum, { version }) => sum + version, 0),
      deadLetters: kept.deadLetters.length,
      reads: this.readers.reads,
    };
  }

  /** As seen by orders that come now over every way: seconds until all are stored and told of, and all are ready. */
  async secondsUntilNormal(): Promise<number> {
    const startedAt = performance.now();
    const prefix = `${this.names.id}-canary-${++this.canaries}`;
    const byHttp = shopOrder(`${prefix}-http`, 1);
    const byKafka = Array.from({ length: PARTITIONS }, (_, partition) => ({
      partition,
      key: `${prefix}-${partition}`,
      value: JSON.stringify(shopOrder(`${prefix}-${partition}`, 1)),
    }));
    await this.within('does not take orders in any more', async () => {
      await Promise.all([this.http.deliver(byHttp), this.kafka.send(byKafka)]);
      return true;
    });
    const orderUids = [byHttp.order_uid, ...byKafka.map(({ key }) => key)];
    await this.within('does not do what it did before', async () => {
      const [row] = await this.services.postgres.query<{ stored: number; waiting: number }>(
        this.database,
        `SELECT (SELECT count(*) FROM orders WHERE order_uid = ANY ($1))::int AS stored,
                (SELECT count(*) FROM outbox WHERE aggregateid = ANY ($1))::int AS waiting`,
        [orderUids],
      );
      return row!.stored === orderUids.length && row!.waiting === 0 && (await this.allReady());
    });
    return (performance.now() - startedAt) / 1_000;
  }

  /** Whether what the group has committed is there; a look while something is away sees nothing. */
  async lookAtOffsets(): Promise<void> {
    await this.watch.look().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.open = false;
    for (const replica of this.replicas) await replica.kill();
    await Promise.all([this.kafka.close(), this.readers.finish(), this.looking]);
    await this.admin.disconnect();
  }

  /** Polls until it is so; else that is a finding, with the last lines that the programs wrote. */
  async within(trouble: string, isSo: () => Promise<boolean>): Promise<void> {
    const check = async (): Promise<void> => {
      if (!(await isSo())) throw new Error(trouble);
    };
    await eventually(check, { timeoutMs: RECOVERY_MS }).catch(() => {
      const said = this.replicas.map((replica) => `${replica.name}: ${replica.output().slice(-600)}`);
      this.findings.add('did not recover', `${trouble}\n${said.join('\n')}`);
    });
  }

  private async allReady(): Promise<boolean> {
    const running = this.replicas.filter((replica) => replica.takesRequests);
    const ready = await Promise.all(running.map((replica) => replica.isReady()));
    return running.length > 0 && ready.every(Boolean);
  }

  /** Twice the outbox, since a test order leaves it, comes back as an event, and leaves a status event in it. */
  private async isDrained(): Promise<boolean> {
    if ((await this.waitingInOutbox()) > 0) return false;
    const { groupId, topic } = this.names;
    const [offsets] = await this.admin.fetchOffsets({ groupId, topics: [topic] });
    const committed = new Map(
      offsets!.partitions.map(({ partition, offset }) => [partition, Number(offset)]),
    );
    for (const { partition, high } of await this.admin.fetchTopicOffsets(topic)) {
      if (Number(high) > Math.max(committed.get(partition) ?? 0, 0)) return false;
    }
    return (await this.waitingInOutbox()) === 0;
  }

  private async waitingInOutbox(): Promise<number> {
    const [row] = await this.services.postgres.query<{ waiting: number }>(
      this.database,
      'SELECT count(*)::int AS waiting FROM outbox',
    );
    return row!.waiting;
  }

  private async lookAllTheTime(): Promise<void> {
    while (this.open) {
      await this.lookAtOffsets();
      await pause(LOOK_EVERY_MS);
    }
  }
}
