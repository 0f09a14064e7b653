import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { removeDataDir } from '../support/left-behind.js';
import { sampleEvents } from '../support/sample-order.js';
import {
  runWaybill,
  startWaybill,
  temporaryDataDir,
  type WaybillProcess,
} from '../support/waybill-process.js';
import { anOrder, ask, expectProblem, metric, pathsOf, type Answer } from './api.js';
import { sendEvents } from '../support/embedded-database.js';

/** One after the other, some with a database of their own. */
const MANY_PROCESSES = { timeout: 120_000 };

interface Letter {
  id: number;
  state: string;
  topic: string;
  reason: string;
  refused_at: string;
  attempts: number;
  replays: number;
  value?: { text: string } | { base64: string } | null;
  failures?: { reason: string }[];
}

const run = (dataDir: string, ...words: string[]): ReturnType<typeof runWaybill> =>
  runWaybill({ dataDir, command: ['dead-letters', ...words] });

const postJson = (url: string, body?: unknown): Promise<Answer> =>
  ask(url, {
    method: 'POST',
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });

async function listOf(url: string, query = ''): Promise<Letter[]> {
  const answer = await ask(`${url}/api/dead-letters?${query}`);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return JSON.parse(answer.text) as Letter[];
}

describe('dead letters', () => {
  let waybill: WaybillProcess;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await temporaryDataDir();
    waybill = await startWaybill({ dataDir });
  });
  afterAll(async () => {
    await waybill.stop();
    await removeDataDir(dataDir);
  });

  /** Sends events that are refused, and returns their letters once they are there, the newest first. */
  async function refuse(...values: string[]): Promise<Letter[]> {
    const [last] = await listOf(waybill.url, 'limit=1');
    await sendEvents(dataDir, ...values);
    return eventually(async () => {
      const letters = await listOf(waybill.url);
      const fresh = letters.filter(({ id }) => id > (last?.id ?? 0));
      expect(fresh).toHaveLength(values.length);
      return fresh;
    });
  }

  const show = async (id: number): Promise<Letter> =>
    JSON.parse((await ask(`${waybill.url}/api/dead-letters/${id}`)).text) as Letter;

  it('are listed newest first, a page at a time, and shown with their bytes', async () => {
    const letters = await refuse('{"a":1', '[]', 'ü');
    const pages: number[][] = [];
    let next: string | undefined = '/api/dead-letters?limit=2&topic=orders';
    while (next !== undefined) {
      const answer = await ask(waybill.url + next);
      pages.push((JSON.parse(answer.text) as Letter[]).map(({ id }) => id));
      const link = answer.headers.get('link');
      next = link === null ? undefined : /^<([^>]+)>; rel="next"$/.exec(link)![1]!;
    }
    expect(pages).toEqual([[letters[0]!.id, letters[1]!.id], [letters[2]!.id]]);
    expect(await show(letters[2]!.id)).toMatchObject({
      state: 'waiting',
      topic: 'orders',
      value: { text: '{"a":1' },
      key: { text: 'key-0' },
      headers: {},
      attempts: 1,
      replays: 0,
      failures: [{ attempts: 1 }],
    });
    expect(await listOf(waybill.url, 'reason=AN%20OBJECT&state=waiting&from=2021-01-01')).toHaveLength(1);
    expect(await listOf(waybill.url, 'to=2021-01-01')).toEqual([]);
  });

  it('that are replayed and refused again are the same letter, which has another failure', async () => {
    const [letter] = await refuse('still no order');
    const before = await metric(waybill.url, 'waybill_dead_letters_replayed_total', 'topic="orders"');
    const answer = await postJson(`${waybill.url}/api/dead-letters/${letter!.id}/replay`);
    expect(answer.status).toBe(202);
    expect(JSON.parse(answer.text)).toMatchObject({ id: letter!.id, replays: 1, topic: 'orders' });
    await eventually(async () => {
      const { failures, ...rest } = await show(letter!.id);
      expect(failures).toHaveLength(2);
      expect(rest).toMatchObject({ state: 'waiting', attempts: 2, replays: 1 });
    });
    expect((await listOf(waybill.url, 'limit=1'))[0]!.id).toBe(letter!.id);
    // Counted once it is taken out of the outbox, which is after it has arrived.
    await expect
      .poll(() => metric(waybill.url, 'waybill_dead_letters_replayed_total', 'topic="orders"'))
      .toBe(before + 1);
  });

  it('are replayed by a filter, which can be tried out first', async () => {
    const letters = await refuse('"x"', '"y"');
    const url = `${waybill.url}/api/dead-letters/replay`;
    const from = encodeURIComponent(new Date(Date.now() - 3_600_000).toISOString());
    const dry = await postJson(`${url}?dry_run=true&reason=must&from=${from}`);
    expect(dry.status).toBe(200);
    const { matching } = JSON.parse(dry.text) as { matching: number };
    expect(matching).toBeGreaterThanOrEqual(2);
    expect(await show(letters[0]!.id)).toMatchObject({ replays: 0 });
    const answer = await postJson(url, { topic: 'orders', dry_run: false });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([202, { replayed: matching }]);
    await eventually(async () => {
      for (const { id } of letters) expect(await show(id)).toMatchObject({ state: 'waiting', attempts: 2 });
    });
    await eventually(async () => {
      const { text } = await postJson(url, { all: true, dry_run: true });
      expect(JSON.parse(text)).toMatchObject({ matching, exact: true });
    });
    expect(JSON.parse((await postJson(url, { state: 'replayed' })).text)).toEqual({ replayed: 0 });
  });

  it('name the field that they were refused for, and what is mended in their place is stored', async () => {
    const order = anOrder();
    const [letter] = await refuse(JSON.stringify({ ...order, date_created: 'yesterday' }));
    const url = `${waybill.url}/api/dead-letters/${letter!.id}`;
    expect(await show(letter!.id)).toMatchObject({
      fault: {
        field: 'date_created',
        pointer: '#/date_created',
        expected: expect.stringMatching(/^must be /) as string,
      },
    });
    const value = JSON.stringify(order);
    const answer = await postJson(`${url}/edited-replay`, { value });
    expect(answer.status).toBe(202);
    expect(JSON.parse(answer.text)).toMatchObject({
      id: letter!.id,
      state: 'edited',
      topic: 'orders',
      key: { text: 'key-0' },
      value: { text: value },
      edits: 1,
    });
    await eventually(async () => {
      expect((await ask(`${waybill.url}/api/orders/${order.order_uid}`)).status).toBe(200);
    });
    expect(await show(letter!.id)).toMatchObject({
      state: 'edited',
      replays: 0,
      edited_value: { text: value },
    });
    const edited = await listOf(waybill.url, 'state=edited');
    expect(edited.map(({ id }) => id)).toEqual([letter!.id]);
    expectProblem(await postJson(`${waybill.url}/api/dead-letters/999999999/edited-replay`, { value }), 404);
  });

  it.each([
    [400, '{"value": 1}', 'application/json', ['value']],
    [400, '{"value": "x", "key": "y"}', 'application/json', ['key']],
    [400, '{}', 'application/json', ['value']],
    [400, '{"value": "\\ud800"}', 'application/json', ['value']],
    [400, '', 'application/json', ['']],
    [415, '{"value": "x"}', 'text/plain', ['Content-Type']],
  ])('answer %i to an edited replay of %s', async (status, body, contentType, paths) => {
    const headers = { 'content-type': contentType };
    const answer = await ask(`${waybill.url}/api/dead-letters/1/edited-replay`, {
      method: 'POST',
      body,
      headers,
    });
    expect(pathsOf(expectProblem(answer, status))).toEqual(paths);
  });

  it('are discarded by a filter, which can be tried out first', async () => {
    const letters = await refuse('{"discard": 1}', '{"discard": 2}');
    const url = `${waybill.url}/api/dead-letters/discard`;
    const from = new Date(Date.parse(letters[1]!.refused_at)).toISOString();
    const dry = await postJson(`${url}?dry_run=true&from=${from}`);
    expect([dry.status, JSON.parse(dry.text)]).toMatchObject([200, { matching: 2, exact: true }]);
    expect(await listOf(waybill.url, `from=${from}`)).toHaveLength(2);
    expect((await postJson(`${waybill.url}/api/dead-letters/${letters[0]!.id}/replay`)).status).toBe(202);
    await eventually(async () => expect(await show(letters[0]!.id)).toMatchObject({ attempts: 2 }));
    const answer = await postJson(url, { from });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { discarded: 2 }]);
    expect(await listOf(waybill.url, `from=${from}`)).toEqual([]);
    expect(pathsOf(expectProblem(await postJson(url), 400))).toEqual(['all']);
  });

  it('are discarded for good', async () => {
    const [letter] = await refuse('away');
    const url = `${waybill.url}/api/dead-letters/${letter!.id}`;
    expect((await ask(url, { method: 'DELETE' })).status).toBe(204);
    expectProblem(await ask(url, { method: 'DELETE' }), 404);
    expectProblem(await ask(url), 404);
    expectProblem(await postJson(`${url}/replay`), 404);
  });

  it.each([
    ['GET', '?limit=0&state=lost&colour=red', ['limit', 'state', 'colour']],
    ['GET', '?cursor=x&from=yesterday&to=2021-02-30&topic=', ['cursor', 'topic', 'from', 'to']],
    ['GET', '?topic=a&topic=b', ['topic']],
    ['GET', '/0', ['id']],
    ['GET', '/seven', ['id']],
    ['GET', '/9007199254740993', ['id']],
    ['DELETE', '/-1', ['id']],
    ['POST', '/1.5/replay', ['id']],
    ['POST', '/replay', ['all']],
    ['POST', '/replay?all=false', ['all']],
    ['POST', '/replay?dry_run=maybe&topic=orders', ['dry_run']],
    ['POST', '/replay?limit=5&all=true', ['limit']],
  ])('answer 400 to %s %s and name %j', async (method, path, paths) => {
    const problem = expectProblem(await ask(`${waybill.url}/api/dead-letters${path}`, { method }), 400);
    expect(pathsOf(problem)).toEqual(paths);
  });

  it.each([
    [400, '[]', 'application/json', ['']],
    [400, '{"topic":', 'application/json', ['']],
    [400, '{"topic":5,"dry_run":"yes"}', 'application/json', ['dry_run', 'topic']],
    [400, '{"__proto__":{"all":true}}', 'application/json', ['__proto__']],
    [415, '{"all":true}', 'text/plain', ['Content-Type']],
  ])('answer %i to a replay of %s', async (status, body, contentType, paths) => {
    const headers = { 'content-type': contentType };
    const answer = await ask(`${waybill.url}/api/dead-letters/replay`, { method: 'POST', body, headers });
    expect(pathsOf(expectProblem(answer, status))).toEqual(paths);
  });

  it('have a parameter refused that is in the query and in the body', async () => {
    const answer = await postJson(`${waybill.url}/api/dead-letters/replay?topic=a`, { topic: 'b' });
    expect(pathsOf(expectProblem(answer, 400))).toEqual(['topic']);
  });

  it(
    'are seen to from the command line while the program runs, which a replay wakes',
    MANY_PROCESSES,
    async () => {
      const [letter, other] = await refuse('by command', 'by \u001b[31m command');
      const listed = await run(dataDir, 'list', '--json', '--limit', '2');
      expect(listed).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/^database: \S+ \S+\nthere are more: --cursor \S+\n$/) as string,
      });
      expect((JSON.parse(listed.stdout) as Letter[]).map(({ id }) => id)).toEqual([letter!.id, other!.id]);
      const table = await run(dataDir, 'list', '--reason', 'json', '--topic', 'orders');
      expect(table.stdout).toMatch(/^ID +STATE +TOPIC /);
      const shown = await run(dataDir, 'show', String(letter!.id));
      expect(shown.code).toBe(0);
      expect(shown.stdout).toContain('by \\u001b[31m command');

      const replayed = await run(dataDir, 'replay', String(letter!.id), '999999999', String(other!.id));
      expect(replayed).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^database: .*\nthere is no dead letter 999999999\n$/) as string,
      });
      for (const { id } of [letter!, other!]) {
        expect(replayed.stdout).toContain(`dead letter ${id} is on its way to orders`);
        await eventually(async () => expect(await show(id)).toMatchObject({ state: 'waiting', attempts: 2 }));
      }
      const order = anOrder();
      const mended = ['--value', JSON.stringify(order)];
      const edited = await run(dataDir, 'edited-replay', String(letter!.id), ...mended);
      expect(edited).toMatchObject({
        code: 0,
        stdout: `${mended[1]!.length} bytes are on their way to orders in the place of dead letter ${letter!.id}\n`,
      });
      await eventually(async () => {
        expect((await ask(`${waybill.url}/api/orders/${order.order_uid}`)).status).toBe(200);
      });
      const discarded = await run(dataDir, 'discard', String(other!.id));
      expect(discarded).toMatchObject({ code: 0, stdout: `dead letter ${other!.id} is discarded\n` });
      expect((await ask(`${waybill.url}/api/dead-letters/${other!.id}`)).status).toBe(404);
      expect((await ask(`${waybill.url}/health/ready`)).status).toBe(200);
    },
  );
});

describe('dead letters of a program that does not run', () => {
  it(
    'are replayed by it once it runs again, and are stored where what refused them was mended',
    MANY_PROCESSES,
    async () => {
      const { raw } = sampleEvents().find((event) => event.name === 'totals-mismatch')!;
      const { order_uid: orderUid } = JSON.parse(raw) as { order_uid: string };
      const dataDir = await temporaryDataDir();
      try {
        const strict = await startWaybill({ dataDir, env: { ORDER_TOTALS: 'strict' } });
        await sendEvents(dataDir, raw, 'no order');
        await eventually(async () => expect(await listOf(strict.url)).toHaveLength(2));
        expect(await strict.stop()).toBe(0);

        expect(await run(dataDir, 'replay', '--reason', 'AMOUNT', '--dry-run')).toMatchObject({
          code: 0,
          stdout: '1 dead letter would be replayed\n',
        });
        expect(await run(dataDir, 'replay', '--reason', 'AMOUNT')).toMatchObject({
          code: 0,
          stdout: '1 dead letter is replayed\n',
          stderr: `database: embedded, ${dataDir}/postgres\n`,
        });
        const lenient = await startWaybill({ dataDir, env: { ORDER_TOTALS: 'warn' } });
        await eventually(async () => {
          const answer = await ask(`${lenient.url}/api/orders/${orderUid}`);
          expect(answer.status).toBe(200);
          expect(JSON.parse(answer.text)).toEqual(JSON.parse(raw));
        });
        expect(await listOf(lenient.url)).toMatchObject([
          { state: 'waiting', replays: 0 },
          { state: 'replayed', replays: 1, attempts: 1 },
        ]);
        expect(await lenient.stop()).toBe(0);
        expect(await run(dataDir, 'discard', '--all')).toMatchObject({
          stdout: '2 dead letters are discarded\n',
        });
        expect(await run(dataDir, 'list', '--json')).toMatchObject({ code: 0, stdout: '[]\n' });
      } finally {
        await removeDataDir(dataDir);
      }
    },
  );
});

describe('the command line of dead letters', () => {
  it.each<[string[], string]>([
    [[], 'list, show, replay, edited-replay, discard'],
    [['lst'], '"lst": expected list'],
    [['list', '--tpic', 'x'], "'--tpic': expected --topic"],
    [['list', '--limit', '0'], '--limit must be a whole number from 1 to 500'],
    [['list', '--from', 'yesterday', '--state', 'lost'], '--from must be an RFC 3339'],
    [['list', '--topic', 'a', '--topic', 'b'], '--topic must be'],
    [['list', 'orders'], 'orders is not an option'],
    [['show'], 'show is given 0 ids'],
    [['show', 'x'], 'an id must be a whole number'],
    [['replay'], 'expected an id, a filter or --all'],
    [['replay', '5', '--all'], 'ids and options'],
    [['discard', '--dry-run'], 'expected an id, a filter or --all'],
    [['edited-replay', '--value', 'x'], 'edited-replay is given 0 ids'],
    [['edited-replay', '5'], '--value must be given, or else --file'],
    [['edited-replay', '5', '--value', 'x', '--file', 'y'], '--value must be given, or else --file'],
    [['replay', '--json', '5'], "'--json': expected --topic"],
  ])('ends with 64 at %j and names what is wrong', async (words, line) => {
    const { code, stdout, stderr } = await runWaybill({ command: ['dead-letters', ...words] });
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr.split('\n\n')[0]).toContain(line);
    expect(stderr).toContain('usage: waybill dead-letters list');
  });

  it('says how it is used', async () => {
    const { code, stdout } = await runWaybill({ command: ['dead-letters', '--help'] });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^usage: /);
  });

  it('ends with 69, and one line after that with the database, when that is away', async () => {
    const env = { DATABASE_URL: 'postgres://waybill@127.0.0.1:1/waybill' };
    const { code, stderr } = await runWaybill({ env, command: ['dead-letters', 'list'] });
    expect(code).toBe(69);
    expect(stderr).toMatch(/^database: .*\n.*ECONNREFUSED.*\n$/);
  });
});
