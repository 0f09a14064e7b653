import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventory } from '../../src/inventory/inventory.module.js';
import { OrderLife, TestInventory } from '../../src/inventory/service/inventory.fixture.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { runWaybill } from '../support/waybill-process.js';

/** sysexits.h */
const EX_CONFIG = 78;

let house: WaybillDatabase;
let shop: TestInventory;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [inventory] });
  shop = new TestInventory(house);
});
afterAll(() => house.drop());

function verify(contexts: string) {
  const { host, port, user, password, database } = house.connection;
  return runWaybill({
    command: ['inventory', 'verify'],
    env: {
      CONTEXTS: contexts,
      DB_HOST: host,
      DB_PORT: String(port),
      DB_USER: user,
      DB_PASSWORD: password,
      DB_NAME: database,
    },
  });
}

describe('waybill inventory verify', () => {
  it('ends with 0 where all adds up, and with 1 and a line a fault where it does not', async () => {
    await shop.count(7, 3);
    await shop.receive(new OrderLife('order').wants(7));
    expect(await verify('orders,inventory')).toMatchObject({
      code: 0,
      stdout: '1 chrt_ids and 1 orders: all adds up\n',
    });
    await house.rows('UPDATE inventory.stock SET on_hand = 4');
    expect(await verify('inventory')).toMatchObject({
      code: 1,
      stdout:
        'chrt_id 7 has on_hand 4 and reserved 1: the journal says 3 and 1\n' +
        '1 chrt_ids and 1 orders: 1 thing differs\n',
    });
  });

  it('says so where the deployment is not for inventory', async () => {
    const { code, stderr } = await verify('orders');
    expect(code).toBe(EX_CONFIG);
    expect(stderr).toContain('CONTEXTS is without inventory: expected it among them');
  });
});
