import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase } from '../support/test-database.js';
import { SHOP, startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { ORIGIN, STATUS_ALONE } from './tour.js';

const ROOT = resolve(import.meta.dirname, '..', '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const SECTION = /^### What becomes of an order\n([^]*?)\n###? /m.exec(README)![1]!;
/** The commands under each comment of the tour. */
const STEPS = /^```sh\n([^]*?)^```$/m
  .exec(SECTION)![1]!
  .split(/\n{2,}/)
  .map((step) => step.replace(/^#.*\n/gm, '').trim());
const ORDER = '/api/orders/b563feb7b2b84b6test';

const run = promisify(execFile);

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let waybill: WaybillProcess;
let env: Record<string, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  const { host, port, user, password, database: name } = database.connection;
  env = { DB_HOST: host, DB_PORT: String(port), DB_USER: user, DB_PASSWORD: password, DB_NAME: name };
  waybill = await startWaybill({ env: { ...SHOP, ...env } });
});
afterAll(async () => {
  await waybill.stop();
  await database.drop();
});

/** The statuses of a step's calls. */
async function statusesOf(step: string): Promise<number[]> {
  const commands = STATUS_ALONE + step.replaceAll(ORIGIN, waybill.url);
  const { stdout } = await run('sh', ['-c', commands], { cwd: ROOT });
  return stdout.trim().split('\n').map(Number);
}

const becomes = (states: Record<string, string>) =>
  eventually(async () => {
    const { headers } = await ask(`${waybill.url}${ORDER}`);
    const held = Object.keys(states).map((name) => [name, headers.get(`x-${name}-status`)]);
    expect(Object.fromEntries(held)).toEqual(states);
  });

describe('the tour of the README, with all that becomes of an order', () => {
  it('answers each call as it says, in its order', async () => {
    const [
      stock,
      order,
      money,
      parcel,
      state,
      views,
      lists,
      waiting,
      notes,
      cancelling,
      moreStock,
      verifying,
    ] = STEPS;
    expect(await statusesOf(stock!)).toEqual([201]);
    expect(await statusesOf(order!)).toEqual([201]);
    await becomes({ order: 'confirmed', payment: 'unpaid', shipment: 'none' });
    expect(await statusesOf(money!)).toEqual([201]);
    expect(await statusesOf(parcel!)).toEqual([201]);
    await becomes({ order: 'shipped', payment: 'paid', shipment: 'shipped' });
    for (const step of [state, views, lists]) expect(await statusesOf(step!)).toEqual([200, 200, 200]);
    expect(await statusesOf(waiting!)).toEqual([200]);
    expect(await statusesOf(notes!)).toEqual([201, 200]);
    expect(await statusesOf(cancelling!)).toEqual([409]);
    expect(await statusesOf(moreStock!)).toEqual([200, 200, 200]);
    const { stdout } = await run('sh', ['-c', verifying!], { cwd: ROOT, env: { ...process.env, ...env } });
    expect(stdout).toContain('all adds up');
    expect(STEPS).toHaveLength(12);
  });
});
