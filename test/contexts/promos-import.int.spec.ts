import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { register } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { promos } from '../../src/promos/promos.module.js';
import { Waybill } from '../../src/waybill.js';
import { type Answer, ask, expectProblem, pathsOf } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import { houseOf } from '../support/house-of.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';

const HEADER = 'user_id,deeplink,promo_message\n';
const WAIT = { timeoutMs: 20_000 };
const CSV = { 'content-type': 'text/csv' };

let database: WaybillDatabase;
let waybill: Waybill;

const start = async (): Promise<Waybill> => {
  const { host, port, user, password, database: name } = database.connection;
  const chosen = { DB_HOST: host, DB_PORT: port, DB_USER: user, DB_PASSWORD: password, DB_NAME: name };
  register.clear();
  const house = houseOf({ ...chosen, SERVER_PORT: 0, CONTEXTS: ['promos'] }, [promos]);
  const started = await Waybill.start(house, pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' }));
  await started.whenReady();
  return started;
};

beforeAll(async () => {
  database = await openWaybillDatabase({ contexts: [promos] });
  waybill = await start();
});
afterAll(async () => {
  await waybill.stop();
  await database.drop();
});
beforeEach(() => database.rows('TRUNCATE promos.users'));

const importFile = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = CSV) =>
  ask(`${waybill.url}/v1/users/import`, { method: 'POST', headers, body });
const users = async (): Promise<[string, string, string][]> => {
  const rows = await database.rows<Record<string, string>>(
    'SELECT user_id, deeplink, promo_message FROM promos.users ORDER BY user_id COLLATE "C"',
  );
  return rows.map((row) => [row['user_id']!, row['deeplink']!, row['promo_message']!]);
};
const countsOf = ({ status, text }: Answer): unknown => [status, JSON.parse(text)];
const faultsOf = (answer: Answer): string[] =>
  expectProblem(answer, 400).errors!.map(({ path, detail }) => `${path} ${detail}`);

const textOf = async (response: IncomingMessage): Promise<string> =>
  Buffer.concat(await response.toArray()).toString();

describe('a file of users', () => {
  it('creates, changes and leaves alone, and says how many of each', async () => {
    await database.rows(
      `INSERT INTO promos.users VALUES ('a', 'app://a', 'A'), ('b', 'app://b', 'B'), ('z', '', 'Z')`,
    );
    const answer = await importFile(`${HEADER}c,app://c,C\na,app://a,A\nb,app://b,\n`);
    expect(answer.text).toBe('{"rows":3,"created":1,"changed":1,"unchanged":1}');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await users()).toEqual([
      ['a', 'app://a', 'A'],
      ['b', 'app://b', ''],
      ['c', 'app://c', 'C'],
      ['z', '', 'Z'],
    ]);
  });

  it('may have a byte order mark, its columns in any order, lines of either kind, and texts with quotes and line breaks', async () => {
    const file =
      '\uFEFF"promo_message",user_id,deeplink\r\n" 10 % ""off""\r\n, today ",u_1-X,\nżółć 😀,U2,app://x?a=1&b=2';
    expect(countsOf(await importFile(file))).toEqual([
      200,
      { rows: 2, created: 2, changed: 0, unchanged: 0 },
    ]);
    expect(await users()).toEqual([
      ['U2', 'app://x?a=1&b=2', 'żółć 😀'],
      ['u_1-X', '', ' 10 % "off"\r\n, today '],
    ]);
  });

  it('changes nothing where a line is at fault, and every fault is named by the line where its row begins', async () => {
    await database.rows(`INSERT INTO promos.users VALUES ('a', '', 'A')`);
    const lines = [
      'a,changed,"two\r\nlines"',
      ' b,,',
      '',
      'c,app://c',
      `d,${'x'.repeat(8_193)},"two\nlines, and NUL \0"`,
      'a,,',
      `e,${'😀'.repeat(8_192)},`,
      'e,,',
      'e,,',
    ];
    const answer = await importFile(HEADER + lines.join('\n'));
    expect(faultsOf(answer)).toEqual([
      'line 4 user_id must be 1 to 20 letters, digits, _ and -',
      'line 6 has 2 cells: expected 3',
      'line 7 deeplink must have 8192 characters at most; promo_message must be without NUL (U+0000), which cannot be stored',
      'line 9 user_id a stands in a line before',
      'line 11 user_id e stands in a line before',
      'line 12 user_id e stands in a line before',
    ]);
    expect(expectProblem(answer, 400).detail).toBe(
      'nothing of the file is applied: line 4 user_id must be 1 to 20 letters, digits, _ and -, and 5 more',
    );
    expect(await users()).toEqual([['a', '', 'A']]);
  });

  it('has a hundred faults told, the first of them', async () => {
    const twice = Array.from({ length: 300 }, (_, n) => `user-${n % 150},,\n`).join('');
    const paths = pathsOf(expectProblem(await importFile(HEADER + twice), 400));
    expect(paths).toEqual(Array.from({ length: 100 }, (_, n) => `line ${n + 152}`));
    expect(await users()).toEqual([]);
  });

  it.each([
    ['empty', '', 'line 1 must be a header, with rows behind it'],
    [
      'short of a column',
      'user_id,deeplink\na,b\n',
      'line 1 must name the columns user_id, deeplink, promo_message, each once',
    ],
    ['not UTF-8', Buffer.from(`${HEADER}a,,\nb,,caf\xe9\n`, 'latin1'), 'line 3 promo_message is not UTF-8'],
    [
      'UTF-16',
      Buffer.from(`\uFEFF${HEADER}a,,\n`, 'utf16le'),
      'line 1 must name the columns user_id, deeplink, promo_message, each once',
    ],
    [
      'of a quote that is not closed',
      `${HEADER}a,,"\r\n\r\n"\n\nb,,"x\ny`,
      'line 6 is no CSV: CSV_QUOTE_NOT_CLOSED',
    ],
  ])('is refused where it is %s', async (_what, file, fault) => {
    expect(faultsOf(await importFile(typeof file === 'string' ? file : new Uint8Array(file)))).toEqual([
      fault,
    ]);
    expect(await users()).toEqual([]);
  });

  it('is CSV, by its media type', async () => {
    const answer = await importFile('{}', { 'content-type': 'application/json' });
    expectProblem(answer, 415);
    expect(answer.headers.get('accept')).toBe('text/csv');
    expect((await importFile(`${HEADER}a,,\n`, { 'content-type': 'Text/CSV; charset=utf-8' })).status).toBe(
      200,
    );
  });

  it('waits for a row that somebody holds for as long as the house does, and is then to be sent again', async () => {
    await database.rows(`INSERT INTO promos.users VALUES ('a', '', 'A')`);
    await database.database.transaction(async (tx) => {
      await tx.query(`UPDATE promos.users SET deeplink = 'held' WHERE user_id = 'a'`);
      expectProblem(await importFile(`${HEADER}0,,\na,x,\n`), 503);
    });
    expect(await users()).toEqual([['a', 'held', 'A']]);
    expect((await importFile(`${HEADER}0,,\na,x,\n`)).status).toBe(200);
  });
});

describe('a file of users that is still coming', () => {
  let sending: ClientRequest | undefined;
  let answer: Promise<[IncomingMessage]>;

  /** Sends the beginning of a file, and waits until it is under way. */
  const begin = async (text = `${HEADER}first,,\n`): Promise<void> => {
    sending = request(`${waybill.url}/v1/users/import`, { method: 'POST', headers: CSV });
    answer = once(sending, 'response') as Promise<[IncomingMessage]>;
    answer.catch(() => undefined);
    sending.on('error', () => undefined);
    sending.write(text);
    await eventually(async () => expect(await staging()).toHaveLength(1), WAIT);
  };
  /** Connections to PostgreSQL that have a file under way. */
  const staging = () =>
    database.rows<{ pid: number }>(
      `SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
        WHERE locktype = 'advisory' AND datname = current_database()`,
    );
  const nothingIsUnderWay = () => eventually(async () => expect(await staging()).toEqual([]), WAIT);
  afterEach(async () => {
    sending?.destroy();
    await nothingIsUnderWay();
  });

  it('keeps every other file waiting', async () => {
    await begin();
    const second = await importFile(`${HEADER}second,,\n`);
    expectProblem(second, 503);
    expect(second.headers.get('retry-after')).toBe('10');
    sending!.end('third,,\n');
    const [response] = await answer;
    expect(await textOf(response)).toBe('{"rows":2,"created":2,"changed":0,"unchanged":0}');
    expect((await importFile(`${HEADER}second,,\n`)).status).toBe(200);
  });

  it('keeps the files of other processes waiting', async () => {
    await database.database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [0x70_72_6f_6d_6f]);
      const second = await importFile(`${HEADER}second,,\n`);
      expectProblem(second, 503);
      expect(second.headers.get('retry-after')).toBe('10');
    });
    expect(await users()).toEqual([]);
    await begin();
  });

  it('changes nothing where its sender goes away', async () => {
    await begin(HEADER + manyRows(20_000));
    sending!.destroy();
    await nothingIsUnderWay();
    expect(await users()).toEqual([]);
    expect((await importFile(`${HEADER}next,,\n`)).status).toBe(200);
  });

  it('changes nothing where the database goes away', async () => {
    await begin();
    const [session] = await staging();
    await database.rows('SELECT pg_terminate_backend($1)', [session!.pid]);
    sending!.end(manyRows(2_000));
    const [response] = await answer;
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1']);
    expect(await users()).toEqual([]);
  });

  it('changes nothing where the program stops, whose sender hears of it at once', async () => {
    await begin();
    const begunAtMs = performance.now();
    const stopped = waybill.stop();
    const [response] = await answer;
    expect(performance.now() - begunAtMs).toBeLessThan(3_000);
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('1');
    await stopped;
    expect(await users()).toEqual([]);
    waybill = await start();
  });

  it('is answered once it has a hundred faults, though its sender reads only when all is sent', async () => {
    const rows = Buffer.from('not an id,,\n'.repeat(1_000));
    const pieces = 700;
    const { host, hostname, port } = new URL(waybill.url);
    const socket = connect(Number(port), hostname);
    const length = HEADER.length + pieces * rows.length;
    socket.write(
      `POST /v1/users/import HTTP/1.1\r\nhost: ${host}\r\ncontent-type: text/csv\r\ncontent-length: ${length}\r\n\r\n${HEADER}`,
    );
    for (let piece = 0; piece < pieces; piece++) if (!socket.write(rows)) await once(socket, 'drain');
    let text = '';
    socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    await once(socket, 'end');
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text.match(/"path":"line /g)).toHaveLength(100);
  });
});

const manyRows = (count: number): string =>
  Array.from({ length: count }, (_, n) => `user-${n},app://promo/${n},${'m'.repeat(200)}\n`).join('');

/** Bytes that are held, behind a collection of what is not. */
const heldBytes = (): number => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

it('a file of 100,000 rows is applied whole, and is never held', async () => {
  const COUNT = 100_000;
  const PIECES = 20;
  const rowsOf = (first: number): Buffer =>
    Buffer.from(
      Array.from(
        { length: COUNT / PIECES },
        (_, n) => `user-${first + n},app://promo/${first + n},${'m'.repeat(500)}\n`,
      ).join(''),
    );
  const before = heldBytes();
  const held: number[] = [];
  let bytes = 0;
  const sending = request(`${waybill.url}/v1/users/import`, { method: 'POST', headers: CSV });
  const answer = once(sending, 'response') as Promise<[IncomingMessage]>;
  sending.write(HEADER);
  for (let piece = 0; piece < PIECES; piece++) {
    const rows = rowsOf((piece * COUNT) / PIECES);
    bytes += rows.length;
    if (!sending.write(rows)) await once(sending, 'drain');
    held.push(heldBytes() - before);
  }
  sending.end();
  const [response] = await answer;
  expect(JSON.parse(await textOf(response))).toEqual({
    rows: COUNT,
    created: COUNT,
    changed: 0,
    unchanged: 0,
  });
  expect(bytes).toBeGreaterThan(50_000_000);
  expect(Math.max(...held)).toBeLessThan(30_000_000);
  const [stored] = await database.rows<{ n: number }>('SELECT count(*)::int AS n FROM promos.users');
  expect(stored!.n).toBe(COUNT);
}, 60_000);
