import type { Provider } from '@nestjs/common';
import { SchemaRegistry } from '../../platform/avro/schema-registry.js';
import { Environment } from '../../platform/config/environment.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { CustomersSettings } from '../customers.settings.js';

/** The schema registry of the topic; there is none where there is no Kafka. */
export class CustomersRegistry {
  constructor(readonly schemas: SchemaRegistry | undefined) {}
}

function registryOf(
  { KAFKA_BROKERS }: Pick<Environment, 'KAFKA_BROKERS'>,
  settings: CustomersSettings,
  log: Logger,
): CustomersRegistry {
  const { CUSTOMERS_SCHEMA_REGISTRY_URL: url, CUSTOMERS_REGISTRY_TIMEOUT_MS: timeoutMs } = settings;
  if (KAFKA_BROKERS === undefined || url === undefined) return new CustomersRegistry(undefined);
  return new CustomersRegistry(new SchemaRegistry({ url, timeoutMs }, log));
}

export const CUSTOMERS_REGISTRY: Provider = {
  provide: CustomersRegistry,
  useFactory: registryOf,
  inject: [Environment, CustomersSettings, LOGGER],
};
