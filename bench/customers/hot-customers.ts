import { SERVER_CORE } from '../pinning.js';
import { measureRow } from '../read/hot.js';
import type { Figures } from '../read/figures.js';
import type { HotRow } from '../read/hot-rows.js';
import { startReference } from '../reference-server.js';
import { benchCustomer, CUSTOMER_ROUTE, CUSTOMERS_PATH } from './bench-customers.js';

const RAW = 'raw node:http';

/**
 * Measures look-ups of customers in a program that holds them, beside raw node:http with the same answers.
 *
 * @param customers how many of the first ones are asked for
 * @returns what was wrong
 */
export async function measureHotCustomers(
  waybill: string,
  customers: number,
  seconds: number,
  figures: Figures,
): Promise<string[]> {
  const raw = await startReference('raw-customers.ts', { customers }, SERVER_CORE);
  const faults: string[] = [];
  try {
    for (const row of hotRows(customers)) {
      const wrong = await measureRow(row, { [RAW]: raw.url, waybill }, seconds, figures, () => undefined);
      faults.push(...wrong.map((fault) => `${row.name}, ${fault}`));
    }
  } finally {
    await raw.stop();
  }
  return faults;
}

function hotRows(count: number): HotRow[] {
  const held = Array.from({ length: count }, (_, number) => {
    const { accountId, updatedAt } = benchCustomer(number);
    return { path: `${CUSTOMERS_PATH}${accountId}`, etag: `"${updatedAt}"` };
  });
  const row = { route: CUSTOMER_ROUTE, references: [RAW] } as const;
  return [
    { ...row, name: 'hot GET', requests: held.map(({ path }) => ({ path })), status: 200 },
    {
      ...row,
      name: 'not modified',
      requests: held.map(({ path, etag }) => ({ path, headers: { 'if-none-match': etag } })),
      status: 304,
    },
  ];
}
