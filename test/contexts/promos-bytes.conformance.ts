import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promos } from '../../src/promos/promos.module.js';
import type { Waybill } from '../../src/waybill.js';
import { eventually } from '../support/eventually.js';
import type { ChosenSettings } from '../support/house-of.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { startContexts } from './start-contexts.js';

/** The lines of a head, in which `<…>` stands for what differs from answer to answer. */
interface Head {
  readonly head: string;
  readonly lines: readonly string[];
}

interface StoredUser {
  readonly user: readonly [user_id: string, deeplink: string, promo_message: string];
}

interface ExpectedAnswer {
  readonly head: string;
  readonly etag?: string;
  /** `<hot>` is what the tier before PostgreSQL is called, `<now>` the time of the answer. */
  readonly body?: string;
  /** An answer to HEAD tells the length of the body, and does not bring it. */
  readonly bodiless?: boolean;
}

interface Exchange {
  readonly name: string;
  /** Its lines, and behind an empty one its body. `<host>` is where the program listens. */
  readonly request: readonly string[];
  /** Of the same request, sent so many times. */
  readonly answers: readonly ExpectedAnswer[];
  readonly while?: 'PostgreSQL hangs';
}

type Line = Head | StoredUser | Exchange;

const TABLE = readFileSync(join(import.meta.dirname, 'promos-bytes.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Line);
const HEADS = new Map(TABLE.filter((line) => 'lines' in line).map(({ head, lines }) => [head, lines]));
const USERS = TABLE.filter((line) => 'user' in line).map(({ user }) => user);
const EXCHANGES = TABLE.filter((line) => 'request' in line);
const CALM = EXCHANGES.filter((one) => one.while === undefined);
const HANGING = EXCHANGES.filter((one) => one.while === 'PostgreSQL hangs');
/** Of these the first answer is that of a tier which holds the user. */
const HELD_BEFORE = HANGING.filter(({ answers: [first] }) => first!.head === '200');

/** Asked for until the program holds what it has read, which it does once it hears of changes. */
const SETTLED = ['GET /v1/users?user_id=settled HTTP/1.1'];

const ANSWER_TIMEOUT_MS = 10_000;
const MS_PER_SECOND = 1_000;
const TIMESTAMP = /"timestamp":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"/;
/** RFC 9110, section 5.6.7 */
const HTTP_DATE = /^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/m;

/**
 * Look-ups of users, byte for byte, as they stand in `promos-bytes.jsonl`. Each has a user of its own.
 *
 * @param hot what the tier before PostgreSQL is called
 * @param settings which tiers there are
 */
export function promosBytesConformance(hot: 'memory' | 'redis', settings: () => ChosenSettings): void {
  describe(`answers of GET /v1/users byte for byte, with ${hot}`, () => {
    let database: WaybillDatabase;
    let wire: TcpProxy;
    let waybill: Waybill;

    beforeAll(async () => {
      database = await openWaybillDatabase({ contexts: [promos] });
      await database.rows(
        'INSERT INTO promos.users SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
        [0, 1, 2].map((column) => USERS.map((user) => user[column])),
      );
      wire = await TcpProxy.open(database.connection.port);
      const { port } = wire;
      waybill = await startContexts(database, { DB_HOST: '127.0.0.1', DB_PORT: port, ...settings() }, [
        promos,
      ]);
      await eventually(async () => {
        const bytes = await sent(waybill.url, SETTLED);
        expect(bytes.toString()).toContain(`"message":"ok:${hot}"`);
      });
    });
    afterAll(async () => {
      await waybill?.stop();
      await wire?.close();
      await database?.drop();
    });

    it.each(CALM)('$name', async (exchange) => {
      await expectAnswers(waybill.url, exchange, hot);
    });

    describe('while PostgreSQL hangs', () => {
      beforeAll(async () => {
        for (const { request } of HELD_BEFORE) await sent(waybill.url, request);
        wire.mute();
      });
      afterAll(() => wire.speak());

      it.each(HANGING)('$name', async (exchange) => {
        await expectAnswers(waybill.url, exchange, hot);
      });
    });
  });
}

async function expectAnswers(url: string, { request, answers }: Exchange, hot: string): Promise<void> {
  for (const answer of answers) {
    const sentAtMs = Date.now();
    const bytes = await sent(url, request);
    const text = bytes.toString('utf8');
    expect(Buffer.from(text).equals(bytes), 'it is UTF-8').toBe(true);
    const timestamp = TIMESTAMP.exec(text)?.[1];
    expect(text.replace(HTTP_DATE, 'Date: <date>')).toBe(expectedText(answer, hot, timestamp));
    if (timestamp === undefined) continue;
    expect(Date.parse(timestamp)).toBeGreaterThanOrEqual(sentAtMs - (sentAtMs % MS_PER_SECOND));
    expect(Date.parse(timestamp)).toBeLessThanOrEqual(Date.now());
  }
}

/** @param timestamp that the answer has; an answer without one is as long as if it had */
function expectedText(
  { head, etag = '', body = '', bodiless = false }: ExpectedAnswer,
  hot: string,
  timestamp = '2026-01-01T00:00:00Z',
): string {
  const whole = body.replace('<hot>', hot).replace('<now>', timestamp);
  const lines = HEADS.get(head)!.map((line) =>
    line.replace('<etag>', etag).replace('<length>', String(Buffer.byteLength(whole))),
  );
  return `${lines.join('\r\n')}\r\n\r\n${bodiless ? '' : whole}`;
}

/** Sends a request on a bare socket, where nothing makes it another. @returns all that comes until the server closes it */
async function sent(url: string, request: readonly string[]): Promise<Buffer> {
  const { host, hostname, port } = new URL(url);
  const [first, ...others] = request;
  const lines = [first!.replace('<host>', host), `Host: ${host}`, 'Connection: close', ...others];
  const hasBody = others.includes('');
  const socket = connect(Number(port), hostname);
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('the connection stays open')));
  socket.write(lines.join('\r\n') + (hasBody ? '' : '\r\n\r\n'));
  return buffer(socket);
}
