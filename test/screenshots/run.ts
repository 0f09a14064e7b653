/**
 * `make screenshots`: starts the built program with the orders of some days and writes every view of its page, and the states
 * that each can be in, as PNGs at two widths, light and dark. What cannot be seen is listed at the end, and the exit code is 1.
 * With --readme it writes the two that README.md shows.
 */
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launchChromium } from '../browser/visit.js';
import { sendEvents } from '../support/embedded-database.js';
import { expectDatabaseErrors } from '../support/database-errors.js';
import { findChromium } from '../support/find-chromium.js';
import { SHOP, startWaybill } from '../support/waybill-process.js';
import { Camera, type Sight } from './camera.js';
import { fillShop } from './lively-shop.js';
import { emptySights, readmeSights, sights } from './sights.js';

const PROJECT_DIR = resolve(import.meta.dirname, '../..');
const FOLDER = join(PROJECT_DIR, 'screenshots');
const README_FOLDER = join(PROJECT_DIR, 'docs', 'images');
const README_WIDTH = 1280;
const README_HEIGHT = 800;
/** Both together: whoever looks at the README loads them. */
const README_MAX_BYTES = 200_000;
const LIFE_TURNS = 100;
const LIFE_TURN_MS = 2_000;
const REFUSED_OF_TURNS = 17;

// Lives that are played at once wait for each other's rows, and are tried again.
expectDatabaseErrors('55P03');

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    widths: { type: 'string', default: '1280,375' },
    readme: { type: 'boolean', default: false },
  },
});

const waybill = await startWaybill({ env: SHOP });
const browser = await launchChromium(await findChromium());
const widths = values.widths.split(',').map(Number);
const camera = new Camera(browser, waybill.url, values.readme ? README_FOLDER : FOLDER, widths);
try {
  if (values.readme) await takeThoseOfTheReadme();
  else await takeAll();
} finally {
  for (const fault of camera.faults) process.stderr.write(`FAULT: ${fault}\n`);
  await browser.close();
  await waybill.stop();
}
if (camera.faults.length > 0) process.exitCode = 1;

async function takeAll(): Promise<void> {
  const names = values.only.split(',');
  const chosen = ({ name }: Sight): boolean => names.some((part) => name.includes(part));
  for (const sight of emptySights().filter(chosen)) await camera.takeAll(sight);
  const shop = await fillShop(waybill);
  for (const sight of sights(shop, waybill.url).filter(chosen)) await camera.takeAll(sight);
  process.stdout.write(`written to ${FOLDER}\n`);
}

async function takeThoseOfTheReadme(): Promise<void> {
  const shop = await fillShop(waybill);
  await playLives(waybill.url);
  let bytes = 0;
  for (const sight of readmeSights(shop, waybill.url)) {
    bytes += await camera.takeSmall(sight, README_WIDTH, README_HEIGHT);
  }
  process.stdout.write(`${bytes} bytes in ${README_FOLDER}\n`);
  if (bytes > README_MAX_BYTES) camera.faults.push(`${bytes} bytes: ${README_MAX_BYTES} may be`);
}

/** Rates of some minutes make a curve, now more and now less, with an event now and then that is refused. */
async function playLives(url: string): Promise<void> {
  for (let turn = 0; turn < LIFE_TURNS; turn++) {
    if (turn % REFUSED_OF_TURNS === 0) await sendEvents(waybill.dataDir, '{}');
    const count = 1 + ((turn * 5) % 7);
    await fetch(`${url}/api/orders/test?count=${count}`, { method: 'POST', body: '{"life":true}' });
    await pause(LIFE_TURN_MS);
  }
}
