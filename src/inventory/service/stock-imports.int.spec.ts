import { pino } from 'pino';
import { Counter } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Failures } from '../../platform/failures/failures.js';
import { TooBusyError } from '../../platform/http/too-busy.error.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { inventory } from '../inventory.module.js';
import { OrderLife, TestInventory } from './inventory.fixture.js';
import { StockImports } from './stock-imports.js';

const ROWS = 20_000;
const WAITING_PARTS = 5;

let house: WaybillDatabase;
let shop: TestInventory;
let lifecycle: Lifecycle;
let imports: StockImports;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [inventory] });
  shop = new TestInventory(house);
});
beforeEach(async () => {
  await shop.clear();
  lifecycle = new Lifecycle(pino({ level: 'silent' }));
  const counter = new Counter({ name: 'imported', help: '-', registers: [] });
  imports = new StockImports(house.database, shop.stock, new Failures([]), counter, lifecycle);
});
afterAll(() => house.drop());

async function* file(rows: readonly (readonly [chrtId: number, onHand: number])[]): AsyncGenerator<Buffer> {
  const lines = rows.map(([chrtId, onHand]) => `${chrtId},1,${onHand}\n`);
  yield await Promise.resolve(Buffer.from(`chrt_id,nm_id,on_hand\n${lines.join('')}`));
}
const aLargeFile = (): AsyncGenerator<Buffer> =>
  file(Array.from({ length: ROWS }, (_, n) => [n + 1, 1_000] as const));
const countOf = async (): Promise<number> =>
  (await house.rows<{ n: number }>('SELECT count(*)::int AS n FROM inventory.stock'))[0]!.n;

describe('a file that is being applied', () => {
  it('lets orders reserve in between, none of which waits for a second', async () => {
    await shop.count(1, 900);
    const seen = new Set<number>();
    const lockOrInsert = shop.stock.lockOrInsert.bind(shop.stock);
    let parts = 0;
    // Of the first parts each waits for an order that sees what is there, however long that one takes.
    const spy = vi.spyOn(shop.stock, 'lockOrInsert').mockImplementation(async (...part) => {
      const before = parts++;
      if (before < WAITING_PARTS) await eventually(() => expect(seen.size).toBeGreaterThan(before));
      return lockOrInsert(...part);
    });
    let isDone = false;
    const importing = imports.take(aLargeFile()).finally(() => (isDone = true));
    const waitsMs: number[] = [];
    while (!isDone) {
      const begunAtMs = performance.now();
      await shop.receive(new OrderLife(`order-${waitsMs.length}`).wants(1, ROWS / 2, ROWS));
      waitsMs.push(performance.now() - begunAtMs);
      seen.add(await countOf());
    }
    spy.mockRestore();
    expect(await importing).toEqual({
      outcome: 'applied',
      rows: ROWS,
      registered: ROWS - 1,
      changed: 1,
      unchanged: 0,
      refused: [],
    });
    // Orders were served while a part of the file was there.
    expect([...seen].filter((count) => count > 1 && count < ROWS).length).toBeGreaterThan(2);
    // They come one after the other, so that a stall of the machine is met by one of them.
    expect(waitsMs.sort((one, other) => one - other).at(-2)).toBeLessThan(1_000);
    expect(await shop.verify()).toMatchObject({ exitCode: 0 });
  });

  it('leaves alone what was reserved since it was checked, and names the line', async () => {
    await shop.count(1, 5);
    const look = shop.stock.placesBelowReserved.bind(shop.stock);
    vi.spyOn(shop.stock, 'placesBelowReserved').mockImplementationOnce(async (counts) => {
      const places = await look(counts);
      await shop.receive(new OrderLife('in-between').wants(1, 1));
      return places;
    });
    expect(
      await imports.take(
        file([
          [2, 7],
          [1, 1],
        ]),
      ),
    ).toEqual({
      // prettier-ignore
      outcome: 'applied',
      rows: 2,
      registered: 1,
      changed: 0,
      unchanged: 0,
      refused: [{ line: 3, detail: 'more than 1 pieces of chrt_id 1 are reserved' }],
    });
    expect(await shop.figures(1, 2)).toEqual([
      [5, 2],
      [7, 0],
    ]);
  });

  it('ends with whole transactions where the program stops, and may be sent again', async () => {
    const write = shop.stock.write.bind(shop.stock);
    const spy = vi.spyOn(shop.stock, 'write').mockImplementation(async (tx, sheet) => {
      await write(tx, sheet);
      if (spy.mock.calls.length === 3) await lifecycle.drain();
    });
    await expect(imports.take(aLargeFile())).rejects.toThrow(TooBusyError);
    spy.mockRestore();
    const applied = await countOf();
    expect(applied).toBeGreaterThan(0);
    expect(applied).toBeLessThan(ROWS);
    expect(await shop.verify()).toMatchObject({ exitCode: 0 });

    const next = new StockImports(
      house.database,
      shop.stock,
      new Failures([]),
      new Counter({ name: 'imported', help: '-', registers: [] }),
      new Lifecycle(pino({ level: 'silent' })),
    );
    expect(await next.take(aLargeFile())).toMatchObject({ registered: ROWS - applied, unchanged: applied });
    expect(await shop.verify()).toMatchObject({ exitCode: 0 });
  });
});
