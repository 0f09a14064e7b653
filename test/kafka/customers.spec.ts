import { afterEach, describe, expect, it } from 'vitest';
import { CUSTOMER_SCHEMA } from '../../src/customers/model/customer.js';
import { CUSTOMER_AVRO } from '../../src/customers/producer/customer-avro.js';
import { framed } from '../../src/platform/avro/wire-format.js';
import { ask, metric } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { useTier } from '../support/tiers.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import { aCustomer, CustomersStage, held, jsonOf, lookUp, recordOf, SCHEMA_ID } from './customers.harness.js';

const kafka = useTier('kafka');
/** Pauses between tries of a topic that is away grow to 15 s. */
const WAIT = { timeoutMs: 60_000 };
const TEST_MS = 240_000;

const VECTOR = Buffer.from('00000000070a7665633031084e20c3a90241025002d20f', 'hex');

interface Letter {
  id: number;
  offset: number;
  reason: string;
}

async function letters({ url }: WaybillProcess): Promise<Letter[]> {
  const { text } = await ask(`${url}/api/dead-letters?limit=100`);
  return (JSON.parse(text) as Letter[]).sort((a, b) => a.offset - b.offset);
}

const partOf = async ({ url }: WaybillProcess, part: string): Promise<{ up: boolean; detail?: string }> => {
  const { text } = await ask(`${url}/health`);
  return (JSON.parse(text) as { parts: Record<string, { up: boolean; detail?: string }> }).parts[part]!;
};

describe.skipIf(kafka.skipped)('customers of a topic', () => {
  let stage: CustomersStage;
  const programs: WaybillProcess[] = [];

  afterEach(async () => {
    for (const program of programs.splice(0)) await program.kill();
    await stage.close();
  });

  async function start(...parameters: Parameters<CustomersStage['start']>): Promise<WaybillProcess> {
    const program = await stage.start(...parameters);
    programs.push(program);
    return program;
  }

  it(
    'are the latest of their partition, and the rest becomes one dead letter each, whoever reads it again',
    async () => {
      stage = await CustomersStage.open(kafka.brokers, { isCompacted: false });
      const gone = aCustomer('gone');
      const first = await stage.send(
        { key: 'vec01', value: VECTOR },
        recordOf(aCustomer('twice', { updatedAt: 2_000n })),
        recordOf(aCustomer('twice', { name: 'later', updatedAt: 9_007_199_254_740_993n })),
        recordOf(aCustomer('twice', { name: 'latest', updatedAt: 5n })),
        recordOf(gone),
        { key: 'gone', value: null },
      );
      stage.schemas.set(11, JSON.stringify({ ...CUSTOMER_SCHEMA, fields: CUSTOMER_SCHEMA.fields.slice(1) }));
      const datum = CUSTOMER_AVRO.encode(aCustomer('x'));
      await stage.send(
        recordOf(aCustomer('one'), { key: 'other' }),
        recordOf(aCustomer('none'), { key: null }),
        { key: null, value: null },
        { key: 'x', value: Buffer.from('{"accountId":"x"}') },
        { key: 'x', value: Buffer.from([0, 0, 0]) },
        { key: 'x', value: framed(SCHEMA_ID, Buffer.concat([datum, Buffer.from('more')])) },
        { key: 'x', value: framed(SCHEMA_ID, datum.subarray(0, 5)) },
        { key: 'x', value: framed(404, datum) },
        { key: 'x', value: framed(11, datum) },
        recordOf(aCustomer('behind them')),
      );
      let program = await start();
      expect(await held(program, 'vec01')).toBe(
        '{"accountId":"vec01","name":"N é","address":"A","phone":"P","createdAt":1,"updatedAt":1001}',
      );
      expect(await held(program, 'twice')).toBe(
        jsonOf(aCustomer('twice', { name: 'latest', updatedAt: 5n })),
      );
      expect((await lookUp(program, 'twice')).headers.get('etag')).toBe('"5"');
      expect(await held(program, 'gone')).toBe(404);
      expect(await held(program, 'behind them')).toBe(jsonOf(aCustomer('behind them')));
      expect(await metric(program.url, 'waybill_customers_backdated_total')).toBe(1);
      await eventually(async () => expect(await letters(program)).toHaveLength(9), WAIT);
      const kept = await letters(program);
      expect(kept.map(({ offset }) => offset)).toEqual(Array.from({ length: 9 }, (_, at) => first + 6 + at));
      for (const [at, part] of [
        'not the accountId',
        'no key',
        'no key',
        'starts with byte 123',
        '3 bytes',
        'follow the end',
        'no datum of schema 7',
        'schema 404',
        'schema 11',
      ].entries()) {
        expect(kept[at]!.reason).toContain(part);
      }
      await ask(`${program.url}/api/dead-letters/${kept[0]!.id}/discard`, { method: 'POST' });
      await ask(`${program.url}/api/dead-letters/${kept[0]!.id}`, { method: 'DELETE' });
      await eventually(async () => expect(await letters(program)).toHaveLength(8), WAIT);
      await program.kill();
      // Reads all of the topic, as does a second one beside it.
      program = await start({ CUSTOMERS_SNAPSHOT_SECONDS: '0' });
      await start({ CUSTOMERS_SNAPSHOT_SECONDS: '0' });
      await stage.send({ key: null, value: null });
      await eventually(async () => expect((await letters(program)).at(-1)!.offset).toBe(first + 16), WAIT);
      expect((await letters(program)).map(({ offset }) => offset - first)).toEqual([
        7, 8, 9, 10, 11, 12, 13, 14, 16,
      ]);
    },
    TEST_MS,
  );

  it(
    'of a schema that cannot be fetched wait in their partition, the others go on, and health names it',
    async () => {
      stage = await CustomersStage.open(kafka.brokers, { partitions: 2 });
      const program = await start();
      await stage.send(recordOf(aCustomer('known'), { partition: 0 }));
      await eventually(
        async () => expect(await held(program, 'known')).toBe(jsonOf(aCustomer('known'))),
        WAIT,
      );
      stage.isRegistryAway = true;
      const added = [...CUSTOMER_SCHEMA.fields, { name: 'note', type: 'string', default: '' }];
      stage.schemas.set(8, JSON.stringify({ ...CUSTOMER_SCHEMA, fields: added }));
      const later = framed(8, Buffer.concat([CUSTOMER_AVRO.encode(aCustomer('later')), Buffer.from([0])]));
      await stage.send(recordOf(aCustomer('ahead'), { partition: 0 }), {
        key: 'later',
        value: later,
        partition: 0,
      });
      await stage.send(recordOf(aCustomer('behind'), { partition: 0 }));
      await eventually(
        async () => expect((await partOf(program, 'customers.registry')).detail).toContain('schema 8 '),
        WAIT,
      );
      for (let n = 0; n < 5; n++) {
        await stage.send(recordOf(aCustomer(`other ${n}`), { partition: 1 }));
        await eventually(
          async () => expect(await held(program, `other ${n}`)).toBe(jsonOf(aCustomer(`other ${n}`))),
          WAIT,
        );
      }
      expect(await held(program, 'ahead')).toBe(jsonOf(aCustomer('ahead')));
      expect(await held(program, 'later')).toBe(404);
      expect(await held(program, 'behind')).toBe(404);
      await eventually(
        async () =>
          expect(Number((await lookUp(program, 'known')).headers.get('x-data-lag'))).toBeGreaterThan(1),
        WAIT,
      );
      await eventually(async () => expect((await ask(`${program.url}/health/ready`)).status).toBe(200), WAIT);
      stage.isRegistryAway = false;
      await eventually(
        async () => expect(await held(program, 'behind')).toBe(jsonOf(aCustomer('behind'))),
        WAIT,
      );
      expect(await held(program, 'later')).toBe(jsonOf(aCustomer('later')));
      expect(await letters(program)).toEqual([]);
      await eventually(
        async () => expect((await lookUp(program, 'known')).headers.get('x-data-lag')).toBe('0'),
        WAIT,
      );
      await eventually(async () => expect((await partOf(program, 'customers.registry')).up).toBe(true), WAIT);
    },
    TEST_MS,
  );

  it(
    'are told to nobody before all is read, for as long as the registry is away at the start',
    async () => {
      stage = await CustomersStage.open(kafka.brokers);
      await stage.send(recordOf(aCustomer('early')));
      stage.isRegistryAway = true;
      const program = await start({}, { ready: false });
      await eventually(
        async () => expect((await partOf(program, 'customers.registry')).detail).toContain('schema 7 '),
        WAIT,
      );
      const answer = await lookUp(program, 'early');
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
      expect((await ask(`${program.url}/health/ready`)).status).toBe(503);
      expect((await ask(`${program.url}/health/live`)).status).toBe(200);
      stage.isRegistryAway = false;
      await eventually(async () => expect((await ask(`${program.url}/health/ready`)).status).toBe(200), WAIT);
      expect(await held(program, 'early')).toBe(jsonOf(aCustomer('early')));
    },
    TEST_MS,
  );

  it(
    'are gone on with from the snapshot, which brings no deleted one back, and not from one of another topic',
    async () => {
      stage = await CustomersStage.open(kafka.brokers);
      await stage.send(recordOf(aCustomer('stays')), recordOf(aCustomer('goes')));
      let program = await start();
      expect(await program.stop()).toBe(0);
      await stage.send({ key: 'goes', value: null }, recordOf(aCustomer('comes')));
      program = await start();
      await expect.poll(() => program.output()).toContain('the customers were read from the snapshot');
      expect(await held(program, 'stays')).toBe(jsonOf(aCustomer('stays')));
      expect(await held(program, 'goes')).toBe(404);
      expect(await held(program, 'comes')).toBe(jsonOf(aCustomer('comes')));
      expect(await program.stop()).toBe(0);
      const { admin, topic } = stage.pipeline;
      await admin.deleteTopics({ topics: [topic] });
      await eventually(async () => expect(await admin.listTopics()).not.toContain(topic), WAIT);
      await stage.createTopic();
      const others = ['other 1', 'other 2', 'other 3', 'other 4', 'other 5'];
      await stage.send(...others.map((id) => recordOf(aCustomer(id))));
      program = await start();
      await expect.poll(() => program.output()).toContain('the topic is read from its beginning again');
      for (const id of others) expect(await held(program, id)).toBe(jsonOf(aCustomer(id)));
      for (const id of ['stays', 'comes']) expect(await held(program, id)).toBe(404);
    },
    TEST_MS,
  );

  it(
    'are those of the topic that is there when it was made anew, also while the program runs',
    async () => {
      stage = await CustomersStage.open(kafka.brokers);
      await stage.send(
        recordOf(aCustomer('old 1')),
        recordOf(aCustomer('both')),
        recordOf(aCustomer('old 2')),
      );
      const program = await start();
      expect(await held(program, 'old 2')).toBe(jsonOf(aCustomer('old 2')));
      const { admin, topic } = stage.pipeline;
      await admin.deleteTopics({ topics: [topic] });
      await eventually(async () => expect(await admin.listTopics()).not.toContain(topic), WAIT);
      await stage.createTopic();
      await stage.send(recordOf(aCustomer('both', { name: 'anew' })));
      await eventually(
        async () => expect(await held(program, 'both')).toBe(jsonOf(aCustomer('both', { name: 'anew' }))),
        WAIT,
      );
      await eventually(async () => expect(await held(program, 'old 1')).toBe(404), WAIT);
      await eventually(async () => expect((await ask(`${program.url}/health/ready`)).status).toBe(200), WAIT);
    },
    TEST_MS,
  );

  it(
    'that stand in two partitions are those of the later time, also where that says they are gone',
    async () => {
      stage = await CustomersStage.open(kafka.brokers, { partitions: 2 });
      const at = (timestamp: number, partition: number) => ({ timestamp: String(timestamp), partition });
      const now = Date.now();
      const write = (id: string, name: string, timestamp: number, partition: number) =>
        recordOf(aCustomer(id, { name }), at(timestamp, partition));
      await stage.send(
        write('a', 'later', now, 0),
        write('a', 'earlier', now - 10, 1),
        write('b', 'earlier', now - 10, 0),
        write('b', 'later', now, 1),
        write('c', 'earlier', now - 10, 1),
        { key: 'c', value: null, ...at(now, 0) },
        write('d', 'later', now, 1),
        { key: 'd', value: null, ...at(now - 10, 0) },
      );
      const program = await start({ CUSTOMERS_SNAPSHOT_SECONDS: '0' });
      expect(await held(program, 'a')).toBe(jsonOf(aCustomer('a', { name: 'later' })));
      expect(await held(program, 'b')).toBe(jsonOf(aCustomer('b', { name: 'later' })));
      expect(await held(program, 'c')).toBe(404);
      expect(await held(program, 'd')).toBe(jsonOf(aCustomer('d', { name: 'later' })));
      await stage.send(write('c', 'too early', now - 5, 1), write('c', 'again', now + 5, 1));
      await eventually(
        async () => expect(await held(program, 'c')).toBe(jsonOf(aCustomer('c', { name: 'again' }))),
        WAIT,
      );
    },
    TEST_MS,
  );

  it(
    'that outgrow the memory make the program say so, and be not ready, and stay alive',
    async () => {
      stage = await CustomersStage.open(kafka.brokers);
      const large = (n: number) => recordOf(aCustomer(`large ${n}`, { address: 'x'.repeat(100_000) }));
      for (let n = 0; n < 5; n++)
        await stage.send(...[0, 1, 2, 3, 4, 5, 6, 7].map((at) => large(n * 8 + at)));
      const program = await start({ CUSTOMERS_MAX_BYTES: String(3 * 1_048_576) }, { ready: false });
      await eventually(
        async () =>
          expect((await partOf(program, 'customers.memory')).detail).toContain(
            'CUSTOMERS_MAX_BYTES (3145728)',
          ),
        WAIT,
      );
      expect((await ask(`${program.url}/health/ready`)).status).toBe(503);
      expect((await ask(`${program.url}/health/live`)).status).toBe(200);
      expect((await lookUp(program, 'large 0')).status).toBe(503);
      await expect.poll(() => program.output()).toContain('CUSTOMERS_MAX_BYTES (3145728): raise it');
    },
    TEST_MS,
  );

  it(
    'are created and deleted through the topic, and every program has them',
    async () => {
      stage = await CustomersStage.open(kafka.brokers, { partitions: 2 });
      const [program, other] = [await start(), await start()];
      const post = (customer: string) =>
        ask(`${program.url}/api/users`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: customer,
        });
      const customer = aCustomer('näw', { createdAt: -(2n ** 63n), updatedAt: 9_007_199_254_740_993n });
      const created = await post(jsonOf(customer));
      expect([created.status, created.text]).toEqual([201, jsonOf(customer)]);
      expect(created.headers.get('etag')).toBe('"9007199254740993"');
      expect(await held(program, 'näw')).toBe(jsonOf(customer));
      expect((await post(jsonOf(customer))).status).toBe(409);
      await eventually(async () => expect(await held(other, 'näw')).toBe(jsonOf(customer)), WAIT);
      const remove = () => ask(`${program.url}/api/users/${encodeURIComponent('näw')}`, { method: 'DELETE' });
      expect((await remove()).status).toBe(204);
      expect(await held(program, 'näw')).toBe(404);
      expect((await remove()).status).toBe(404);
      await eventually(async () => expect(await held(other, 'näw')).toBe(404), WAIT);
      const atOnce = await Promise.all([1, 2, 3].map(() => post(jsonOf(aCustomer('race')))));
      expect(atOnce.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      expect(stage.registry.asked.filter((asked) => asked.includes('/versions'))).toEqual([]);
    },
    TEST_MS,
  );
});
