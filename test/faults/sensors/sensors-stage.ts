import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Admin, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { memoryHeldBy } from '../../../bench/process-figures.js';
import { plainClient, type RedisServerFixture } from '../../support/redis-server.js';
import { SupervisedProgram } from '../contexts/supervised-program.js';
import type { Dice } from '../dice.js';
import type { FaultyPostgres } from '../faulty-postgres.js';
import type { Findings } from '../findings.js';
import { LatestReaders } from './latest-readers.js';
import type { SentReadings } from './sent-readings.js';
import type { KeptReadings, StoredRow, ToldLatest } from './sensors-verdict.js';

const MESSAGES_A_SEND = 1_000;
const BETWEEN_SENDS_MS = 20;
const BETWEEN_LOOKS_MS = 100;
const AT_WORK_TIMEOUT_MS = 60_000;
const REQUESTS_AT_ONCE = 16;
const SENSORS_READ = 8;

const ROWS = `
  SELECT id::float8 AS id, "offset"::float8 AS place, sensor_id, value, ts::float8 AS timestamp
  FROM sensors.sensor_data`;

export interface SensorsServices {
  readonly postgres: FaultyPostgres;
  readonly brokers: string;
  readonly redis: RedisServerFixture;
}

export interface SensorsStageOptions {
  readonly services: SensorsServices;
  readonly sent: SentReadings;
  readonly findings: Findings;
  readonly dice: Dice;
  /** More settings of the program. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A topic of one partition, and the program for sensors alone in a process of its own, which is started when it is told to. */
export class SensorsStage {
  readonly dice: Dice;
  private supervised: SupervisedProgram | undefined;
  private readers: LatestReaders | undefined;
  private memoryLook: NodeJS.Timeout | undefined;
  /** The most that any process of the program was. */
  peakBytes = 0;

  private constructor(
    private readonly options: SensorsStageOptions,
    private readonly database: string,
    private readonly topic: string,
    private readonly admin: Admin,
    private readonly producer: Producer,
  ) {
    this.dice = options.dice;
  }

  static async open(options: SensorsStageOptions): Promise<SensorsStage> {
    const { postgres, brokers, redis } = options.services;
    const database = await postgres.createDatabase();
    const topic = `sensor-data-${randomUUID().slice(0, 8)}`;
    const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await Promise.all([admin.connect(), producer.connect()]);
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
    // What another stage has left there would be newer.
    await redis.kill();
    await redis.start();
    return new SensorsStage(options, database, topic, admin, producer);
  }

  get services(): SensorsServices {
    return this.options.services;
  }

  get program(): SupervisedProgram {
    if (this.supervised === undefined) throw new Error('the program was not started');
    return this.supervised;
  }

  get reads(): number {
    return this.readers?.reads ?? 0;
  }

  /** Resolves when it is ready; from then on readers ask it all the time. */
  async startProgram(): Promise<void> {
    const { services, sent, findings, env = {} } = this.options;
    this.supervised = await SupervisedProgram.start(undefined, {
      CONTEXTS: 'sensors',
      SENSORS_TOPIC: this.topic,
      KAFKA_BROKERS: services.brokers,
      KAFKA_GROUP_ID: this.topic,
      KAFKA_PARTITIONS: '1',
      KAFKA_DEAD_LETTER_TOPIC: `${this.topic}.dead-letter`,
      REDIS_URL: services.redis.url,
      ...services.postgres.settings(this.database),
      ...env,
    });
    this.memoryLook = setInterval(() => this.lookAtMemory(), BETWEEN_LOOKS_MS);
    const { lastingSensors } = sent;
    this.readers = new LatestReaders({
      url: this.supervised.url,
      // Some that are plain, and some that are not.
      sensorIds: [...lastingSensors.slice(0, SENSORS_READ / 2), ...lastingSensors.slice(-SENSORS_READ / 2)],
      sent,
      isStored: async (place) => {
        const rows = await this.query('SELECT FROM sensors.sensor_data WHERE topic = $1 AND "offset" = $2', [
          this.topic,
          place,
        ]);
        return rows.length > 0;
      },
      findings,
    });
  }

  /** Resolves when all are in the topic. @param lastsMs over which they are spread; 0: as fast as can be */
  async send(count: number, lastsMs = 0): Promise<void> {
    const startedAt = performance.now();
    for (let sent = 0; sent < count;) {
      const share = lastsMs === 0 ? 1 : (performance.now() - startedAt) / lastsMs;
      const due = Math.min(count, Math.ceil(count * share)) - sent;
      const messages = this.options.sent.next(Math.min(due, MESSAGES_A_SEND));
      if (messages.length > 0) {
        await this.producer.send({ topic: this.topic, acks: -1, messages });
      }
      sent += messages.length;
      if (due < MESSAGES_A_SEND && sent < count) await pause(BETWEEN_SENDS_MS);
    }
  }

  /** SIGKILL; resolves when the next process listens. */
  async kill(): Promise<void> {
    const { program } = this;
    const before = program.deaths.length;
    while (program.deaths.length === before) {
      await program.kill();
      await pause(BETWEEN_SENDS_MS);
    }
    while (program.deaths[before]!.listensAgainAtMs === undefined) await pause(BETWEEN_SENDS_MS);
  }

  /** Something is stored, so the consumer is at work. @throws Error when it was not in time */
  async untilAtWork(): Promise<void> {
    if (!(await this.untilTrue(AT_WORK_TIMEOUT_MS, async () => (await this.lastPlace()) >= 0))) {
      throw new Error(`nothing is stored:\n${this.program.output().slice(-2_000)}`);
    }
  }

  /** The last event is stored, and by that all before it in its partition. @returns false when it was not in time */
  untilStored(timeoutMs: number): Promise<boolean> {
    const last = this.options.sent.all.length - 1;
    return this.untilTrue(timeoutMs, async () => (await this.lastPlace()) === last);
  }

  async untilTrue(timeoutMs: number, check: () => Promise<boolean>): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (performance.now() < deadline) {
      if (await check().catch(() => false)) return true;
      await pause(BETWEEN_LOOKS_MS);
    }
    return false;
  }

  /** Events in the topic; as many as were sent, or the suite itself has sent some twice. */
  async inTopic(): Promise<number> {
    const [partition] = await this.admin.fetchTopicOffsets(this.topic);
    return Number(partition!.high);
  }

  async deadLetters(): Promise<number> {
    const [row] = await this.query<{ count: number }>('SELECT count(*)::int AS count FROM dead_letters');
    return row!.count;
  }

  async finishReading(): Promise<void> {
    await this.readers?.finish();
  }

  async kept(): Promise<KeptReadings> {
    return {
      rows: await this.query<StoredRow>(ROWS),
      latest: { 'the API': await this.latestOfApi(), Redis: await this.latestInRedis() },
    };
  }

  async close(): Promise<void> {
    clearInterval(this.memoryLook);
    await this.readers?.finish();
    await this.supervised?.stop();
    await this.admin.deleteTopics({ topics: [this.topic] }).catch(() => undefined);
    await Promise.all([this.admin.disconnect(), this.producer.disconnect()]);
  }

  private query<Row extends object>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.services.postgres.query<Row>(this.database, sql, parameters);
  }

  /** The highest place that is stored; -1 for none. */
  private async lastPlace(): Promise<number> {
    const [row] = await this.query<{ place: number | null }>(
      'SELECT max("offset")::float8 AS place FROM sensors.sensor_data WHERE topic = $1 AND partition = 0',
      [this.topic],
    );
    return row?.place ?? -1;
  }

  private async latestOfApi(): Promise<Map<string, ToldLatest>> {
    const { url } = this.program;
    const latest = new Map<string, ToldLatest>();
    const waiting = [...this.options.sent.sensorIds];
    const ask = async (): Promise<void> => {
      for (let sensorId = waiting.pop(); sensorId !== undefined; sensorId = waiting.pop()) {
        const answer = await fetch(`${url}/recent/${encodeURIComponent(sensorId)}`);
        const text = await answer.text();
        const timestamp = Number(answer.headers.get('x-reading-timestamp'));
        if (answer.status === 200) latest.set(sensorId, { value: Number(text), timestamp });
        else if (answer.status !== 404) latest.set(sensorId, { value: NaN, timestamp: answer.status });
      }
    };
    await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, ask));
    return latest;
  }

  private async latestInRedis(): Promise<Map<string, ToldLatest>> {
    const { sensorIds } = this.options.sent;
    const client = plainClient(this.services.redis.url);
    await client.connect();
    try {
      const values = await client.mGet(sensorIds.map((sensorId) => `sensor:${sensorId}`));
      const times = await client.mGet(sensorIds.map((sensorId) => `sensor-at:${sensorId}`));
      return new Map(
        sensorIds.flatMap((sensorId, index) => {
          const [value, at] = [values[index] ?? null, times[index] ?? null];
          if (value === null) return [];
          return [[sensorId, { value: Number(value), timestamp: Number.parseInt(at ?? '', 10) }]];
        }),
      );
    } finally {
      client.destroy();
    }
  }

  private lookAtMemory(): void {
    const { pid } = this.program;
    if (pid === undefined) return;
    try {
      this.peakBytes = Math.max(this.peakBytes, memoryHeldBy(pid)?.peakBytes ?? 0);
    } catch {
      // It has been killed just now.
    }
  }
}
