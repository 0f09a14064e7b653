import { Partitioners } from 'kafkajs';
import type { Customer } from '../../src/customers/model/customer.js';
import { measureProduceToGet } from '../../src/customers/load-test/produce-to-get.js';
import { customerValue } from '../../src/customers/producer/customer-avro.js';
import type { Progress } from '../../src/platform/progress.js';
import type { Figures } from '../read/figures.js';
import { benchCustomer, CUSTOMERS_PATH } from './bench-customers.js';
import type { CustomersStage } from './customers-stage.js';

export const LAG_RECORDS = 1_000;
const PER_SECOND = 100;

/**
 * Measures how long a record takes from before it is produced until a GET shows it.
 *
 * @param firstNumber of customers that are not there yet
 * @returns what was wrong
 */
export async function measureLag(
  { kafka, topic, schemaId }: CustomersStage,
  url: string,
  firstNumber: number,
  figures: Figures,
  progress: Progress,
): Promise<string[]> {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
  await producer.connect();
  const produce = async (customer: Customer): Promise<void> => {
    const message = { key: customer.accountId, value: customerValue(schemaId, customer) };
    await producer.send({ topic, acks: -1, messages: [message] });
  };
  try {
    const { latencies, lost } = await measureProduceToGet({
      url,
      pathOf: (accountId) => `${CUSTOMERS_PATH}${accountId}`,
      customers: Array.from({ length: LAG_RECORDS }, (_, index) => benchCustomer(firstNumber + index)),
      perSecond: PER_SECOND,
      produce,
      signal: new AbortController().signal,
      onSeen: (seen) => progress.show(seen, LAG_RECORDS),
    });
    if (latencies.count > 0) {
      figures.add('produce to GET, p50', 'ms', latencies.percentile(50));
      figures.add('produce to GET, p99', 'ms', latencies.percentile(99));
      figures.add('produce to GET, at most', 'ms', latencies.max);
    }
    return lost === 0 ? [] : [`${lost} records that were produced were not seen within 10 s`];
  } finally {
    await producer.disconnect();
  }
}
