import { settingGroup } from '../platform/config/setting-group.js';
import { KafkaName, NonEmptyText, OneOf, UrlOf, WholeNumber } from '../platform/config/setting-kinds.js';
import { IsOptional } from 'class-validator';

/** Stands in until the settings are done. */
export class CustomersSettings {
  @KafkaName() CUSTOMERS_TOPIC: string = 'users';
  @NonEmptyText() CUSTOMERS_PREFIX: string = '/api';
  @IsOptional() @KafkaName() CUSTOMERS_GROUP_ID?: string = undefined;
  @IsOptional() @UrlOf('http:', 'https:') CUSTOMERS_SCHEMA_REGISTRY_URL?: string = undefined;
  @WholeNumber(10, 60_000) CUSTOMERS_REGISTRY_TIMEOUT_MS: number = 3_000;
  @OneOf(['on', 'off']) CUSTOMERS_REGISTER_SCHEMA: 'on' | 'off' = 'off';
  @OneOf(['on', 'off']) CUSTOMERS_WRITES: 'on' | 'off' = 'off';
  @WholeNumber(0, 31_536_000) CUSTOMERS_CACHE_MAX_AGE_SECONDS: number = 300;
  @WholeNumber(1_048_576, Number.MAX_SAFE_INTEGER) CUSTOMERS_MAX_BYTES: number = 1_073_741_824;
  @WholeNumber(0, 86_400) CUSTOMERS_SNAPSHOT_SECONDS: number = 300;
}

export const CUSTOMERS_SETTINGS = settingGroup(CustomersSettings, {
  descriptions: {
    CUSTOMERS_TOPIC: 'Topic that holds all customers',
    CUSTOMERS_PREFIX: 'Prefix of the routes',
    CUSTOMERS_GROUP_ID: 'Prefix of the consumer groups',
    CUSTOMERS_SCHEMA_REGISTRY_URL: 'Schema Registry',
    CUSTOMERS_REGISTRY_TIMEOUT_MS: 'Milliseconds for the registry',
    CUSTOMERS_REGISTER_SCHEMA: 'Whether to register the schema',
    CUSTOMERS_WRITES: 'Whether customers can be created and deleted over HTTP',
    CUSTOMERS_CACHE_MAX_AGE_SECONDS: 'Seconds that a client may keep an answer',
    CUSTOMERS_MAX_BYTES: 'Most memory',
    CUSTOMERS_SNAPSHOT_SECONDS: 'Seconds between snapshots',
  },
  context: 'customers',
});
