import { EntitySchema } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from './config/configuration.error.js';
import { Settings } from './config/setting-group.js';
import { chosenContexts, requireDistinctContexts } from './context-registry.js';
import type { Context } from './context.js';
import type { ApiFacts } from './http/api-facts.js';

const table = (name: string, schema?: string): EntitySchema =>
  new EntitySchema({
    name,
    tableName: name,
    ...(schema !== undefined && { schema }),
    columns: { id: { type: 'text', primary: true } },
  });

const context = (fields: Partial<Context> & { name: string }): Context => ({
  entities: [],
  topics: () => ({}),
  consumes: [],
  module: () => ({ module: Nothing }),
  ...fields,
});

class Nothing {}

const NO_SETTINGS = Settings.defaults([]);

const FACTS: ApiFacts = {
  operations: { 'get /api/orders': { id: 'listOrders', answers: {} } },
  schemas: { Order: { type: 'object' } },
};
const orders = context({
  name: 'orders',
  isMain: true,
  entities: [table('orders')],
  api: () => FACTS,
  caches: [{ name: 'orders', keyPrefix: 'waybill:order:' }],
});

describe('contexts', () => {
  it('may be beside each other when they share nothing', () => {
    const payments = context({ name: 'payments', entities: [table('ledger', 'payments')] });
    expect(() => requireDistinctContexts([orders, payments], NO_SETTINGS)).not.toThrow();
  });

  it.each<[string, Context, string]>([
    ['a name', context({ name: 'orders' }), 'the name orders is claimed by two contexts: orders and orders'],
    [
      'being the main one',
      context({ name: 'payments', isMain: true }),
      'to be the main context is claimed by two contexts: orders and payments',
    ],
    [
      'the name of an entity',
      context({ name: 'payments', entities: [table('orders', 'payments')] }),
      'the entity orders is claimed by two contexts: orders and payments',
    ],
    [
      'an operation of the API',
      context({ name: 'payments', api: () => ({ operations: FACTS.operations }) }),
      'the operation get /api/orders is claimed by two contexts: orders and payments',
    ],
    [
      'a schema of the API',
      context({ name: 'payments', api: () => ({ ...FACTS, operations: {} }) }),
      'the schema Order is claimed by two contexts: orders and payments',
    ],
    [
      'a cache',
      context({ name: 'payments', caches: [{ name: 'orders', keyPrefix: 'other:' }] }),
      'the cache orders is claimed by two contexts: orders and payments',
    ],
    [
      'the keys of a cache',
      context({ name: 'payments', caches: [{ name: 'order' }] }),
      'the cache orders and the cache order could have the same key in Redis: their prefixes are waybill:order: and waybill:order:',
    ],
    [
      'the keys of its own in Redis',
      context({ name: 'payments', redisKeyPrefixes: ['waybill:order:paid:'] }),
      'the cache orders and the context payments could have the same key in Redis: their prefixes are waybill:order: and waybill:order:paid:',
    ],
  ])('cannot both claim %s', (_what, other, message) => {
    expect(() => requireDistinctContexts([orders, other], NO_SETTINGS)).toThrow(message);
  });

  it.each([
    ['ledger', 'public', undefined],
    ['ledger', 'tracking', 'tracking'],
  ])('cannot have the table %s in the schema %s of somebody else', (name, shown, schema) => {
    const payments = context({ name: 'payments', entities: [table(name, schema)] });
    expect(() => requireDistinctContexts([payments], NO_SETTINGS)).toThrow(
      `the table ${name} of the context payments is in the schema ${shown}: expected payments`,
    );
  });

  it.each(['Payments', '', 'a-b', 'public', 'pg_catalog', 'all', '1st'])('cannot be called %j', (name) => {
    expect(() => requireDistinctContexts([context({ name })], NO_SETTINGS)).toThrow(
      `called ${JSON.stringify(name)}`,
    );
  });

  it('are chosen by their names, or all at once', () => {
    const payments = context({ name: 'payments' });
    expect(chosenContexts([orders, payments], ['payments', 'orders'])).toEqual([orders, payments]);
    expect(chosenContexts([orders, payments], ['orders'])).toEqual([orders]);
    expect(chosenContexts([orders, payments], ['all'])).toEqual([orders, payments]);
  });

  it.each([
    ['one that is not there', ['orders', 'paymints']],
    ['all beside another', ['all', 'orders']],
    ['all beside all others', ['orders', 'payments', 'all']],
  ])('are not chosen by %s', (_what, names) => {
    const choose = (): Context[] => chosenContexts([orders, context({ name: 'payments' })], names);
    expect(choose).toThrow(ConfigurationError);
    expect(choose).toThrow(
      `CONTEXTS is "${names.join()}": expected all alone, or a comma-separated list of orders, payments`,
    );
  });
});
