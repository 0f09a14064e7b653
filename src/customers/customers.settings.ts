import { IsOptional } from 'class-validator';
import { takeUrlApart } from '../platform/config/connection-url.js';
import { type ProgramSettings, settingGroup } from '../platform/config/setting-group.js';
import { KafkaName, OneOf, PathPrefix, UrlOf, WholeNumber } from '../platform/config/setting-kinds.js';

const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 365 * DAY_SECONDS;
const MIB = 1_048_576;
const ROLES_WITHOUT_KAFKA = ['api', 'consumer', 'relay'];

export class CustomersSettings {
  @KafkaName() CUSTOMERS_TOPIC: string = 'users';
  @PathPrefix() CUSTOMERS_PREFIX: string = '/api';
  @IsOptional() @KafkaName() CUSTOMERS_GROUP_ID?: string = undefined;
  @IsOptional() @UrlOf('http:', 'https:') CUSTOMERS_SCHEMA_REGISTRY_URL?: string = undefined;
  @WholeNumber(10, 60_000) CUSTOMERS_REGISTRY_TIMEOUT_MS: number = 3_000;
  @OneOf(['on', 'off']) CUSTOMERS_REGISTER_SCHEMA: 'on' | 'off' = 'off';
  @OneOf(['on', 'off']) CUSTOMERS_WRITES: 'on' | 'off' = 'off';
  @WholeNumber(0, YEAR_SECONDS) CUSTOMERS_CACHE_MAX_AGE_SECONDS: number = 300;
  @WholeNumber(MIB, Number.MAX_SAFE_INTEGER) CUSTOMERS_MAX_BYTES: number = 1_024 * MIB;
  @WholeNumber(0, DAY_SECONDS) CUSTOMERS_SNAPSHOT_SECONDS: number = 300;
}

export const CUSTOMERS_SETTINGS = settingGroup(CustomersSettings, {
  context: 'customers',
  descriptions: {
    CUSTOMERS_TOPIC: 'Topic that holds the customers; each process reads all of it',
    CUSTOMERS_PREFIX: 'What the paths of the API of customers begin with, as in /api/users',
    CUSTOMERS_GROUP_ID:
      'What the names of the consumer groups begin with that read customers, one for each process; without it as for all others',
    CUSTOMERS_SCHEMA_REGISTRY_URL:
      'Schema Registry that the schemas of customers are fetched from, with user:password@ where it wants them',
    CUSTOMERS_REGISTRY_TIMEOUT_MS: 'Milliseconds that the Schema Registry has for an answer',
    CUSTOMERS_REGISTER_SCHEMA:
      'Whether the schema of customers is registered where it is missing (on), or nothing is written to the Schema Registry (off)',
    CUSTOMERS_WRITES: 'Whether customers are written and deleted over HTTP (on), or read alone (off)',
    CUSTOMERS_CACHE_MAX_AGE_SECONDS: 'Seconds that clients may take a customer for current (`max-age`)',
    CUSTOMERS_MAX_BYTES: 'Bytes that all customers may take in memory; with more the process is not ready',
    CUSTOMERS_SNAPSHOT_SECONDS:
      'Seconds from one snapshot of all customers to the next, which the next start goes on from; 0: none is kept',
  },
  secrets: ['CUSTOMERS_SCHEMA_REGISTRY_URL'],
  aliases: {
    APP_WEBSERVICE__PREFIX: { of: 'CUSTOMERS_PREFIX' },
    APP_KAFKA__GROUP_ID: { of: 'CUSTOMERS_GROUP_ID' },
    APP_KAFKA__TOPIC: { of: 'CUSTOMERS_TOPIC' },
    APP_KAFKA__SCHEMA_REGISTRY_URL: { of: 'CUSTOMERS_SCHEMA_REGISTRY_URL' },
    APP_KAFKA__CACHE_MAX_AGE_SECONDS: { of: 'CUSTOMERS_CACHE_MAX_AGE_SECONDS' },
  },
  faultsBetween({ CUSTOMERS_SCHEMA_REGISTRY_URL: url }, program) {
    return [...registryFaults(url, program), ...roleFaults(program)];
  },
});

function registryFaults(url: string | undefined, { CONTEXTS, KAFKA_BROKERS }: ProgramSettings): string[] {
  if (url === undefined) {
    const isNeeded = KAFKA_BROKERS !== undefined && CONTEXTS.includes('customers');
    return isNeeded
      ? [
          'CUSTOMERS_SCHEMA_REGISTRY_URL is not set: expected a URL, since KAFKA_BROKERS is set, and customers are among CONTEXTS',
        ]
      : [];
  }
  const parts = takeUrlApart(new URL(url), []);
  if (!('faults' in parts)) return [];
  return parts.faults.map((fault) => `CUSTOMERS_SCHEMA_REGISTRY_URL ${fault}`);
}

function roleFaults({ CONTEXTS, KAFKA_BROKERS, ROLES }: ProgramSettings): string[] {
  if (KAFKA_BROKERS !== undefined || !CONTEXTS.includes('customers')) return [];
  if (ROLES_WITHOUT_KAFKA.every((role) => ROLES.includes(role))) return [];
  return [
    `ROLES is "${ROLES.join(',')}": expected api, consumer and relay together for customers without KAFKA_BROKERS, since a process hears then of no change that another one makes`,
  ];
}
