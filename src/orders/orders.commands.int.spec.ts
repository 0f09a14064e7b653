import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../test/support/waybill-database.js';
import type { CommandParts } from '../platform/context-command.js';
import { ORDERS_COMMANDS } from './orders.commands.js';

let house: WaybillDatabase;
beforeAll(async () => (house = await openWaybillDatabase()));
afterAll(() => house.drop());

it('search-anew has the running program look through all orders again, for all that it keeps of them', async () => {
  const tables = ['order_search_fill', 'order_waits_fill'];
  for (const table of tables) await house.rows(`UPDATE ${table} SET rounds = 0, before_received_at = now()`);
  const out: string[] = [];
  const parts = { database: house.database, terminal: { out: (text: string) => out.push(text) } };
  expect(await ORDERS_COMMANDS['search-anew']!.run(parts as unknown as CommandParts, [])).toBe(0);
  for (const table of tables) {
    expect(
      await house.rows(`SELECT FROM ${table} WHERE rounds = 2 AND before_received_at = 'infinity'`),
    ).toHaveLength(1);
  }
  expect(out.join('')).toContain('/health tells how far it is');
});
