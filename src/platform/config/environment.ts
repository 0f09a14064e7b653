import { IsOptional } from 'class-validator';
import { REDIS_ADDRESS } from './redis-url.js';
import {
  BrokerList,
  Directory,
  FilePath,
  HostName,
  HostPatterns,
  KafkaName,
  NamesOfContexts,
  NonEmptyText,
  OneOf,
  Origins,
  SomeOf,
  TrustedProxies,
  UrlOf,
  WholeNumber,
} from './setting-kinds.js';
import { HOST_OF_ADDRESS, PORT_OF_ADDRESS } from './server-address.js';
import { settingGroup } from './setting-group.js';
import { SSL_MODES, type SslMode } from './database-url.js';

export const ROLES = ['api', 'consumer', 'relay', 'worker', 'producer'] as const;
export type Role = (typeof ROLES)[number];

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const ON_OFF = ['on', 'off'] as const;
export type OnOff = (typeof ON_OFF)[number];

export const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const;
export type SaslMechanism = (typeof SASL_MECHANISMS)[number];

export const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

const DAY_SECONDS = 86_400;
const MIB = 1_048_576;

/**
 * The settings of the program itself; a context may have more. Each is here by its name in the environment, with its
 * default and what it may hold.
 * A setting without a default is `undefined` when the environment does not name it.
 */
export class Environment {
  @IsOptional() @FilePath() CONFIG_FILE?: string = undefined;
  @WholeNumber(0, 65_535) SERVER_PORT: number = 8080;
  @HostName() SERVER_HOST: string = '127.0.0.1';
  @WholeNumber(16, 1_000_000) MAX_CONNECTIONS: number = 2_048;
  @WholeNumber(1, 100_000) SSE_MAX_CLIENTS: number = 1_000;
  @IsOptional() @HostPatterns() ALLOWED_HOSTS?: string[] = undefined;
  @IsOptional() @Origins() TRUSTED_ORIGINS?: string[] = undefined;
  @IsOptional() @FilePath() SERVER_TLS_CERT?: string = undefined;
  @IsOptional() @FilePath() SERVER_TLS_KEY?: string = undefined;
  @TrustedProxies() TRUST_PROXY: string = 'off';
  @Directory() STATIC_DIR: string = './web';
  @SomeOf(ROLES) ROLES: Role[] = ['api', 'consumer', 'relay', 'worker'];
  @NamesOfContexts() CONTEXTS: string[] = ['orders', 'payments', 'tracking', 'inventory'];
  @OneOf(LOG_LEVELS) LOG_LEVEL: (typeof LOG_LEVELS)[number] = 'info';

  @WholeNumber(0, 3_600) WATCHDOG_SECONDS: number = 15;

  @NonEmptyText() DATA_DIR: string = './.data';
  @IsOptional() @UrlOf('postgres:', 'postgresql:') DATABASE_URL?: string = undefined;
  @IsOptional() @HostName() DB_HOST?: string = undefined;
  @WholeNumber(1, 65_535) DB_PORT: number = 5432;
  @NonEmptyText() DB_USER: string = 'waybill';
  DB_PASSWORD: string = '';
  @NonEmptyText() DB_NAME: string = 'waybill';
  @IsOptional() @OneOf(SSL_MODES) DB_SSL_MODE?: SslMode = undefined;
  @IsOptional() @FilePath() DB_SSL_ROOTCERT?: string = undefined;
  @IsOptional() @FilePath() DB_SSL_CERT?: string = undefined;
  @IsOptional() @FilePath() DB_SSL_KEY?: string = undefined;
  @WholeNumber(4, 1_000) DB_POOL_SIZE: number = 12;

  @IsOptional() @BrokerList() KAFKA_BROKERS?: string[] = undefined;
  @OneOf(ON_OFF) KAFKA_SSL: OnOff = 'off';
  @IsOptional() @FilePath() KAFKA_SSL_CA?: string = undefined;
  @IsOptional() @FilePath() KAFKA_SSL_CERT?: string = undefined;
  @IsOptional() @FilePath() KAFKA_SSL_KEY?: string = undefined;
  @IsOptional() @OneOf(SASL_MECHANISMS) KAFKA_SASL_MECHANISM?: SaslMechanism = undefined;
  @IsOptional() @NonEmptyText() KAFKA_SASL_USERNAME?: string = undefined;
  KAFKA_SASL_PASSWORD: string = '';
  @IsOptional() @UrlOf('https:', 'http:') KAFKA_SASL_OAUTH_ENDPOINT?: string = undefined;
  @IsOptional() @FilePath() KAFKA_SASL_OAUTH_CA?: string = undefined;
  @IsOptional() @NonEmptyText() KAFKA_SASL_OAUTH_CLIENT_ID?: string = undefined;
  KAFKA_SASL_OAUTH_CLIENT_SECRET: string = '';
  @IsOptional() @NonEmptyText() KAFKA_SASL_OAUTH_SCOPE?: string = undefined;
  @IsOptional() @NonEmptyText() KAFKA_SASL_OAUTH_COMMAND?: string = undefined;
  @KafkaName() KAFKA_GROUP_ID: string = 'orders_group';
  @KafkaName() KAFKA_CLIENT_ID: string = 'waybill';
  @WholeNumber(1, 10_000) KAFKA_PARTITIONS: number = 4;
  @WholeNumber(1, 32_767) KAFKA_REPLICATION_FACTOR: number = 1;
  @OneOf(COMPRESSIONS) KAFKA_COMPRESSION: Compression = 'none';
  @WholeNumber(1, 10_000) CONSUMER_BATCH_MAX_EVENTS: number = 1_000;
  @WholeNumber(MIB, 4_096 * MIB) CONSUMER_BATCH_MAX_BYTES: number = 256 * MIB;
  @WholeNumber(1, 100) CONSUMER_MAX_ATTEMPTS: number = 5;
  @WholeNumber(MIB, Number.MAX_SAFE_INTEGER) DEAD_LETTERS_MAX_BYTES: number = 1_024 * MIB;
  @WholeNumber(1, 10_000) RELAY_BATCH_MAX_MESSAGES: number = 4_000;

  @IsOptional() @UrlOf('redis:', 'rediss:') REDIS_URL?: string = undefined;
  @IsOptional() @NonEmptyText() REDIS_USERNAME?: string = undefined;
  REDIS_PASSWORD: string = '';
  @IsOptional() @FilePath() REDIS_SSL_CA?: string = undefined;
  @IsOptional() @FilePath() REDIS_SSL_CERT?: string = undefined;
  @IsOptional() @FilePath() REDIS_SSL_KEY?: string = undefined;
  @WholeNumber(MIB, Number.MAX_SAFE_INTEGER) CACHE_MAX_BYTES: number = 256 * MIB;
  @WholeNumber(0, 365 * DAY_SECONDS) CACHE_TTL_SECONDS: number = 3_600;
  @WholeNumber(1, DAY_SECONDS) CACHE_ABSENT_TTL_SECONDS: number = 5;

  @WholeNumber(1, 1_000_000_000) IDEMPOTENCY_KEYS_MAX: number = 1_000_000;
}

export type SettingName = keyof Environment;

const SETTING_DESCRIPTIONS: Record<SettingName, string> = {
  CONFIG_FILE: 'YAML file with settings, which the environment wins over; `--config FILE` wins over it',
  SERVER_PORT: 'Port of the page and the API; 0 takes a free one',
  SERVER_HOST: 'Address to listen on; the container sets 0.0.0.0',
  MAX_CONNECTIONS: 'Connections of clients at most; the limit of open files may allow fewer',
  SSE_MAX_CLIENTS: 'Clients that may watch one event stream, such as /api/events, at the same time',
  ALLOWED_HOSTS:
    'Names that requests may be for (`Host`), besides addresses, localhost and the name of the machine; others get 421',
  TRUSTED_ORIGINS: 'Origins of other pages that may change something here; those of others get 403',
  SERVER_TLS_CERT:
    'Certificate, with those between it and its CA behind it (PEM file), to serve the page and the API by HTTPS alone; read anew when it changes',
  SERVER_TLS_KEY: 'Its key (PEM file, without a passphrase)',
  TRUST_PROXY: 'Proxies whose X-Forwarded-For, -Proto and -Host are believed',
  STATIC_DIR: 'Folder of the web page',
  CONTEXTS: 'What this deployment is for: contexts, such as orders; all stands for every one that there is',
  ROLES:
    'What this process does: serve the API, consume events, relay the outbox, store and repair cache entries (worker), make events up (producer)',
  LOG_LEVEL: 'Least severe log line that is written',
  WATCHDOG_SECONDS: 'Seconds that the event loop may stand still before the process ends itself; 0: for ever',
  DATA_DIR: 'Home of the embedded PostgreSQL',
  DATABASE_URL: 'PostgreSQL to use, as one URL; without it and DB_HOST one is embedded',
  DB_HOST: 'PostgreSQL to use, in parts (not together with DATABASE_URL)',
  DB_PORT: 'Its port',
  DB_USER: 'Its user',
  DB_PASSWORD: "Its user's password",
  DB_NAME: 'Its database',
  DB_SSL_MODE:
    "How its connections are encrypted, as libpq's sslmode; where nothing says it prefer, or require with a root certificate",
  DB_SSL_ROOTCERT: 'Certificate of the CA that its certificate has to be of (PEM file)',
  DB_SSL_CERT: 'Certificate that we show to it (PEM file)',
  DB_SSL_KEY: 'Its key (PEM file, without a passphrase)',
  DB_POOL_SIZE: 'Connections to PostgreSQL that this process may hold',
  KAFKA_BROKERS: 'Kafka to use; without it events stay in this process (loopback)',
  KAFKA_SSL: 'Whether connections to the brokers are encrypted; their names and their CA are checked',
  KAFKA_SSL_CA:
    'Certificate of the CA that theirs have to be of (PEM file); without it one that this system trusts',
  KAFKA_SSL_CERT: 'Certificate that we show to them (PEM file)',
  KAFKA_SSL_KEY: 'Its key (PEM file, without a passphrase)',
  KAFKA_SASL_MECHANISM: 'How we log in to them; without it we do not',
  KAFKA_SASL_USERNAME: 'Account there, for PLAIN and SCRAM',
  KAFKA_SASL_PASSWORD: "The account's password",
  KAFKA_SASL_OAUTH_ENDPOINT: 'Where a token for OAUTHBEARER is fetched, by the client credentials below',
  KAFKA_SASL_OAUTH_CA: 'Certificate of the CA that the certificate there has to be of (PEM file)',
  KAFKA_SASL_OAUTH_CLIENT_ID: 'Client that we are there',
  KAFKA_SASL_OAUTH_CLIENT_SECRET: "The client's secret",
  KAFKA_SASL_OAUTH_SCOPE: 'Scope that is asked for there',
  KAFKA_SASL_OAUTH_COMMAND:
    'Command for /bin/sh that prints a token for OAUTHBEARER, in place of KAFKA_SASL_OAUTH_ENDPOINT',
  KAFKA_GROUP_ID: 'Consumer group that shares the work',
  KAFKA_CLIENT_ID: 'Name shown to the brokers',
  KAFKA_PARTITIONS: 'Partitions of a topic that has to be created',
  KAFKA_REPLICATION_FACTOR: 'Replicas of a topic that has to be created',
  KAFKA_COMPRESSION: 'How what is sent to Kafka is compressed',
  CONSUMER_BATCH_MAX_EVENTS: 'Events written in one transaction at most',
  CONSUMER_BATCH_MAX_BYTES:
    'Bytes that a compressed batch may inflate to; a partition waits at one that is larger',
  CONSUMER_MAX_ATTEMPTS: 'Tries of an event that fails for no known reason before it is a dead letter',
  DEAD_LETTERS_MAX_BYTES:
    'Bytes of dead letters that are kept at most; beyond them, refused events wait in their topic',
  RELAY_BATCH_MAX_MESSAGES: 'Outbox rows published at a time at most',
  REDIS_URL: 'Redis to use as the second cache tier; without it there is none',
  REDIS_USERNAME: 'ACL user there, where REDIS_URL names none',
  REDIS_PASSWORD: "The user's password, where REDIS_URL has none",
  REDIS_SSL_CA:
    'Certificate of the CA that the certificate there has to be of (PEM file); for rediss:// alone, as the next two',
  REDIS_SSL_CERT: 'Certificate that we show to it (PEM file)',
  REDIS_SSL_KEY: 'Its key (PEM file, without a passphrase)',
  CACHE_MAX_BYTES: 'Bytes that all caches together hold in memory at most',
  CACHE_TTL_SECONDS: 'Seconds that a cached answer is held in memory and in Redis; 0: for good',
  CACHE_ABSENT_TTL_SECONDS: 'Seconds that an absent id is remembered',
  IDEMPOTENCY_KEYS_MAX: 'Idempotency-Keys kept at most, each for a day; beyond it new ones get a 503',
};

export const PROGRAM_SETTINGS = settingGroup(Environment, {
  descriptions: SETTING_DESCRIPTIONS,
  secrets: [
    'DATABASE_URL',
    'DB_PASSWORD',
    'KAFKA_SASL_PASSWORD',
    'KAFKA_SASL_OAUTH_CLIENT_SECRET',
    'REDIS_URL',
    'REDIS_PASSWORD',
  ],
  // An account that is given out for a while has another name each time.
  inFiles: ['DB_USER', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_OAUTH_CLIENT_ID', 'REDIS_USERNAME'],
  hidden: ['KAFKA_SASL_OAUTH_COMMAND'],
  lists: ['KAFKA_BROKERS', 'ALLOWED_HOSTS', 'TRUSTED_ORIGINS'],
  verbatim: ['DB_PASSWORD', 'KAFKA_SASL_PASSWORD', 'KAFKA_SASL_OAUTH_CLIENT_SECRET', 'REDIS_PASSWORD'],
  aliases: {
    PG_MAX_CONNS: { of: 'DB_POOL_SIZE' },
    DB_SSL_CA: { of: 'DB_SSL_ROOTCERT' },
    REDIS_ADDR: { of: 'REDIS_URL', form: REDIS_ADDRESS },
    APP_WEBSERVICE__ADDRESS: [
      { of: 'SERVER_HOST', form: HOST_OF_ADDRESS },
      { of: 'SERVER_PORT', form: PORT_OF_ADDRESS },
    ],
    APP_KAFKA__BROKERS: { of: 'KAFKA_BROKERS' },
  },
});
