import { SchemaRegistry } from '../../platform/avro/schema-registry.js';
import { Environment } from '../../platform/config/environment.js';
import type { Settings } from '../../platform/config/setting-group.js';
import { knownFailures } from '../../platform/known-failures.js';
import { createLogger } from '../../platform/logging/logger.js';
import { createKafka } from '../../platform/messaging/kafka/kafka-client.js';
import { createMissingTopics } from '../../platform/messaging/kafka/kafka-topics.js';
import { KafkaPublisher } from '../../platform/messaging/kafka/kafka.publisher.js';
import { Topics } from '../../platform/messaging/topics.js';
import { CustomersSettings } from '../customers.settings.js';
import type { Customer } from '../model/customer.js';
import { customerValue } from './customer-avro.js';
import { ownSchemaId } from './own-schema-id.js';

const CLAIM = { context: 'customers', isMain: false, consumes: [], compacted: ['users'] };

/** What is sent for one id: a customer, or nothing, which deletes it. */
export interface CustomerRecord {
  readonly accountId: string;
  readonly customer?: Customer;
}

/** Sends customers to the topic from beside the program, as others would: acknowledged by all replicas, in order per key. */
export class CustomerSender {
  private constructor(
    private readonly publisher: KafkaPublisher,
    private readonly topic: string,
    private readonly schemaId: number,
  ) {}

  /**
   * Creates the topic unless it is there.
   *
   * @param settings with KAFKA_BROKERS and CUSTOMERS_SCHEMA_REGISTRY_URL
   * @throws UnregisteredSchemaError, RegistryAwayError; what Kafka says when it cannot be reached
   */
  static async open(settings: Settings): Promise<CustomerSender> {
    const environment = settings.of(Environment);
    const customers = settings.of(CustomersSettings);
    const topic = customers.CUSTOMERS_TOPIC;
    const log = createLogger(
      environment.LOG_LEVEL === 'info' ? 'error' : environment.LOG_LEVEL,
      process.stderr,
    );
    const kafka = createKafka(environment, log);
    const topics = new Topics([{ ...CLAIM, own: { users: topic } }]);
    const createTopic = () => createMissingTopics(kafka, topics, environment, log);
    const publisher = new KafkaPublisher({
      kafka,
      compression: environment.KAFKA_COMPRESSION,
      createMissingTopics: createTopic,
      failures: knownFailures(),
      log,
    });
    const { CUSTOMERS_SCHEMA_REGISTRY_URL: url, CUSTOMERS_REGISTRY_TIMEOUT_MS: timeoutMs } = customers;
    const register = customers.CUSTOMERS_REGISTER_SCHEMA === 'on';
    const schemaId = await ownSchemaId(new SchemaRegistry({ url: url!, timeoutMs }), topic, register);
    await createTopic();
    await publisher.prepare();
    return new CustomerSender(publisher, topic, schemaId);
  }

  /** Resolves once all are with the broker. @throws what Kafka says; some of them may be there then */
  send(records: readonly CustomerRecord[], signal: AbortSignal): Promise<void> {
    return this.publisher.publishNow(
      records.map(({ accountId, customer }) => ({
        topic: this.topic,
        key: accountId,
        headers: {},
        value: customer === undefined ? null : customerValue(this.schemaId, customer),
      })),
      signal,
    );
  }

  close(): Promise<void> {
    return this.publisher.close();
  }
}
