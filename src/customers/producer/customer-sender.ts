import { CUSTOMER_SCHEMA, type Customer } from '../model/customer.js';
import { CustomersSettings } from '../customers.settings.js';
import { Environment } from '../../platform/config/environment.js';
import type { Settings } from '../../platform/config/setting-group.js';
import { knownFailures } from '../../platform/known-failures.js';
import { createLogger } from '../../platform/logging/logger.js';
import { createKafka } from '../../platform/messaging/kafka/kafka-client.js';
import { createMissingTopics } from '../../platform/messaging/kafka/kafka-topics.js';
import { KafkaPublisher } from '../../platform/messaging/kafka/kafka.publisher.js';
import { Topics } from '../../platform/messaging/topics.js';
import { customerValue } from './customer-value.js';

/** What is sent for one id. */
export interface CustomerRecord {
  readonly accountId: string;
  /** Where there is none, the record deletes the customer. */
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
   * @throws UnknownSchemaError; what Kafka and the registry say when they cannot be reached
   */
  static async open(settings: Settings): Promise<CustomerSender> {
    const environment = settings.of(Environment);
    const { CUSTOMERS_TOPIC: topic } = settings.of(CustomersSettings);
    const log = createLogger(
      environment.LOG_LEVEL === 'info' ? 'error' : environment.LOG_LEVEL,
      process.stderr,
    );
    const kafka = createKafka(environment, log);
    const topics = new Topics([{ context: 'customers', isMain: false, own: { users: topic }, consumes: [] }]);
    const createTopic = () => createMissingTopics(kafka, topics, environment, log);
    const publisher = new KafkaPublisher({
      kafka,
      compression: environment.KAFKA_COMPRESSION,
      createMissingTopics: createTopic,
      failures: knownFailures(),
      log,
    });
    const schemaId = await schemaIdOf(settings.of(CustomersSettings));
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

/** PLACEHOLDER */
async function schemaIdOf({
  CUSTOMERS_SCHEMA_REGISTRY_URL: url,
  CUSTOMERS_TOPIC: topic,
  CUSTOMERS_REGISTER_SCHEMA: register,
}: CustomersSettings): Promise<number> {
  const path = register === 'on' ? '/versions' : '';
  const answer = await fetch(`${url}/subjects/${topic}-value${path}`, {
    method: 'POST',
    body: JSON.stringify({ schema: JSON.stringify(CUSTOMER_SCHEMA) }),
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
  });
  if (!answer.ok) throw new Error(`no schema under ${topic}-value`);
  return ((await answer.json()) as { id: number }).id;
}
