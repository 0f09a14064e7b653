/**
 * Runs the benchmarks that are named, or all but the long ones: `node --import tsx bench/run.ts [name…]`.
 * Exit code 1 when the program did something wrong, such as losing an order; never for being slow.
 */
import 'reflect-metadata';
import type { Benchmark } from './benchmark.js';
import { customers } from './customers.js';
import { entries } from './entries.js';
import { growth } from './growth.js';
import { ingest } from './ingest.js';
import { life } from './life.js';
import { list } from './list.js';
import { mixed } from './mixed.js';
import { promos } from './promos.js';
import { read } from './read.js';
import { search } from './search.js';
import { sensors } from './sensors.js';
import { startup } from './startup.js';
import { write } from './write.js';
import { Progress } from '../src/platform/progress.js';
import { describeMachine, tableOf, writeResult } from './report.js';
import { Services } from './services.js';

const BENCHMARKS: readonly Benchmark[] = [
  ingest,
  read,
  list,
  search,
  write,
  mixed,
  startup,
  sensors,
  promos,
  customers,
  entries,
  life,
];

/** Those that take so long that they have to be asked for. */
const LONG_BENCHMARKS: readonly Benchmark[] = [growth];

/** sysexits.h */
const EX_USAGE = 64;

async function main(names: readonly string[]): Promise<number> {
  const all = [...BENCHMARKS, ...LONG_BENCHMARKS];
  const chosen = names.length === 0 ? BENCHMARKS : all.filter(({ name }) => names.includes(name));
  const unknown = names.filter((name) => !chosen.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) {
    const known = all.map(({ name }) => name).join(', ');
    process.stderr.write(`no benchmark ${unknown.join(', ')}; there is ${known}\n`);
    return EX_USAGE;
  }
  const progress = new Progress();
  const services = new Services(progress);
  let stopping: Promise<void> | undefined;
  const stopEarly = (signal: NodeJS.Signals): void => {
    progress.say(`${signal}: stopping`);
    stopping ??= services.stop().finally(() => process.exit(1));
  };
  process.once('SIGINT', stopEarly);
  process.once('SIGTERM', stopEarly);
  let faults = 0;
  try {
    for (const { name, run } of chosen) {
      const findings = await run(services, progress);
      const machine = await describeMachine(services);
      await writeResult(name, findings, machine);
      process.stdout.write(`\n${tableOf(name, findings, machine)}\n`);
      for (const fault of findings.faults) process.stderr.write(`WRONG ${fault}\n`);
      faults += findings.faults.length;
    }
  } catch (error) {
    // A benchmark whose services are being stopped fails, and must not end the process before they are.
    await stopping;
    throw error;
  } finally {
    await services.stop();
  }
  return faults > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
