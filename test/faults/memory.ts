/**
 * How large the program gets while PostgreSQL is away and orders wait in Kafka, and while they are drained:
 * `node --import tsx test/faults/memory.ts [--orders 1000000] [--away-seconds 60] [--limit-mb 400]`, after a build.
 * Exit code 1 when it was larger than the limit, or when an order or a status event is missing.
 */
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { startKafkaBroker } from '../../scripts/kafka-broker.js';
import { drainBacklog, type MemoryReport } from './memory-run.js';

const BYTES_PER_MB = 1_000_000;
const LARGE_ORDERS_MS = 20_000;
const CALM_MS = 30_000;

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`--${name} is "${text}": expected a whole number`);
  return Number(text);
}

const mb = (bytes: number): string => (bytes / BYTES_PER_MB).toFixed(1);

function tableOf({ phases, peakBytes, ordersPerSecond }: MemoryReport): string {
  const lines = phases.map(({ phase, seconds, firstBytes, maxBytes, lastBytes }) =>
    [
      phase.padEnd(48),
      `${seconds.toFixed(1)} s`.padStart(9),
      ...[firstBytes, maxBytes, lastBytes].map((b) => mb(b).padStart(8)),
    ].join('  '),
  );
  const head = [
    'resident memory, MB'.padEnd(48),
    ''.padStart(9),
    ...['at first', 'at most', 'at last'].map((t) => t.padStart(8)),
  ];
  return [
    head.join('  '),
    ...lines,
    `peak, as the kernel has it: ${mb(peakBytes)} MB; drained at ${Math.round(ordersPerSecond)} orders/s`,
  ].join('\n');
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      orders: { type: 'string', default: '1000000' },
      'away-seconds': { type: 'string', default: '60' },
      'limit-mb': { type: 'string', default: '400' },
    },
  });
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const limitBytes = wholeNumber('limit-mb', values['limit-mb']) * BYTES_PER_MB;
  const broker = await startKafkaBroker({ log });
  try {
    const report = await drainBacklog({
      brokers: broker.brokers,
      kafka: new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING }),
      orders: wholeNumber('orders', values.orders),
      awayMs: wholeNumber('away-seconds', values['away-seconds']) * 1_000,
      largeOrdersMs: LARGE_ORDERS_MS,
      calmMs: CALM_MS,
      log,
    });
    process.stdout.write(`${tableOf(report)}\n`);
    const faults = [...report.faults];
    if (report.peakBytes > limitBytes) faults.push(`it was larger than ${mb(limitBytes)} MB`);
    for (const fault of faults) process.stdout.write(`WRONG ${fault}\n`);
    return faults.length > 0 ? 1 : 0;
  } finally {
    await broker.stop();
  }
}

process.exitCode = await main();
