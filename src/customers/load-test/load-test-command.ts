import { randomInt } from 'node:crypto';
import { Environment } from '../../platform/config/environment.js';
import type { OptionsCommandParts } from '../../platform/context-command.js';
import { Progress } from '../../platform/progress.js';
import { MAX_SEED } from '../../platform/seeded-random.js';
import { EX_INTERRUPTED } from '../../platform/terminal.js';
import { CustomersSettings } from '../customers.settings.js';
import type { Customer } from '../model/customer.js';
import { CustomerSender } from '../producer/customer-sender.js';
import { madeUpRecords } from '../producer/made-up-customers.js';
import { someIds } from './customer-ids.js';
import { type GetLoadResult, putGetLoad } from './get-load.js';
import type { LoadTestCommand } from './load-test-arguments.js';
import { measureProduceToGet, type ProduceToGet } from './produce-to-get.js';

const MOST_IDS = 10_000;
const PRODUCED = 300;
const PRODUCED_PER_SECOND = 100;

/**
 * Puts a load of GETs on a program that runs, and says what came back.
 *
 * @returns the exit code
 * @throws Error when the program cannot be reached, or has no customers; what Kafka and the registry say
 */
export async function loadTest(
  { url, seconds, connections }: LoadTestCommand,
  { settings, terminal }: OptionsCommandParts,
): Promise<number> {
  const { out, err, signal } = terminal;
  const { CUSTOMERS_PREFIX: prefix, CUSTOMERS_SCHEMA_REGISTRY_URL: registry } =
    settings.of(CustomersSettings);
  const progress = new Progress(err);
  const route = `${prefix}/users`;
  const pathOf = (accountId: string): string => `${route}/${encodeURIComponent(accountId)}`;

  progress.start('asking which customers there are');
  const ids = await someIds(`${url}${route}`, MOST_IDS);
  progress.finish();
  if (ids.length === 0) throw new Error(`${url}${route} has no customers: expected one at least`);

  progress.start(`GETs over ${connections} connections`);
  const load = await putGetLoad({ url, paths: ids.map(pathOf), connections, seconds, signal });
  progress.finish();
  out(`customers       ${whole(ids.length)}, asked for in turn over ${connections} connections\n`);
  out(linesOf(load));

  let lost = 0;
  if (settings.of(Environment).KAFKA_BROKERS !== undefined && registry !== undefined && !signal.aborted) {
    progress.start(`${PRODUCED} records, ${PRODUCED_PER_SECOND} a second`);
    const sender = await CustomerSender.open(settings);
    try {
      const shown = await produceAndGet(sender, url, pathOf, signal, (seen) => progress.show(seen, PRODUCED));
      progress.finish();
      lost = shown.lost;
      out(lineOf(shown));
    } finally {
      await sender.close();
    }
  }
  if (signal.aborted) return EX_INTERRUPTED;
  const { statuses, errors } = load;
  const isAsExpected = errors === 0 && lost === 0 && [...statuses.keys()].every((status) => status === 200);
  return isAsExpected ? 0 : 1;
}

/** They are deleted again, whatever comes of it. */
async function produceAndGet(
  sender: CustomerSender,
  url: string,
  pathOf: (accountId: string) => string,
  signal: AbortSignal,
  onSeen: (seen: number) => void,
): Promise<ProduceToGet> {
  const made = { count: PRODUCED, deleteShare: 0, seed: randomInt(MAX_SEED + 1), nowMs: Date.now() };
  const customers = Array.from(madeUpRecords(made), ({ customer }) => customer!);
  const produce = (customer: Customer): Promise<void> =>
    sender.send([{ accountId: customer.accountId, customer }], signal);
  try {
    return await measureProduceToGet({
      ...{ url, pathOf, customers, produce, signal, onSeen },
      perSecond: PRODUCED_PER_SECOND,
    });
  } finally {
    const deletes = customers.map(({ accountId }) => ({ accountId }));
    await sender.send(deletes, new AbortController().signal);
  }
}

const whole = (number: number): string => Math.round(number).toLocaleString('en-US');
const ms = (number: number): string => `${number.toFixed(2)} ms`;

function linesOf({ latencies, seconds, statuses, errors, dataLag }: GetLoadResult): string {
  const told = [...statuses]
    .sort(([one], [other]) => one - other)
    .map(([status, count]) => `${whole(count)} of ${status}`);
  const { count, max } = latencies;
  const p = (share: number): string => ms(count === 0 ? 0 : latencies.percentile(share));
  return [
    `requests/s      ${whole(count / seconds)}, for ${seconds.toFixed(1)} s`,
    `latency         p50 ${p(50)}, p99 ${p(99)}, p99.9 ${p(99.9)}, max ${ms(max)}`,
    `answers         ${told.join(', ') || 'none'}; ${whole(errors)} GETs without one`,
    `X-Data-Lag      ${dataLag === undefined ? 'not there' : `${dataLag.min} to ${dataLag.max} s`}`,
    '',
  ].join('\n');
}

function lineOf({ latencies, lost }: ProduceToGet): string {
  const { count, max } = latencies;
  const told =
    count === 0
      ? 'none was seen'
      : `p50 ${ms(latencies.percentile(50))}, p99 ${ms(latencies.percentile(99))}, max ${ms(max)}`;
  return `produce to GET  ${told}, of ${whole(count)} records; ${whole(lost)} not seen\n`;
}
