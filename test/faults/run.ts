/**
 * The fault suite by itself: `make faults` brings every fault about as often as the table asks for, `make soak` mixes
 * them at random for as long as it is told. Ends with 1 when anything was lost, duplicated, missing or otherwise wrong.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Dice } from './dice.js';
import { FAULTS, FULL, SHORT } from './faults.js';
import { tableOf } from './outcome-table.js';
import { type Outcome, runFault } from './run-fault.js';
import { type Services, startServices } from './services.js';
import { SharedStage } from './shared-stage.js';
import { soak } from './soak.js';

const EX_USAGE = 64;
const USAGE = `usage: test/faults/run.ts [--only TEXT] [--short] [--seed N]
       test/faults/run.ts --soak MINUTES [--seed N]
`;

interface Options {
  readonly only: string;
  readonly short: boolean;
  readonly seed: number;
  readonly soakMinutes?: number;
}

function optionsOf(parameters: string[]): Options {
  const { values } = parseArgs({
    args: parameters,
    options: {
      only: { type: 'string', default: '' },
      short: { type: 'boolean', default: false },
      seed: { type: 'string' },
      soak: { type: 'string' },
    },
  });
  const numberOf = (name: string, text: string): number => {
    if (!/^\d{1,9}(\.\d+)?$/.test(text)) throw new TypeError(`--${name} must be a number, not '${text}'`);
    return Number(text);
  };
  return {
    only: values.only,
    short: values.short,
    seed: values.seed === undefined ? randomInt(2 ** 31) : numberOf('seed', values.seed),
    soakMinutes: values.soak === undefined ? undefined : numberOf('soak', values.soak),
  };
}

async function table(services: Services, { only, short }: Options, dice: Dice): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const shared = new SharedStage(services, dice);
  const chosen = FAULTS.filter(({ name, inShort }) => name.includes(only) && !(short && inShort === false));
  for (const fault of chosen) {
    const startedAt = performance.now();
    const times = short ? 1 : fault.times;
    const outcome =
      short && fault.stage === undefined
        ? await shared.run(fault, times, SHORT)
        : await runFault(services, fault, times, short ? SHORT : FULL, dice);
    outcomes.push(outcome);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
    process.stderr.write(`${fault.name}, ${times} times: ${seconds} s\n`);
    for (const line of outcome.details) process.stderr.write(`  ${line}\n`);
  }
  await shared.close();
  return outcomes;
}

async function main(): Promise<void> {
  let options: Options;
  try {
    options = optionsOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`);
    process.exitCode = EX_USAGE;
    return;
  }
  process.stderr.write(`seed ${options.seed}\n`);
  const dice = new Dice(options.seed);
  const services = await startServices();
  try {
    const outcomes =
      options.soakMinutes === undefined
        ? await table(services, options, dice)
        : [await soak(services, options.soakMinutes, dice)];
    process.stdout.write(`${tableOf(outcomes)}\n`);
    if (outcomes.length === 0 || outcomes.some(({ details }) => details.length > 0)) process.exitCode = 1;
  } finally {
    await services.stop();
  }
}

await main();
