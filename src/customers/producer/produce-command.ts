import { randomInt } from 'node:crypto';
import type { OptionsCommandParts } from '../../platform/context-command.js';
import { Environment } from '../../platform/config/environment.js';
import { Progress } from '../../platform/progress.js';
import { MAX_SEED } from '../../platform/seeded-random.js';
import { EX_INTERRUPTED } from '../../platform/terminal.js';
import { CustomersSettings } from '../customers.settings.js';
import { type CustomerRecord, CustomerSender } from './customer-sender.js';
import { madeUpRecords } from './made-up-customers.js';
import type { ProduceCommand } from './produce-arguments.js';

const SENT_AT_ONCE = 2_000;

/** sysexits.h */
const EX_CONFIG = 78;

/**
 * Sends made-up customers to the topic.
 *
 * @returns the exit code
 * @throws what Kafka and the registry say when they cannot be reached
 */
export async function produceCustomers(
  { count, deleteShare, seed = randomInt(MAX_SEED + 1) }: ProduceCommand,
  { settings, terminal }: OptionsCommandParts,
): Promise<number> {
  const { out, err, signal } = terminal;
  const missing = missingFor(settings.of(Environment), settings.of(CustomersSettings));
  if (missing !== undefined) {
    err.write(`${missing}\n`);
    return EX_CONFIG;
  }
  const sender = await CustomerSender.open(settings);
  const progress = new Progress(err);
  err.write(`seed ${seed}\n`);
  progress.start(`sending ${whole(count)} records`);
  const startedAtMs = performance.now();
  let sent = 0;
  let deletes = 0;
  try {
    for (const some of chunks(madeUpRecords({ count, deleteShare, seed, nowMs: Date.now() }))) {
      if (signal.aborted) break;
      await sender.send(some, signal);
      sent += some.length;
      deletes += some.filter(({ customer }) => customer === undefined).length;
      progress.show(sent, count);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await sender.close();
  }
  const seconds = (performance.now() - startedAtMs) / 1_000;
  progress.finish();
  out(
    `${whole(sent)} records, ${whole(deletes)} of them deletes, in ${seconds.toFixed(1)} s: ` +
      `${whole(Math.round(sent / seconds))} records/s\n`,
  );
  return signal.aborted ? EX_INTERRUPTED : 0;
}

/** What is not set and has to be, in one line. */
function missingFor(
  { KAFKA_BROKERS }: Environment,
  { CUSTOMERS_SCHEMA_REGISTRY_URL, CUSTOMERS_PREFIX }: CustomersSettings,
): string | undefined {
  if (KAFKA_BROKERS === undefined) {
    return `KAFKA_BROKERS is not set, so there is no topic to send to: expected it, or customers by POST ${CUSTOMERS_PREFIX}/users`;
  }
  if (CUSTOMERS_SCHEMA_REGISTRY_URL === undefined) {
    return 'CUSTOMERS_SCHEMA_REGISTRY_URL is not set: expected the registry that has the schema of the records';
  }
  return undefined;
}

const whole = (number: number): string => number.toLocaleString('en-US');

function* chunks(records: Iterable<CustomerRecord>): Generator<CustomerRecord[]> {
  let some: CustomerRecord[] = [];
  for (const record of records) {
    some.push(record);
    if (some.length < SENT_AT_ONCE) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}
