import { afterEach, expect, it } from 'vitest';
import { ask } from '../e2e/api.js';
import { createTestDatabase } from '../support/test-database.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';

let ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

const post = ({ url }: WaybillProcess, accountId: string, updatedAt: string) =>
  ask(`${url}/api/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"accountId":${JSON.stringify(accountId)},"name":"N é","address":"","phone":"","createdAt":1,"updatedAt":${updatedAt}}`,
  });

it('customers outlast a program without Kafka, however it ends', async () => {
  const { connection, drop } = await createTestDatabase();
  ends.push(drop);
  const start = async (): Promise<WaybillProcess> => {
    const { host, port, user, password, database } = connection;
    const program = await startWaybill({
      env: {
        CONTEXTS: 'customers',
        CUSTOMERS_WRITES: 'on',
        DB_HOST: host,
        DB_PORT: String(port),
        DB_USER: user,
        DB_PASSWORD: password,
        DB_NAME: database,
      },
    });
    ends.push(() => program.kill());
    return program;
  };
  let program = await start();
  for (const [id, updatedAt] of [
    ['a', '-9223372036854775808'],
    ['näw', '9007199254740993'],
    ['gone', '1'],
  ] as const) {
    expect((await post(program, id, updatedAt)).status).toBe(201);
  }
  const remove = () => ask(`${program.url}/api/users/gone`, { method: 'DELETE' });
  expect((await remove()).status).toBe(204);
  const before = await ask(`${program.url}/api/users/n%C3%A4w`);
  await program.kill();
  program = await start();
  const after = await ask(`${program.url}/api/users/n%C3%A4w`);
  expect([after.status, after.text, after.headers.get('etag')]).toEqual([
    200,
    before.text,
    '"9007199254740993"',
  ]);
  expect((await ask(`${program.url}/api/users/a`)).headers.get('etag')).toBe('"-9223372036854775808"');
  expect((await ask(`${program.url}/api/users`)).text).toBe('["a","näw"]');
  expect((await post(program, 'a', '2')).status).toBe(409);
  expect((await remove()).status).toBe(404);
  expect((await post(program, 'gone', '3')).status).toBe(201);
  expect((await ask(`${program.url}/api/users`)).text).toBe('["a","gone","näw"]');
});
