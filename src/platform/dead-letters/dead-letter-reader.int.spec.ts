import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDeadLetters } from '../../../test/support/new-dead-letters.js';
import { receivedEvent, refusal } from '../../../test/support/refused-events.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { aMoment } from '../http/request-parameters.js';
import type { ReceivedEvent } from '../messaging/received-event.js';
import type { DeadLetterFilter } from './dead-letter-filter.js';
import { DeadLetterReader } from './dead-letter-reader.js';

let house: WaybillDatabase;
let letters: DeadLetterReader;

async function keep(event: ReceivedEvent, reason: string): Promise<void> {
  const deadLetters = newDeadLetters(house.database);
  await house.database.transaction((tx) => deadLetters.append(tx, [refusal(event, reason)]));
}

beforeAll(async () => {
  house = await openWaybillDatabase();
  letters = new DeadLetterReader(house.database);
  for (let n = 1; n <= 6; n++) {
    const topic = n % 2 === 0 ? 'even' : 'odd';
    await keep(
      receivedEvent({ topic, offset: n }),
      n < 4 ? `Payment.amount 100% wrong ${n}` : 'must be JSON',
    );
  }
  await house.rows(
    `UPDATE dead_letters SET created_at = '2026-01-01T00:00:00Z'::timestamptz + make_interval(days => "offset"::int)`,
  );
  await house.rows(`UPDATE dead_letters SET state = 'replayed' WHERE "offset" = 6`);
});

afterAll(() => house.drop());

async function offsetsOf(filter: DeadLetterFilter): Promise<number[]> {
  const page = await letters.page(filter, 500);
  expect(await letters.count(filter)).toBe(page.letters.length);
  return page.letters.map(({ offset }) => offset);
}

describe('the list of dead letters', () => {
  it.each<[DeadLetterFilter, number[]]>([
    [{}, [6, 5, 4, 3, 2, 1]],
    [{ topic: 'even' }, [6, 4, 2]],
    [{ topic: 'eve' }, []],
    [{ reason: 'payment.AMOUNT' }, [3, 2, 1]],
    [{ reason: '100% wrong' }, [3, 2, 1]],
    [{ reason: '100_ wrong' }, []],
    [{ state: 'replayed' }, [6]],
    [{ from: aMoment('2026-01-03'), to: aMoment('2026-01-06') }, [4, 3, 2]],
    [{ from: aMoment('2026-01-02T00:00:00.000001Z'), to: aMoment('2026-01-04T00:00:00.0000001Z') }, [3, 2]],
    [{ topic: 'odd', reason: 'json', state: 'waiting' }, [5]],
  ])('of %j is newest first', async (filter, offsets) => {
    expect(await offsetsOf(filter)).toEqual(offsets);
  });

  it('goes on from page to page, to the last, and skips none when letters come in between', async () => {
    const first = await letters.page({ reason: 'json' }, 2);
    await keep(receivedEvent({ offset: 7 }), 'must be JSON');
    const second = await letters.page({ reason: 'json' }, 2, first.next);
    expect([first, second].map((page) => page.letters.map(({ offset }) => offset))).toEqual([[6, 5], [4]]);
    expect(first.next).toBeDefined();
    expect(second.next).toBeUndefined();
  });

  it('ends a page with the letter that makes it full, of however many there are', async () => {
    const key = Buffer.alloc(600_000, 'k');
    for (let n = 1; n <= 5; n++) await keep(receivedEvent({ topic: 'large', offset: 100 + n, key }), 'large');
    const pages: number[][] = [];
    for (let next: number | undefined, more = true; more; more = next !== undefined) {
      const page = await letters.page({ topic: 'large' }, 500, next);
      pages.push(page.letters.map(({ offset }) => offset));
      next = page.next;
    }
    expect(pages).toEqual([[105, 104], [103, 102], [101]]);
    await house.rows(`DELETE FROM dead_letters WHERE topic = 'large'`);
  });

  it('tells of bytes as text where they are one, else in base64', async () => {
    const bytes = Buffer.from('ff00', 'hex');
    const headers = [
      { name: 'text', value: Buffer.from('ż\n') },
      { name: 'bytes', value: bytes },
    ];
    await keep(receivedEvent({ offset: 8, key: bytes, value: Buffer.from('{"a":\u0000}'), headers }), 'x');
    await keep(receivedEvent({ offset: 9, key: null, value: null }), 'x');
    const [none, some] = (await letters.page({ reason: 'x' }, 10)).letters.filter(
      ({ offset }) => offset >= 8,
    );
    expect(none).toMatchObject({ key: null, value_bytes: null });
    expect(some).toMatchObject({ key: { base64: '/wA=' }, value_bytes: 7 });
    expect(some).not.toHaveProperty('value');
    expect(await letters.find(none!.id)).toMatchObject({
      key: null,
      value: null,
      headers: {},
      header_list: [],
    });
    expect(await letters.find(some!.id)).toMatchObject({
      key: { base64: '/wA=' },
      value: { text: '{"a":\u0000}' },
      headers: { text: { text: 'ż\n' }, bytes: { base64: '/wA=' } },
      header_list: [
        { name: { text: 'text' }, value: { text: 'ż\n' } },
        { name: { text: 'bytes' }, value: { base64: '/wA=' } },
      ],
      failures: [{ offset: 8, reason: 'x', attempts: 3 }],
    });
    expect(await letters.find(1_000_000)).toBeUndefined();
  });
});
