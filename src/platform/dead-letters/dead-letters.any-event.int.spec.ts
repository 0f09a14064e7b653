import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newDeadLetters } from '../../../test/support/new-dead-letters.js';
import { receivedEvent, refusal } from '../../../test/support/refused-events.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { type EventHeader, headersToJson, nameOf } from '../messaging/event-headers.js';
import { type ExactParts, withExactParts } from '../messaging/outbox/exact-parts.js';
import type { OutboxMessage } from '../messaging/outgoing-message.js';
import type { ReceivedEvent, RefusedEvent } from '../messaging/received-event.js';
import { DEAD_LETTER_ID_HEADER } from '../messaging/refused-events.js';
import { detailsText } from './command/dead-letters-texts.js';
import { DeadLetterReader } from './dead-letter-reader.js';
import { DeadLetterReplays } from './dead-letter-replays.js';
import type { DeadLetters } from './dead-letters.js';
import { storableText } from './storable-text.js';

const RUNS = 40;
const MIB = 1_048_576;

let house: WaybillDatabase;
let deadLetters: DeadLetters;
let letters: DeadLetterReader;
let replays: DeadLetterReplays;

beforeAll(async () => {
  house = await openWaybillDatabase();
  deadLetters = newDeadLetters(house.database);
  letters = new DeadLetterReader(house.database);
  replays = new DeadLetterReplays(house.database);
});

afterAll(() => house.drop());

const clear = (): Promise<unknown> => house.rows('TRUNCATE dead_letters, dead_letter_attempts, outbox');

beforeEach(() => clear());

const append = (...refused: RefusedEvent[]): Promise<void> =>
  house.database.transaction((tx) => deadLetters.append(tx, refused));

const appendPlain = (refused: RefusedEvent): Promise<void> =>
  house.database.transaction((tx) => deadLetters.appendPlain(tx, refused));

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.nat(0xffff).map((n) => String.fromCharCode(n)) }),
);
const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const anyInt64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(-1n, 0n, 2n ** 63n - 1n, -(2n ** 63n), 1_700_000_000_000_000_000n, 253_402_300_800_000n),
);
const anyName = fc.oneof(
  anyBytes.map(nameOf),
  fc.constantFrom('again', '__proto__', 'a\0b', '', DEAD_LETTER_ID_HEADER),
);
const anyHeader: fc.Arbitrary<EventHeader> = fc.record({ name: anyName, value: fc.option(anyBytes) });

function timed(timestamp: bigint): Pick<ReceivedEvent, 'timestampMs' | 'exactTimestamp'> {
  const timestampMs = Number(timestamp);
  return { timestampMs, exactTimestamp: Number.isSafeInteger(timestampMs) ? undefined : timestamp };
}

const anyEvent: fc.Arbitrary<ReceivedEvent> = fc
  .record({
    context: fc.constantFrom('orders', 'payments'),
    topic: fc.oneof(
      fc.constant('shop.orders'),
      anyText.map((text) => text.slice(0, 80)),
    ),
    partition: fc.nat(),
    offset: anyInt64.map(Number),
    timestamp: anyInt64,
    key: fc.option(anyBytes),
    value: fc.option(anyBytes),
    headers: fc.array(anyHeader, { maxLength: 8 }),
  })
  .map(({ timestamp, ...event }) => ({ ...event, ...timed(timestamp) }));

const anyRefusal: fc.Arbitrary<RefusedEvent> = fc.record({
  event: anyEvent,
  reason: anyText,
  attempts: fc.integer(),
});

/** What the relay would send. */
async function outgoing(): Promise<OutboxMessage[]> {
  const rows: { topic: string; headers: Record<string, string>; payload: Buffer; exact: ExactParts }[] =
    await house.rows('SELECT topic, headers, payload, exact FROM outbox ORDER BY id');
  return rows.map(({ topic, headers, payload: value, exact }, id) =>
    withExactParts({ id, topic, key: '', headers, value, createdAtMs: 0 }, exact),
  );
}

async function replayOf(id: number): Promise<OutboxMessage> {
  await house.rows('TRUNCATE outbox');
  await replays.one(id);
  return (await outgoing())[0]!;
}

/** Megabytes of bytes are compared as a text in moments, and as buffers in minutes. */
function textOf({ key, value, headers }: Pick<ReceivedEvent, 'key' | 'value' | 'headers'>): string {
  return JSON.stringify([
    key && key.toString('base64'),
    value && value.toString('base64'),
    headersToJson(headers),
  ]);
}

/** Expects an event to be a letter that can be looked at and sent again to the byte. */
async function expectKept(id: number, { event }: RefusedEvent): Promise<void> {
  const found = (await letters.find(id))!;
  expect(JSON.parse(JSON.stringify(found))).toMatchObject({
    event_timestamp: String(event.exactTimestamp ?? event.timestampMs),
  });
  expect(detailsText(found)).toContain('reason      ');
  const { topic, key: sentKey, value, originalHeaders } = await replayOf(id);
  expect(topic).toBe(storableText(event.topic));
  expect(textOf({ key: sentKey as Buffer | null, value, headers: originalHeaders! })).toBe(
    textOf({ ...event, headers: event.headers.filter(({ name }) => name !== DEAD_LETTER_ID_HEADER) }),
  );
}

describe('whatever an event is made of', () => {
  it('it is kept when it is refused, once, and can be read and replayed to the byte', async () => {
    await fc.assert(
      fc.asyncProperty(anyRefusal, fc.boolean(), async (refused, plain) => {
        await clear();
        const keep = plain ? appendPlain : append;
        await keep(refused);
        await keep(refused);
        const { letters: all } = await letters.page({}, 10);
        expect(all).toHaveLength(1);
        if (!plain) await expectKept(all[0]!.id, refused);
        else await expectKept(all[0]!.id, { ...refused, event: { ...refused.event, topic: all[0]!.topic } });
      }),
      { numRuns: RUNS },
    );
  });

  it.each<[string, Partial<ReceivedEvent>]>([
    [
      '50,000 headers',
      { headers: Array.from({ length: 50_000 }, (_, n) => ({ name: `h${n}`, value: null })) },
    ],
    ['a header of 1 MiB', { headers: [{ name: 'n'.repeat(MIB), value: Buffer.alloc(MIB, 255) }] }],
    ['a key and a value of 2 MiB', { key: Buffer.alloc(2 * MIB, 'k'), value: Buffer.alloc(2 * MIB, 1) }],
  ])('it is kept with %s', async (_, fields) => {
    const refused = refusal(receivedEvent(fields));
    await append(refused);
    await expectKept((await letters.page({}, 1)).letters[0]!.id, refused);
  });

  it('it is told from that of a topic made anew, also by timestamps that are no times', async () => {
    const event = receivedEvent();
    const timestamps = [2n ** 63n - 1n, 2n ** 63n - 2n, 1_700_000_000_000_000_000n, -1n, 0n];
    for (const timestamp of [...timestamps, ...timestamps]) {
      await append(refusal({ ...event, ...timed(timestamp) }));
    }
    const kept = (await letters.page({}, 100)).letters;
    expect(kept.map(({ event_timestamp }) => BigInt(event_timestamp)).reverse()).toEqual(timestamps);
    expect(kept.map(({ event_time }) => event_time?.toISOString() ?? null).reverse()).toEqual([
      null,
      null,
      null,
      null,
      '1970-01-01T00:00:00.000Z',
    ]);
  });

  it('a letter of the version before is read and replayed as it was', async () => {
    await house.rows(
      `INSERT INTO dead_letters (topic, partition, "offset", event_time, key, value, headers, reason, attempts)
       VALUES ('shop.orders', 0, 7, '2025-11-21T11:02:29.123Z', 'k', 'v', '{"a": "MQ==", "b": ""}', 'old', 1)`,
    );
    const [old] = (await letters.page({}, 1)).letters;
    expect(old).toMatchObject({
      event_timestamp: '1763722949123',
      event_time: new Date('2025-11-21T11:02:29.123Z'),
    });
    const headers = [
      { name: 'a', value: Buffer.from('1') },
      { name: 'b', value: Buffer.alloc(0) },
    ];
    expect((await replayOf(old!.id)).originalHeaders).toEqual(headers);
  });

  it('the version before finds what it needs in a letter and its replay', async () => {
    const headers = [
      { name: 'a', value: Buffer.from('1') },
      { name: 'a', value: Buffer.from('2') },
      { name: 'none', value: null },
    ];
    await append(refusal(receivedEvent({ headers, ...timed(2n ** 63n - 1n) })));
    const [row] = await house.rows<{ id: string; event_time: Date; headers: object }>(
      'SELECT id, event_time, headers FROM dead_letters',
    );
    expect(row!.headers).toEqual({ a: Buffer.from('2').toString('base64'), none: '' });
    expect(row!.event_time.toISOString()).toMatch(/^9999-/);
    await replayOf(Number(row!.id));
    expect(await house.rows(`SELECT exact->'headers' AS headers FROM outbox`)).toEqual([
      { headers: row!.headers },
    ]);
  });
});
