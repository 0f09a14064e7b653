import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { startKafkaBroker } from '../scripts/kafka-broker.js';
import { KAFKA_VERSION } from '../scripts/kafka/kafka-distribution.js';
import { loadEnvironment } from '../src/platform/config/load-environment.js';
import { configuredConnection } from '../src/platform/database/database-connection.js';
import type { ConnectionSettings } from '../src/platform/database/connection-settings.js';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres/embedded-postgres.js';
import type { Progress } from '../src/platform/progress.js';
import { createFilledDatabase, type FilledDatabase } from './filled-database.js';
import { canMakeCertificates, makeCertificate, type OwnCertificate } from './own-certificate.js';
import { startRedisServer } from './redis-server.js';
import { SecuredKafka } from './secured-kafka.js';

export interface KafkaService {
  /** As KAFKA_BROKERS takes it. */
  readonly brokers: string;
  readonly client: Kafka;
  /** Version for people; a broker that was not started here does not tell its own. */
  readonly version: string;
  /** Of the broker or a process that it descends from; undefined for one that was not started here. */
  readonly pid?: number;
  /** How the program reaches it by TLS and with an account; undefined where that cannot be. */
  readonly secured?: Readonly<Record<string, string>>;
}

export interface PostgresService {
  /** A server and an account that may create databases. */
  readonly connection: ConnectionSettings;
  /** Undefined for one that was not started here. */
  readonly dataDirectory?: string;
}

export interface RedisService {
  /** As REDIS_URL takes it. */
  readonly url: string;
  /** Of a process that the server descends from; undefined for one that was not started here. */
  readonly pid?: number;
}

/**
 * The real services that the program and what it is compared with both run on: those that the settings name
 * (KAFKA_BROKERS; DATABASE_URL or DB_HOST; REDIS_URL), or ones of this run's own, with the settings that the program gives its
 * embedded PostgreSQL and nothing left over from before. Each is started when it is first asked for.
 */
export class Services {
  private readonly environment = loadEnvironment();
  private readonly stops: (() => Promise<void>)[] = [];
  private startedKafka: Promise<KafkaService> | undefined;
  private startedPostgres: Promise<PostgresService> | undefined;
  private startedRedis: Promise<RedisService> | undefined;
  private startedSecuredRedis: Promise<RedisService> | undefined;
  private madeCertificate: Promise<OwnCertificate> | undefined;
  private readonly filled = new Map<number, Promise<FilledDatabase>>();

  constructor(private readonly progress: Progress) {}

  kafka(): Promise<KafkaService> {
    return (this.startedKafka ??= this.startKafka());
  }

  /** Undefined as long as nobody has asked for Kafka. */
  async kafkaVersion(): Promise<string | undefined> {
    return (await this.startedKafka)?.version;
  }

  postgres(): Promise<PostgresService> {
    return (this.startedPostgres ??= this.startPostgres());
  }

  redis(): Promise<RedisService> {
    return (this.startedRedis ??= this.startRedis());
  }

  /** One of this run's own, whatever the settings name: it takes connections by TLS alone. */
  securedRedis(certificate: OwnCertificate): Promise<RedisService> {
    return (this.startedSecuredRedis ??= this.startOwnRedis(certificate));
  }

  /** What services of this run's own show; undefined where none can be made. */
  async certificate(): Promise<OwnCertificate | undefined> {
    return canMakeCertificates() ? (this.madeCertificate ??= this.makeOwnCertificate()) : undefined;
  }

  /**
   * A database with the given number of orders, to be copied and never written to. Filled when it is first asked for,
   * and there until the end of the run, since that takes minutes and more than one benchmark may want the same.
   */
  filledDatabase(orders: number): Promise<FilledDatabase> {
    const filled = this.filled.get(orders) ?? this.fillDatabase(orders);
    this.filled.set(orders, filled);
    return filled;
  }

  /** Stops what was started here. */
  async stop(): Promise<void> {
    for (const stop of this.stops.splice(0).reverse()) await stop();
  }

  private async startKafka(): Promise<KafkaService> {
    const configured = this.environment.KAFKA_BROKERS;
    if (configured !== undefined) {
      return { brokers: configured.join(), client: clientOf(configured), version: 'as configured' };
    }
    const certificate = await this.certificate();
    const secured = certificate && (await SecuredKafka.prepare(certificate));
    const broker = await startKafkaBroker({
      ...secured?.brokerOptions,
      log: (line) => this.progress.say(line),
    });
    this.stops.push(() => broker.stop());
    const { brokers, shellPid } = broker;
    return {
      brokers,
      client: clientOf([brokers]),
      version: KAFKA_VERSION,
      pid: shellPid,
      secured: secured?.settings(broker),
    };
  }

  private async startPostgres(): Promise<PostgresService> {
    const configured = configuredConnection(this.environment);
    if (configured !== undefined) return { connection: configured };
    const dataDir = await mkdtemp(join(tmpdir(), 'waybill-bench-'));
    this.stops.push(() => rm(dataDir, { recursive: true, force: true }));
    const server = await startEmbeddedPostgres({ dataDir, log: () => undefined });
    this.stops.push(() => server.stop());
    return { connection: server.connection, dataDirectory: server.dataDirectory };
  }

  private async startRedis(): Promise<RedisService> {
    const configured = this.environment.REDIS_URL;
    if (configured !== undefined) return { url: configured };
    return this.startOwnRedis();
  }

  private async startOwnRedis(certificate?: OwnCertificate): Promise<RedisService> {
    const { url, shellPid, stop } = await startRedisServer(certificate);
    this.stops.push(stop);
    return { url, pid: shellPid };
  }

  private async makeOwnCertificate(): Promise<OwnCertificate> {
    const directory = await mkdtemp(join(tmpdir(), 'waybill-bench-tls-'));
    this.stops.push(() => rm(directory, { recursive: true, force: true }));
    return makeCertificate(directory);
  }

  private async fillDatabase(orders: number): Promise<FilledDatabase> {
    const { connection } = await this.postgres();
    const filled = await createFilledDatabase(connection, orders, this.progress);
    this.stops.push(() => filled.drop());
    return filled;
  }
}

function clientOf(brokers: string[]): Kafka {
  return new Kafka({ clientId: 'waybill-bench', brokers, logLevel: logLevel.NOTHING });
}
