import type { INestApplicationContext, Type } from '@nestjs/common';
import { vi } from 'vitest';
import { CustomerMemory } from '../../src/customers/cache/customer-memory.js';
import { customers } from '../../src/customers/customers.module.js';
import { encodeCustomer } from '../../src/customers/model/customer-json.js';
import type { Customer } from '../../src/customers/model/customer.js';
import { CustomerLookup } from '../../src/customers/service/customer-lookup.js';
import type { Context } from '../../src/platform/context.js';
import { exchange } from '../e2e/api.js';
import type { ChosenSettings } from '../support/house-of.js';
import { openWaybillDatabase } from '../support/waybill-database.js';
import { startContexts } from './start-contexts.js';

const HTTP_DATE = /^Date: .*$/m;

export const customerOf = (accountId: string, fields: Partial<Customer> = {}): Customer => ({
  accountId,
  name: 'N é',
  address: 'A',
  phone: 'P',
  createdAt: 1n,
  updatedAt: 1_001n,
  ...fields,
});

/** The program with the context customers, in which a test says what is held, and whether that is all there is. */
export async function openCustomers(settings: ChosenSettings = {}, others: readonly Context[] = []) {
  const database = await openWaybillDatabase();
  const waybill = await startContexts(database, settings, [customers, ...others]).catch(
    async (error: unknown) => {
      await database.drop();
      throw error;
    },
  );
  const { app } = waybill as unknown as { app: INestApplicationContext };
  const part = <T>(type: Type<T>): T => app.get(type, { strict: false });
  const memory = part(CustomerMemory);
  const lookup = part(CustomerLookup);
  const { host } = new URL(waybill.url);
  let offset = 0;
  return {
    part,
    url: waybill.url,
    unready: vi.spyOn(lookup, 'unready').mockReturnValue(undefined),
    lagSeconds: vi.spyOn(lookup, 'lagSeconds').mockReturnValue(0),
    hold(...held: readonly Customer[]): void {
      for (const one of held) {
        const place = { partition: 0, offset: offset++, time: BigInt(offset) };
        memory.put(Buffer.from(one.accountId), encodeCustomer(one), one.updatedAt, place);
      }
    },
    /** Asks over a bare socket, where nothing makes it another. @param request its first line, and what else it has */
    async sent(request: string, ...others: readonly string[]): Promise<string> {
      const lines = [`${request} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...others];
      const text = await exchange(waybill.url, lines.join('\r\n') + (others.includes('') ? '' : '\r\n\r\n'));
      return text.replace(HTTP_DATE, 'Date: <date>');
    },
    async close(): Promise<void> {
      await waybill.stop();
      await database.drop();
    },
  };
}

export type OpenCustomers = Awaited<ReturnType<typeof openCustomers>>;
