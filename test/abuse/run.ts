import { parseArgs } from 'node:util';
import { startKafkaBroker } from '../../scripts/kafka-broker.js';
import { ABUSES } from './abuses.js';
import { outcomeTable } from './outcome-table.js';
import { type Outcome, runAbuse } from './run-abuse.js';
import { startAbused } from './start-abused.js';

const SECONDS = 30;

/** `make abuse`: each abuse against a program of its own; the table says what others met meanwhile. */
const { values } = parseArgs({
  options: { only: { type: 'string' }, seconds: { type: 'string', default: String(SECONDS) } },
});
const abuses = ABUSES.filter(({ name }) => name.includes(values.only ?? ''));
const kafka = abuses.some(({ isByKafka }) => isByKafka)
  ? await startKafkaBroker({ log: (line) => console.log(line) })
  : undefined;
const outcomes: Outcome[] = [];
for (const abuse of abuses) {
  const abused = await startAbused(abuse.isByKafka && kafka?.brokers);
  console.log(`${abuse.name}, for ${values.seconds} s`);
  try {
    outcomes.push(await runAbuse(abused, abuse, Number(values.seconds) * 1_000));
    for (const refusal of outcomes.at(-1)!.met.refusals.slice(0, 5)) console.log(`  refused: ${refusal}`);
  } finally {
    await abused.waybill.kill();
  }
}
await kafka?.stop();
console.log(`\n${outcomeTable(outcomes)}`);
const isLost = outcomes.some(
  ({ hasRestarted, givenBackAfterMs }) => hasRestarted || givenBackAfterMs === undefined,
);
process.exitCode = outcomes.length === 0 || isLost ? 1 : 0;
