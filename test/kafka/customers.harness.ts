import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message } from 'kafkajs';
import { CUSTOMER_SCHEMA, type Customer } from '../../src/customers/model/customer.js';
import { encodeCustomer } from '../../src/customers/model/customer-json.js';
import { CUSTOMER_AVRO } from '../../src/customers/producer/customer-avro.js';
import { StandInRegistry } from '../../src/platform/avro/registry.fixture.js';
import { framed } from '../../src/platform/avro/wire-format.js';
import { type Answer, ask } from '../e2e/api.js';
import { answersOf } from '../support/schema-answers.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { createPipeline, type Pipeline } from './order-pipeline.harness.js';

/** Of the schema that records have unless a test says otherwise. */
export const SCHEMA_ID = 7;

export const aCustomer = (accountId: string, fields: Partial<Customer> = {}): Customer => ({
  accountId,
  name: `name of ${accountId}`,
  address: 'A',
  phone: 'P',
  createdAt: 1n,
  updatedAt: 1_001n,
  ...fields,
});

export const recordOf = (customer: Customer, more: Partial<Message> = {}, schemaId = SCHEMA_ID): Message => ({
  key: customer.accountId,
  value: framed(schemaId, CUSTOMER_AVRO.encode(customer)),
  ...more,
});

/** A topic of customers with a registry that a test has in its hand, and programs that read it. */
export class CustomersStage {
  readonly schemas = new Map<number, string>([[SCHEMA_ID, JSON.stringify(CUSTOMER_SCHEMA)]]);
  isRegistryAway = false;

  private constructor(
    readonly pipeline: Pipeline,
    readonly registry: StandInRegistry,
    /** Where snapshots are. */
    readonly dataDir: string,
  ) {
    registry.answer = (request, response) => {
      if (this.isRegistryAway) {
        response.destroy();
        return;
      }
      answersOf(this.schemas)(request, response);
    };
  }

  /** @param topic a broker refuses records without a key where only the latest of each key is kept */
  static async open(brokers: string, { partitions = 1, isCompacted = true } = {}): Promise<CustomersStage> {
    const pipeline = await createPipeline(brokers, { partitions });
    const registry = await StandInRegistry.start(() => undefined);
    const stage = new CustomersStage(pipeline, registry, await mkdtemp(join(tmpdir(), 'waybill-customers-')));
    await stage.createTopic(partitions, isCompacted);
    return stage;
  }

  async createTopic(partitions = 1, isCompacted = true): Promise<void> {
    const { admin, topic } = this.pipeline;
    await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic,
          numPartitions: partitions,
          configEntries: [{ name: 'cleanup.policy', value: isCompacted ? 'compact' : 'delete' }],
        },
      ],
    });
  }

  start(env: Record<string, string> = {}, { ready = true } = {}): Promise<WaybillProcess> {
    return startWaybill({
      dataDir: this.dataDir,
      ready,
      env: {
        ...this.pipeline.settings,
        CONTEXTS: 'customers',
        CUSTOMERS_TOPIC: this.pipeline.topic,
        CUSTOMERS_SCHEMA_REGISTRY_URL: this.registry.url(),
        CUSTOMERS_WRITES: 'on',
        ...env,
      },
    });
  }

  send(...messages: Message[]): Promise<number> {
    return this.pipeline.send(messages);
  }

  async close(): Promise<void> {
    await this.pipeline.close();
    await this.registry.stop();
  }
}

export const lookUp = ({ url }: WaybillProcess, accountId: string): Promise<Answer> =>
  ask(`${url}/api/users/${encodeURIComponent(accountId)}`);

/** The customer's JSON; the status where there is none. */
export async function held(program: WaybillProcess, accountId: string): Promise<string | number> {
  const { status, text } = await lookUp(program, accountId);
  return status === 200 ? text : status;
}

export const jsonOf = encodeCustomer;
