import { randomUUID } from 'node:crypto';
import type { Admin } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { eventually } from '../support/eventually.js';
import { runWaybill, SHOP } from '../support/waybill-process.js';
import { type Account, differenceOf, NOTHING_YET } from './account.js';
import type { Dice } from './dice.js';
import { Findings } from './findings.js';
import { HttpCaller } from './http-caller.js';
import { HttpShop } from './http-shop.js';
import { KafkaSender } from './kafka-sender.js';
import { KafkaShop } from './kafka-shop.js';
import { contentsOf, type Kept, keptDeadLetters, keptOrders } from './kept.js';
import { keptLife, UNSETTLED } from './life/kept-life.js';
import { LifeShop } from './life/life-shop.js';
import { judgeLife, judgeStates, type LifeSources } from './life/life-verdict.js';
import { StockClerk } from './life/stock-clerk.js';
import { OffsetWatch } from './offset-watch.js';
import { Readers as OrderReaders } from './readers.js';
import { Replica } from './replica.js';
import type { Services } from './services.js';
import { shopOrder, UNLOVED_CUSTOMER } from './shop.js';
import { eventsOf, expectedOf, poisonOf, type Sources } from './sources.js';
import { PARTITIONS, StageTopics } from './stage-topics.js';
import { judge } from './verdict.js';

const LOOK_EVERY_MS = 2_000;
/** Recovery that takes longer is none. Kafka lets go of a killed member after 10 s; a pause between tries is 15 s at most. */
const RECOVERY_MS = 120_000;
/** What has not recovered once is looked at, and no longer waited for. */
const AFTER_THAT_MS = 5_000;

/** A refusal by the database itself, which the model cannot foresee. */
const REFUSE_THE_UNLOVED = `
  CREATE FUNCTION refuse_the_unloved() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'the database does not take this one' USING ERRCODE = 'check_violation';
  END $$;
  CREATE TRIGGER refuse_the_unloved BEFORE INSERT ON orders
  FOR EACH ROW WHEN (NEW.customer_id = '${UNLOVED_CUSTOMER}') EXECUTE FUNCTION refuse_the_unloved()`;

/** A round in which less came in shows nothing, however soon all was over. */
const ORDERS_A_ROUND = 150;
const LIVES_A_ROUND = 30;

export interface StageOptions {
  /** Programs that run from the beginning. */
  readonly replicas?: number;
  /** Programs that are ready to be started besides. */
  readonly spare?: number;
  readonly redis?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Orders alone, and nothing of payments, tracking and inventory. */
  readonly ordersAlone?: boolean;
  /** The checkout whose programs run at first; by default this one. */
  readonly root?: string;
}

/** How much comes in while a fault is under way. */
export interface Load {
  /** Order events a send; there are up to 20 sends a second. */
  readonly messagesASend: number;
  /** Callers that post orders. */
  readonly posters: number;
  /** Orders a send that a whole life is played out of. */
  readonly livesASend: number;
}

/** Topics, groups, a database, programs and customers of one kind of fault's own. */
export class Stage {
  readonly findings = new Findings();
  readonly http: HttpShop;
  readonly kafka: KafkaShop;
  readonly readers: OrderReaders;
  /** What all faults so far came to. */
  soFar: Account = NOTHING_YET;
  private readonly sender: KafkaSender;
  private readonly caller: HttpCaller;
  private readonly lives: LifeShop;
  private readonly clerk: StockClerk;
  private readonly watch: OffsetWatch;
  private looking: Promise<void> = Promise.resolve();
  private open = false;
  private canaries = 0;
  /** Of this round, and not before. */
  private needed = { orders: 0, lives: 0 };

  private constructor(
    readonly services: Services,
    readonly database: string,
    readonly replicas: readonly Replica[],
    readonly dice: Dice,
    private readonly id: string,
    private readonly settings: Readonly<Record<string, string>>,
    private readonly admin: Admin,
    private readonly topics: StageTopics,
    private readonly ordersAlone: boolean,
  ) {
    const { kafka, postgres } = services;
    const { orders, groupId } = topics;
    this.sender = new KafkaSender(kafka.client);
    const caller = (this.caller = new HttpCaller(replicas, dice, this.findings));
    this.http = new HttpShop(id, caller, dice, this.findings);
    this.kafka = new KafkaShop(id, this.sender, orders.topic, dice);
    this.lives = new LifeShop(id, this.sender, topics.names(), caller, this.http, dice);
    this.clerk = new StockClerk(id, caller, dice);
    const someOrder = (): string | undefined => dice.pick([this.http, this.kafka, this.lives]).someOrder();
    this.readers = new OrderReaders(replicas, someOrder, this.findings);
    this.watch = new OffsetWatch({ admin, groupId, database }, orders, postgres, this.findings);
  }

  static async open(services: Services, dice: Dice, options: StageOptions = {}): Promise<Stage> {
    const { replicas: running = 1, spare = 0, redis = false, env = {}, root, ordersAlone = false } = options;
    const id = randomUUID().slice(0, 6);
    const admin = services.kafka.client.admin();
    await admin.connect();
    const topics = new StageTopics(services.kafka.client, admin, id, ordersAlone);
    await topics.create();
    const database = await services.postgres.createDatabase();
    const settings = {
      ...services.postgres.settings(database),
      KAFKA_BROKERS: services.kafka.brokers,
      ...topics.settings(),
      ...(redis ? { REDIS_URL: services.redis.url } : {}),
      ...(ordersAlone ? {} : SHOP),
      ...env,
    };
    const replicas: Replica[] = [];
    while (replicas.length < running + spare) {
      replicas.push(await Replica.of(`replica ${replicas.length + 1}`, settings));
    }
    for (const replica of replicas) replica.become(root);
    const stage = new Stage(services, database, replicas, dice, id, settings, admin, topics, ordersAlone);
    await Promise.all(replicas.slice(0, running).map((replica) => replica.start()));
    await services.postgres.query(database, REFUSE_THE_UNLOVED);
    if (!ordersAlone) await stage.clerk.countAll();
    return stage;
  }

  startLoad({ messagesASend, posters, livesASend }: Load): void {
    this.open = true;
    const { orders, lives } = this.begun;
    this.needed = { orders: orders + ORDERS_A_ROUND, lives: lives + LIVES_A_ROUND };
    this.http.start(posters);
    this.kafka.start(messagesASend);
    if (!this.ordersAlone) {
      this.lives.start(livesASend);
      this.clerk.start();
    }
    this.readers.start();
    this.looking = this.lookAllTheTime();
  }

  /** Resolves when as much has come in since the load was started as a round is to be judged by. */
  async hasTakenEnough(): Promise<void> {
    await this.within('does not take in what a round needs', () => {
      const { orders, lives } = this.begun;
      return Promise.resolve(
        orders >= this.needed.orders && (this.ordersAlone || lives >= this.needed.lives),
      );
    });
  }

  /** Ends the load, waits until all is done that was begun, and compares everything. @returns what came since the last time */
  async account(): Promise<Account> {
    await this.endLoad();
    await this.within('is not done with all that came in', () => this.isDrained());
    this.open = false;
    await Promise.all([this.readers.finish(), this.looking]);
    await this.lookAtOffsets();
    const { orders, status, payments, deliveryEvents } = this.topics;
    const { postgres } = this.services;
    const [verifyComplains] = await Promise.all([this.verify(), this.topics.readOn()]);
    const sources: Sources = {
      topic: orders.topic,
      records: orders.records,
      accepted: this.http.accepted,
      promised: this.http.promised,
      refused: this.http.refused,
    };
    const expected = expectedOf(sources, this.findings);
    const deadLetters = new Map([
      ...expected.deadLetters,
      ...[payments, deliveryEvents].flatMap(({ topic, records }) => poisonOf(topic, records)),
    ]);
    const kept: Kept = {
      ...(await keptOrders(postgres, this.database)),
      deadLetters: await keptDeadLetters(postgres, this.database),
      statusEvents: status.records,
      deadLetterCopies: this.topics.deadLetterCopies(),
    };
    judge(sources, { ...expected, deadLetters }, kept, this.findings);
    const happened: LifeSources = {
      payments: eventsOf(payments.records, this.lives.payments),
      parcelNews: eventsOf(deliveryEvents.records, this.lives.parcelNews),
      cancelled: this.lives.cancelled,
      counted: this.clerk.counted,
    };
    const life = this.ordersAlone
      ? undefined
      : {
          ...(await keptLife(postgres, this.database)),
          announced: this.topics.announced(),
          verifyComplains,
        };
    if (life === undefined) judgeStates(happened, expected.orders, kept, false, this.findings);
    else judgeLife(happened, expected.orders, kept, life, this.findings);
    const now: Account = {
      ordersIn: [...expected.orders.values()].reduce((sum, revisions) => sum + revisions.length, 0),
      stored: [...kept.orders.values()].reduce((sum, order) => sum + contentsOf(order), 0),
      deadLetters: kept.deadLetters.length,
      reads: this.readers.reads,
      paymentEventsIn: happened.payments.size,
      paymentEvents: life?.ledger.length ?? 0,
      carrierEventsIn: happened.parcelNews.size,
      carrierEvents: life?.timeline.length ?? 0,
      announcements: life?.numbers.reduce((sum, { number }) => sum + number, 0) ?? 0,
    };
    const before = this.soFar;
    this.soFar = now;
    return differenceOf(now, before);
  }

  /** As seen by orders that come now over every way: seconds until all are stored and told of, and all are ready. */
  async secondsUntilNormal(): Promise<number> {
    const startedAt = performance.now();
    const prefix = `${this.id}-canary-${++this.canaries}`;
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
    this.giveUp();
    await Promise.all(this.replicas.map((replica) => replica.kill()));
    await Promise.all([this.endLoad(), this.readers.finish(), this.looking]);
    await this.sender.disconnect();
    await this.admin.disconnect();
  }

  /**
   * Polls until it is so; else that is a finding, with the last lines that the programs wrote.
   *
   * @returns whether it came to be so
   */
  async within(trouble: string, isSo: () => Promise<boolean>): Promise<boolean> {
    let cameToBeSo = false;
    const check = async (): Promise<void> => {
      if (this.replicas.some(({ hasEndedByItself }) => hasEndedByItself)) return;
      cameToBeSo = await isSo();
      if (!cameToBeSo) throw new Error(trouble);
    };
    const timeoutMs = this.findings.count('did not recover') > 0 ? AFTER_THAT_MS : RECOVERY_MS;
    await eventually(check, { timeoutMs }).catch(() => undefined);
    if (cameToBeSo) return true;
    const said = this.replicas.map((replica) => {
      const end = replica.hasEndedByItself ? ' (it has ended by itself)' : '';
      return `${replica.name}${end}: ${replica.output().slice(-600)}`;
    });
    this.findings.add('did not recover', `${trouble}\n${said.join('\n')}`);
    return false;
  }

  private get begun(): { orders: number; lives: number } {
    return { orders: this.http.taken + this.kafka.begun, lives: this.lives.count };
  }

  private async allReady(): Promise<boolean> {
    const running = this.replicas.filter((replica) => replica.takesRequests);
    const ready = await Promise.all(running.map((replica) => replica.isReady()));
    return running.length > 0 && ready.every(Boolean);
  }

  /**
   * Whether nothing moves any more. What one consumer has taken in may come back to another by the outbox, so all is looked
   * at between two looks at the outbox and at the ends of the topics.
   */
  private async isDrained(): Promise<boolean> {
    if ((await this.waitingInOutbox()) > 0) return false;
    const ends = await this.topics.ends();
    if (!(await this.topics.areConsumed(ends)) || (await this.waitingInOutbox()) > 0) return false;
    return isDeepStrictEqual(await this.topics.ends(), ends) && !(await this.isUnsettled());
  }

  private async isUnsettled(): Promise<boolean> {
    if (this.ordersAlone) return false;
    const [row] = await this.services.postgres.query<{ unsettled: boolean }>(this.database, UNSETTLED);
    return row!.unsettled;
  }

  /** @returns what `waybill inventory verify` complains of; undefined where all adds up */
  private async verify(): Promise<string | undefined> {
    if (this.ordersAlone) return undefined;
    const { NODE_OPTIONS: _sabotage, ...env } = this.settings;
    const { code, stdout, stderr } = await runWaybill({ command: ['inventory', 'verify'], env });
    return code === 0
      ? undefined
      : `verify ends with ${code}: ${stdout.slice(0, 500)}${stderr.slice(0, 500)}`;
  }

  private async waitingInOutbox(): Promise<number> {
    const [row] = await this.services.postgres.query<{ waiting: number }>(
      this.database,
      'SELECT count(*)::int AS waiting FROM outbox',
    );
    return row!.waiting;
  }

  /** Resolves when all that was begun is sent, and accepted. */
  private async endLoad(): Promise<void> {
    const finished = Promise.all([this.http, this.kafka, this.lives, this.clerk].map((one) => one.finish()));
    const isAccepted = (): Promise<boolean> => finished.then(() => true);
    if (await this.within('does not take in what was begun', isAccepted)) return;
    this.giveUp();
    await finished;
  }

  private giveUp(): void {
    this.caller.close();
    this.sender.close();
  }

  private async lookAllTheTime(): Promise<void> {
    while (this.open) {
      await this.lookAtOffsets();
      await pause(LOOK_EVERY_MS);
    }
  }
}
