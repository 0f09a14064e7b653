import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { newDeadLetters } from '../../../test/support/new-dead-letters.js';
import { receivedEvent, refusal } from '../../../test/support/refused-events.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { type ExactParts, withExactParts } from '../messaging/outbox/exact-parts.js';
import type { OutboxMessage } from '../messaging/outgoing-message.js';
import type { ReceivedEvent } from '../messaging/received-event.js';
import { DeadLetterDiscards } from './dead-letter-discards.js';
import { DeadLetterReader } from './dead-letter-reader.js';
import { DeadLetterReplays } from './dead-letter-replays.js';
import type { DeadLetters } from './dead-letters.js';

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, n) => n));

interface OutboxRow {
  topic: string;
  headers: Record<string, string>;
  payload: Buffer;
  exact: ExactParts;
}

let house: WaybillDatabase;
let deadLetters: DeadLetters;
let letters: DeadLetterReader;
let replays: DeadLetterReplays;
let discards: DeadLetterDiscards;

beforeAll(async () => {
  house = await openWaybillDatabase();
  deadLetters = newDeadLetters(house.database);
  letters = new DeadLetterReader(house.database);
  replays = new DeadLetterReplays(house.database);
  discards = new DeadLetterDiscards(house.database);
});

afterAll(() => house.drop());

beforeEach(async () => {
  await house.rows('TRUNCATE dead_letters, dead_letter_attempts, outbox');
});

async function refuse(event: ReceivedEvent, reason?: string, attempts?: number): Promise<void> {
  await house.database.transaction((tx) => deadLetters.append(tx, [refusal(event, reason, attempts)]));
}

/** Makes a letter of an event, without its copy in the outbox, and returns its id. */
async function letterOf(event: ReceivedEvent, reason?: string): Promise<number> {
  await refuse(event, reason);
  await house.rows('TRUNCATE outbox');
  const { letters: all } = await letters.page({}, 500);
  return all[0]!.id;
}

const sent = (): Promise<OutboxRow[]> => house.rows('SELECT * FROM outbox ORDER BY id');

/** What is sent, as the relay makes it of the rows. */
const relayed = async (): Promise<OutboxMessage[]> =>
  (await sent()).map(({ topic, headers, payload, exact }, id) =>
    withExactParts({ id, topic, key: '', headers, value: payload, createdAtMs: 0 }, exact),
  );

/** The event as it comes back to its topic after a replay. */
function replayOf(
  event: ReceivedEvent,
  id: number | string,
  fields: Partial<ReceivedEvent> = {},
): ReceivedEvent {
  const headers = [...event.headers, { name: 'waybill_dead_letter_id', value: Buffer.from(String(id)) }];
  return receivedEvent({ ...event, offset: event.offset + 1_000, headers, ...fields });
}

describe('a replay', () => {
  it('puts the event into the outbox to the byte, for the topic that it came on, and notes it', async () => {
    const headers = [
      { name: 'trace', value: EVERY_BYTE },
      { name: 'trace', value: null },
      { name: 'waybill_dead_letter_id', value: Buffer.from('7') },
      { name: Buffer.from('ff', 'hex'), value: Buffer.alloc(0) },
    ];
    const id = await letterOf(receivedEvent({ key: EVERY_BYTE, value: EVERY_BYTE, headers }));
    expect(await replays.one(id)).toEqual({
      id,
      state: 'replayed',
      topic: 'shop.orders',
      replays: 1,
      replayed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/) as string,
    });
    const [row, ...others] = await sent();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      topic: 'shop.orders',
      headers: { waybill_dead_letter_id: String(id) },
      payload: EVERY_BYTE,
    });
    expect(await relayed()).toMatchObject([
      {
        key: EVERY_BYTE,
        value: EVERY_BYTE,
        headers: { waybill_dead_letter_id: String(id) },
        originalHeaders: headers.filter(({ name }) => name !== 'waybill_dead_letter_id'),
      },
    ]);
    expect(await letters.find(id)).toMatchObject({
      state: 'replayed',
      replays: 1,
      replayed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/) as string,
    });
  });

  it.each([
    [null, null, true],
    [Buffer.alloc(0), '', false],
  ])('of the key and value %o leaves them as they were', async (bytes, key, is_tombstone) => {
    await replays.one(await letterOf(receivedEvent({ key: bytes, value: bytes })));
    expect(await sent()).toMatchObject([{ payload: Buffer.alloc(0), exact: { key, is_tombstone } }]);
  });

  it('can be made again, and of no letter that is not there', async () => {
    const id = await letterOf(receivedEvent());
    await replays.one(id);
    expect(await replays.one(id)).toMatchObject({ replays: 2 });
    expect(await replays.one(id + 1)).toBeUndefined();
    expect(await sent()).toHaveLength(2);
  });

  it('of a filter takes those that wait and match, oldest first', async () => {
    const [one, other, third] = [
      await letterOf(receivedEvent({ topic: 'a' })),
      await letterOf(receivedEvent({ topic: 'b' })),
      await letterOf(receivedEvent({ topic: 'a' })),
    ];
    await replays.one(other);
    await house.rows('TRUNCATE outbox');
    expect(await replays.matching({ topic: 'a', state: 'waiting' })).toBe(2);
    expect(await replays.matching({ state: 'waiting' })).toBe(0);
    const ids = (await sent()).map(({ headers }) => Number(headers.waybill_dead_letter_id));
    expect(ids).toEqual([one, third]);
  });

  it('of thousands goes in chunks, which tell how far it is, and replays each once', async () => {
    const many = Array.from({ length: 1_201 }, () => refusal(receivedEvent()));
    await house.database.transaction((tx) => deadLetters.append(tx, many));
    await house.rows('TRUNCATE outbox');
    const progress: number[] = [];
    const work = { onProgress: (done: number) => void progress.push(done) };
    const counts = await Promise.all([
      replays.matching({ state: 'waiting' }, work),
      replays.matching({ state: 'waiting' }),
      replays.matching({ state: 'waiting' }),
    ]);
    expect(counts[0] + counts[1] + counts[2]).toBe(many.length);
    expect(progress.length).toBeGreaterThan(1);
    const ids = (await sent()).map(({ headers }) => headers.waybill_dead_letter_id);
    expect(new Set(ids).size).toBe(many.length);
    expect(ids).toHaveLength(many.length);
  });

  it('of large letters closes a chunk by its bytes', async () => {
    for (let n = 0; n < 10; n++) await letterOf(receivedEvent({ value: Buffer.alloc(1_048_576, n) }));
    const progress: number[] = [];
    expect(await replays.matching({}, { onProgress: (done) => void progress.push(done) })).toBe(10);
    expect(progress).toEqual([8, 10]);
  });

  it('stops after a chunk when it is told to', async () => {
    const many = Array.from({ length: 600 }, () => refusal(receivedEvent()));
    await house.database.transaction((tx) => deadLetters.append(tx, many));
    const stopping = new AbortController();
    const work = { onProgress: () => stopping.abort(), signal: stopping.signal };
    expect(await replays.matching({}, work)).toBe(500);
  });
});

describe('a replayed event that is refused again', () => {
  it('is another attempt of its letter, which waits again, and its copy is sent', async () => {
    const event = receivedEvent({ value: EVERY_BYTE });
    const id = await letterOf(event, 'the first reason');
    await replays.one(id);
    await house.rows('TRUNCATE outbox');
    const again = replayOf(event, id);
    await refuse(again, 'the second reason', 2);
    const { letters: all } = await letters.page({}, 10);
    expect(all).toHaveLength(1);
    const { partition } = event;
    expect(await letters.find(id)).toMatchObject({
      state: 'waiting',
      replays: 1,
      attempts: 5,
      reason: 'the second reason',
      offset: event.offset,
      failures: [
        { partition, offset: event.offset, reason: 'the first reason', attempts: 3 },
        { partition, offset: again.offset, reason: 'the second reason', attempts: 2 },
      ],
    });
    expect(await sent()).toMatchObject([
      { topic: 'shop.orders.dead-letter', headers: { origin_offset: String(again.offset) } },
    ]);
  });

  it('counts once when it is delivered twice, also to two consumers at the same time', async () => {
    const event = receivedEvent({ value: null });
    const id = await letterOf(event);
    await Promise.all(Array.from({ length: 8 }, () => refuse(replayOf(event, id))));
    expect(await letters.find(id)).toMatchObject({ attempts: 6, failures: { length: 2 } });
    expect(await sent()).toHaveLength(1);
  });

  it('counts each time that it is sent, also within one batch', async () => {
    const [event, other] = [receivedEvent(), receivedEvent()];
    const id = await letterOf(event);
    const again = [replayOf(event, id), replayOf(event, id, { offset: 90_001 }), other];
    const refused = again.map((one, n) => refusal(one, `reason ${n}`, 1));
    await house.database.transaction((tx) => deadLetters.append(tx, refused));
    expect(await letters.find(id)).toMatchObject({
      attempts: 5,
      reason: 'reason 1',
      failures: { length: 3 },
    });
    expect((await letters.page({}, 10)).letters).toHaveLength(2);
    expect(await sent()).toHaveLength(3);
  });

  it.each<[string, (event: ReceivedEvent, id: number) => ReceivedEvent]>([
    ['other bytes', (event, id) => replayOf(event, id, { value: Buffer.from('forged') })],
    ['no bytes', (event, id) => replayOf(event, id, { value: null })],
    ['another key', (event, id) => replayOf(event, id, { key: Buffer.from('forged') })],
    ['no key', (event, id) => replayOf(event, id, { key: null })],
    ['another topic', (event, id) => replayOf(event, id, { topic: 'elsewhere' })],
    ['an id that is none', (event) => replayOf(event, '1 OR 1=1')],
    ['an id of no letter', (event, id) => replayOf(event, id + 1)],
    ['an id beyond all', (event) => replayOf(event, '99999999999999999999')],
  ])('is a letter of its own when it has %s', async (_, forge) => {
    const event = receivedEvent();
    const id = await letterOf(event);
    await refuse(forge(event, id));
    expect((await letters.page({}, 10)).letters).toHaveLength(2);
    expect(await letters.find(id)).toMatchObject({ attempts: 3, failures: { length: 1 } });
  });

  it('is no repetition when the letter itself came with its own id', async () => {
    const event = receivedEvent();
    const id = await letterOf(event);
    await refuse({ ...event, headers: [{ name: 'waybill_dead_letter_id', value: Buffer.from(String(id)) }] });
    expect(await letters.find(id)).toMatchObject({ attempts: 3, failures: { length: 1 } });
    expect(await sent()).toEqual([]);
  });

  it('is a new letter when its own is discarded at that moment', async () => {
    const event = receivedEvent();
    const id = await letterOf(event);
    let refused: Promise<void> | undefined;
    await house.database.transaction(async (tx) => {
      await tx.query('DELETE FROM dead_letters WHERE id = $1', [id]);
      refused = refuse(replayOf(event, id));
      await eventually(async () => {
        const waiting = await house.rows(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(waiting).toHaveLength(1);
      });
    });
    await refused;
    expect((await letters.page({}, 10)).letters).toMatchObject([{ attempts: 3, replays: 0 }]);
  });

  it('is a new letter once its own has been discarded', async () => {
    const event = receivedEvent();
    const id = await letterOf(event);
    await refuse(replayOf(event, id));
    expect(await discards.one(id)).toBe(true);
    expect(await house.rows('SELECT FROM dead_letter_attempts')).toEqual([]);
    await refuse(replayOf(event, id, { offset: 90_002 }));
    expect((await letters.page({}, 10)).letters).toMatchObject([{ attempts: 3, replays: 0 }]);
  });
});

describe('discarding', () => {
  it('takes what matches, and says how many', async () => {
    for (const topic of ['a', 'b', 'a']) await letterOf(receivedEvent({ topic }));
    expect(await discards.matching({ topic: 'a' })).toBe(2);
    expect((await letters.page({}, 10)).letters).toMatchObject([{ topic: 'b' }]);
    expect(await discards.matching({})).toBe(1);
    expect(await discards.one(1)).toBe(false);
  });
});
