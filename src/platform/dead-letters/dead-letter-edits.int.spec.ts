import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newDeadLetters } from '../../../test/support/new-dead-letters.js';
import { receivedEvent, refusal } from '../../../test/support/refused-events.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { type ExactParts, withExactParts } from '../messaging/outbox/exact-parts.js';
import type { OutboxMessage } from '../messaging/outgoing-message.js';
import type { ReceivedEvent } from '../messaging/received-event.js';
import { DeadLetterEdits, EditedMeanwhileError } from './dead-letter-edits.js';
import { DeadLetterReader } from './dead-letter-reader.js';
import { DeadLetterReplays } from './dead-letter-replays.js';
import type { DeadLetters } from './dead-letters.js';

const RFC_3339 = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/) as string;
const MENDED = Buffer.from('{"amount": 1}');

let house: WaybillDatabase;
let deadLetters: DeadLetters;
let letters: DeadLetterReader;
let edits: DeadLetterEdits;

beforeAll(async () => {
  house = await openWaybillDatabase();
  deadLetters = newDeadLetters(house.database);
  letters = new DeadLetterReader(house.database);
  edits = new DeadLetterEdits(house.database);
});

afterAll(() => house.drop());

beforeEach(async () => {
  await house.rows('TRUNCATE dead_letters, dead_letter_attempts, outbox');
});

/** Makes a letter of an event, without its copy in the outbox, and returns its id. */
async function letterOf(event: ReceivedEvent, reason?: string): Promise<number> {
  await house.database.transaction((tx) => deadLetters.append(tx, [refusal(event, reason)]));
  await house.rows('TRUNCATE outbox');
  return (await letters.page({}, 1)).letters[0]!.id;
}

/** What is sent, as the relay makes it of the rows. */
async function relayed(): Promise<OutboxMessage[]> {
  type Row = Pick<OutboxMessage, 'topic' | 'headers'> & { payload: Buffer; exact: ExactParts };
  const rows = await house.rows<Row>('SELECT * FROM outbox ORDER BY id');
  return rows.map(({ topic, headers, payload, exact }, id) =>
    withExactParts({ id, topic, key: '', headers, value: payload, createdAtMs: 0 }, exact),
  );
}

it('sends what is given to the topic of the letter, with its key and headers, and says so of the letter', async () => {
  const trace = [
    { name: 'trace', value: Buffer.from('ff', 'hex') },
    { name: 'trace', value: null },
  ];
  const headers = [...trace, { name: 'waybill_dead_letter_id', value: Buffer.from('7') }];
  const key = Buffer.from('00ff', 'hex');
  const id = await letterOf(receivedEvent({ key, value: Buffer.from('{"amount": "1"}'), headers }));
  expect(await edits.send(id, { value: MENDED })).toEqual({
    id,
    state: 'edited',
    topic: 'shop.orders',
    key: { base64: 'AP8=' },
    value: { text: '{"amount": 1}' },
    edits: 1,
    edited_at: RFC_3339,
  });
  expect(await relayed()).toEqual([
    expect.objectContaining({
      topic: 'shop.orders',
      key,
      value: MENDED,
      // It is no replay, and must not be taken for one.
      headers: { waybill_edited_dead_letter_id: String(id) },
      originalHeaders: trace,
    }),
  ]);
  expect(await letters.find(id)).toMatchObject({
    state: 'edited',
    replays: 0,
    edits: 1,
    edited_at: RFC_3339,
    value: { text: '{"amount": "1"}' },
    edited_value: { text: '{"amount": 1}' },
  });
});

it('of an event without a key, headers or value is sent as well, also when it is empty', async () => {
  const id = await letterOf(receivedEvent({ key: null, value: null }));
  await edits.send(id, { value: Buffer.alloc(0) });
  expect(await relayed()).toMatchObject([{ key: null, value: Buffer.alloc(0), originalHeaders: [] }]);
  expect(await letters.find(id)).toMatchObject({ value: null, edited_value: { text: '' } });
});

it('can be sent again, keeps what was sent last, and is of no letter that is not there', async () => {
  const id = await letterOf(receivedEvent());
  await edits.send(id, { value: Buffer.from('a first try') });
  expect(await edits.send(id, { value: MENDED })).toMatchObject({ edits: 2 });
  expect(await letters.find(id)).toMatchObject({ edited_value: { text: '{"amount": 1}' } });
  expect(await edits.send(id + 1, { value: MENDED })).toBeUndefined();
  expect(await relayed()).toHaveLength(2);
});

it('is sent once by those who have seen the letter as it was, and the others are told', async () => {
  const id = await letterOf(receivedEvent());
  const both = await Promise.allSettled([0, 1].map(() => edits.send(id, { value: MENDED, edits: 0 })));
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: expect.any(EditedMeanwhileError) as Error,
  });
  expect(await relayed()).toHaveLength(1);
  expect(await edits.send(id, { value: MENDED, edits: 1 })).toMatchObject({ edits: 2 });
  expect(await edits.send(id + 1, { value: MENDED, edits: 0 })).toBeUndefined();
});

it('is a letter of its own when it is refused, and its letter stays edited', async () => {
  const event = receivedEvent();
  const id = await letterOf(event);
  await edits.send(id, { value: MENDED });
  const [sent] = await relayed();
  const headers = Object.entries(sent!.headers).map(([name, value]) => ({ name, value: Buffer.from(value) }));
  const again = receivedEvent({ ...event, offset: event.offset + 1_000, value: MENDED, headers });
  const second = await letterOf(again, 'amount must be 2');
  expect(second).not.toBe(id);
  expect(await letters.find(second)).toMatchObject({ state: 'waiting', attempts: 3, edits: 0 });
  expect((await letters.page({ state: 'edited' }, 10)).letters).toMatchObject([{ id }]);
  const replays = new DeadLetterReplays(house.database);
  expect(await replays.matching({ state: 'waiting' })).toBe(1);
});

it('tells of a letter which field it was refused for, and of none where the reason is about none', async () => {
  const value = Buffer.from('{"items": [{"sale": "x"}]}');
  const one = await letterOf(receivedEvent({ value }), 'items[0].sale must be a number, not text; x is y');
  expect((await letters.find(one))!.fault).toEqual({
    field: 'items[0].sale',
    pointer: '#/items/0/sale',
    expected: 'must be a number, not text',
  });
  const other = await letterOf(receivedEvent({ value }), 'duplicate key value violates unique constraint');
  expect((await letters.find(other))!.fault).toBeNull();
});
