/**
 * `make page-soak`: the Live view in a real Chromium, with 500 changes a second from the built program for two minutes. Prints
 * what was seen; ends with 1 when the page is not bounded, or when fewer than 95 % of its frames came within 100 ms.
 */
import { parseArgs } from 'node:util';
import { launchChromium } from '../browser/visit.js';
import { findChromium } from '../support/find-chromium.js';
import { startWaybill } from '../support/waybill-process.js';
import { faultsOf, linesOf, stutterOf } from './soak-figures.js';
import { soakPage } from './soak-page.js';

const PHASES = 8;
const WARM_UP_MS = 15_000;
/** Two minutes make 60,000 orders; the default is a bound on demonstrations. */
const DEMO_ORDERS_PER_HOUR = '10000000';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '120' }, rate: { type: 'string', default: '500' } },
});
const seconds = Number(values.seconds);
const changesPerSecond = Number(values.rate);
if (!(seconds >= PHASES && changesPerSecond > 0)) {
  process.stderr.write(`usage: test/page-soak/run.ts [--seconds N, at least ${PHASES}] [--rate CHANGES]\n`);
  process.exit(64);
}

const waybill = await startWaybill({ env: { DEMO_ORDERS_PER_HOUR } });
const browser = await launchChromium(await findChromium());
try {
  const page = await browser.newPage();
  const report = await soakPage({
    page,
    url: waybill.url,
    changesPerSecond,
    warmUpMs: WARM_UP_MS,
    phaseMs: (seconds * 1_000) / PHASES,
    phases: PHASES,
  });
  const faults = [...faultsOf(report), ...stutterOf(report)];
  process.stdout.write([...linesOf(report), ...faults.map((fault) => `FAULT: ${fault}`), ''].join('\n'));
  if (faults.length > 0) process.exitCode = 1;
} finally {
  await browser.close();
  await waybill.stop();
}
