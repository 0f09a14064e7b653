import { afterEach, describe, expect, it, vi } from 'vitest';
import { CustomerWrites } from '../../src/customers/service/customer-writes.js';
import { promos } from '../../src/promos/promos.module.js';
import { ask } from '../e2e/api.js';
import { customerOf, type OpenCustomers, openCustomers } from './open-customers.js';

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
}

let customers: OpenCustomers | undefined;
afterEach(async () => {
  await customers?.close();
  customers = undefined;
});

async function described(): Promise<Record<string, string>> {
  const { text } = await ask(`${customers!.url}/swagger/json`);
  const operations = Object.entries((JSON.parse(text) as Description).paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId }]) => [`${method} ${path}`, operationId] as const),
  );
  return Object.fromEntries(operations.filter(([name]) => name.includes('/users')));
}

describe('the prefix of the routes', () => {
  it.each([
    ['/api', '/api'],
    ['/', ''],
    ['//billing/v2/', '/billing/v2'],
    ['internal', '/internal'],
  ])('%s', async (prefix, shown) => {
    customers = await openCustomers({ CUSTOMERS_PREFIX: prefix, CUSTOMERS_WRITES: 'on' });
    customers.hold(customerOf('acc-1'), customerOf('é'));
    const path = `${shown}/users`;
    expect(await described()).toEqual({
      [`get ${path}`]: 'listCustomers',
      [`post ${path}`]: 'createCustomer',
      [`get ${path}/{account_id}`]: 'getCustomer',
      [`delete ${path}/{account_id}`]: 'deleteCustomer',
    });
    for (const id of ['acc-1', '%C3%A9']) {
      const answer = await customers.sent(`GET ${path}/${id}`, 'Accept-Encoding: gzip');
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(answer).not.toMatch(/^vary:/im);
    }
    expect(await customers.sent(`GET ${path}?limit=1`)).toContain(`\r\nlink: <${path}?limit=1&cursor=`);
    vi.spyOn(customers.part(CustomerWrites), 'create').mockResolvedValue('created');
    const body = '{"accountId":"a","name":"","address":"","phone":""}';
    const fields = ['Content-Type: application/json', `Content-Length: ${body.length}`, '', body];
    expect(await customers.sent(`POST ${path}`, ...fields)).toContain(`\r\nlocation: ${path}/a\r\n`);
    if (shown !== '/api') expect(await customers.sent('GET /api/users/acc-1')).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('describes no changes where they are off', async () => {
    customers = await openCustomers();
    expect(Object.keys(await described())).toEqual(['get /api/users', 'get /api/users/{account_id}']);
  });

  it('cannot be one under which another context has the same routes', async () => {
    await expect(openCustomers({ CUSTOMERS_PREFIX: '/v1' }, [promos])).rejects.toThrow(
      'the operation get /v1/users is claimed by two contexts: customers and promos',
    );
  });
});
