import { parseArgs } from 'node:util';
import { startWaybill } from '../support/waybill-process.js';
import { ABUSES } from './abuses.js';
import { outcomeTable } from './outcome-table.js';
import { type Outcome, runAbuse } from './run-abuse.js';

const SECONDS = 30;

/** `make abuse`: each abuse against a program of its own; the table says what others met meanwhile. */
const { values } = parseArgs({
  options: { only: { type: 'string' }, seconds: { type: 'string', default: String(SECONDS) } },
});
const outcomes: Outcome[] = [];
for (const abuse of ABUSES.filter(({ name }) => name.includes(values.only ?? ''))) {
  const waybill = await startWaybill();
  console.log(`${abuse.name}, for ${values.seconds} s`);
  try {
    outcomes.push(await runAbuse(waybill, abuse, Number(values.seconds) * 1_000));
    for (const refusal of outcomes.at(-1)!.met.refusals.slice(0, 5)) console.log(`  refused: ${refusal}`);
  } finally {
    await waybill.kill();
  }
}
console.log(`\n${outcomeTable(outcomes)}`);
const isLost = outcomes.some(
  ({ hasRestarted, givenBackAfterMs }) => hasRestarted || givenBackAfterMs === undefined,
);
process.exitCode = outcomes.length === 0 || isLost ? 1 : 0;
